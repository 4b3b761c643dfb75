"""One self-contained page: template, inline style and script, a policy that allows no more."""

import base64
import hashlib
import json
import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autograder.reports.inert import inert, inert_name
from autograder.reports.strings import TEXTS, bilingual, both, english, said, spoken, text

_UNSAFE = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


@cache
def environment() -> Environment:
    """Return the template environment: everything is escaped, nothing may be undefined."""
    loader = PackageLoader("autograder.reports", "templates")
    templates = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.globals.update(t=text, both=both, texts=TEXTS)
    templates.filters.update(
        inert=inert,
        inert_name=inert_name,
        bilingual=bilingual,
        english=english,
        said=said,
        spoken=spoken,
        points=points,
        percent=percent,
        breakable=breakable,
    )
    return templates


def render(template: str, scripts: tuple[str, ...], **values: object) -> str:
    """Return a page's HTML.

    Args:
        scripts: files of the template folder; they and the style are allowed by their digests.
    """
    return environment().get_template(template).render(**_furniture(scripts), **values)


def breakable(name: str) -> Markup:
    """Return a file name that may wrap after its separators."""
    return Markup("<wbr>").join(re.split(r"(?<=[_-])", name))


def json_for_script(value: object) -> Markup:
    """Return JSON that cannot leave the script element that holds it."""
    return Markup(json.dumps(value, separators=(",", ":"), allow_nan=False).translate(_UNSAFE))


def points(value: float) -> str:
    """Return points for people: at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(share: float) -> str:
    """Return a share in whole per cent."""
    return f"{share * 100:.0f} %"


@cache
def _furniture(scripts: tuple[str, ...]) -> dict:
    """Return what every page with these scripts holds: style, script and the policy for them."""
    style = _source("style.css")
    script = "\n".join(_source(name) for name in scripts)
    policy = (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return {"style": Markup(style), "script": Markup(script), "policy": policy}


def _source(name: str) -> str:
    loader = environment().loader
    assert loader is not None
    return loader.get_source(environment(), name)[0]


def _digest(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
