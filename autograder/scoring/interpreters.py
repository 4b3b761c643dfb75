"""Which parts of libraries make code of a text that they are handed, and what text that is.

A test hands a student's text to ``DataFrame.query``, to ``timeit``, to a template as easily as to
``eval``. Of Python's own modules and of packages all are taken for such that are not known to make
code of names or of texts of their own alone. What an import compiles is its file's.
"""

import ast
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from autograder.scoring import plain

Text = str | bytes | ast.AST
STDLIB = Path(sysconfig.get_path("stdlib"))
PYTHONS = (f"{STDLIB}/", f"{STDLIB.resolve()}/")
OURS = f"{Path(__file__).parents[1]}/"
PACKAGES = ("/site-packages/", "/dist-packages/")  # also of an environment below this one
IMPORTS = ("<frozen importlib", "<frozen zipimport")
TEMPLATES = ("/jinja2/",)
# Modules of Python's own that make code of names which they check, or only parse.
GENERATORS = frozenset({
    "_pydecimal.py", "annotationlib.py", "ast.py", "collections/__init__.py", "dataclasses.py",
    "dis.py", "enum.py", "functools.py", "gettext.py", "inspect.py", "linecache.py", "tokenize.py",
    "traceback.py", "typing.py", "unittest/mock.py",
})  # fmt: skip
# Packages whose code is made of what they write themselves: functions of given signatures, kernels.
WRITERS = (
    "/_pytest/", "/astropy/utils/codegen.py", "/attr/", "/beartype/", "/boltons/", "/coverage/",
    "/debugpy/", "/decorator.py", "/execnet/", "/fastjsonschema/", "/hypothesis/", "/jax/",
    "/makefun/", "/networkx/utils/decorators.py", "/numba/", "/otter/", "/pluggy/", "/pydantic/",
    "/pytensor/", "/scipy/", "/sqlalchemy/util/", "/sympy/polys/monomials.py", "/tblib/",
    "/tensorflow/", "/toolz/", "/torch/", "/traitlets/", "/typeguard/", "/typing_extensions.py",
    "/werkzeug/routing/", "/wrapt/",
)  # fmt: skip
# Packages that only parse a text by Python's own parser, and run the tree by themselves.
WALKERS = ("/pandas/core/computation/expr.py", "/asteval/", "/simpleeval.py")


@dataclass(frozen=True)
class Interpreter:
    """A part of a library that makes code of a text.

    Attributes:
        place: stands in its path.
        is_plain: tells of such a text whether it reaches no further than it is meant to.
        handed: function and variables that hold the text as it was handed over, where what is
            compiled is another.
        is_wrapped: what is compiled holds more than the text: that one is judged, as it was handed.
    """

    place: str
    is_plain: Callable[[Text], bool] = plain.is_plain
    handed: tuple[str, ...] = ()
    is_wrapped: bool = False


INTERPRETERS = (
    Interpreter("/sympy/parsing/"),
    Interpreter("/sympy/utilities/lambdify.py", plain.is_generated),
    Interpreter("/sympy/", plain.is_generated),
    Interpreter("/asteval/"),
    Interpreter("/simpleeval.py"),
    Interpreter("/pandas/core/computation/expr.py", plain.is_of_columns, ("eval", "expr")),
    Interpreter("/patsy/", plain.is_formula),
    Interpreter("/formulaic/", plain.is_formula),
    Interpreter("/numexpr/"),
    Interpreter("/jinja2/", plain.is_template, ("compile", "source_hint"), True),
    Interpreter("/mako/", plain.is_nothing),
    Interpreter("/IPython/"),
    Interpreter("/timeit.py", handed=("__init__", "stmt", "setup"), is_wrapped=True),
)
ITSELF = Interpreter("")


def interpreter_of(frame: FrameType) -> Interpreter | None:
    """Return what makes code of a text where a frame asks for it, None for code of a library's."""
    file = frame.f_code.co_filename
    if _is_pythons(file, "ast.py"):  # of those who only parse, some run the tree by themselves
        above = frame.f_back
        found = above and _listed(above.f_code.co_filename)
        return found if found and found.place in WALKERS else None
    if file.startswith((OURS, *IMPORTS)) or _in_packages(file).startswith(WRITERS):
        return None
    if (listed := _listed(file)) is not None:
        return None if listed.place in TEMPLATES and _is_installed(listed, frame) else listed
    return None if any(_is_pythons(file, one) for one in GENERATORS) else ITSELF


def _listed(file: str) -> Interpreter | None:
    return next((one for one in INTERPRETERS if one.place in file), None)


def _is_installed(templates: Interpreter, frame: FrameType) -> bool:
    """Tell whether a template is a file of an installed package, as those of pandas' tables are."""
    for above in callers_of(frame):
        if above.f_code.co_name == templates.handed[0]:
            packages = above.f_code.co_filename.partition(templates.place)[0] + "/"
            return str(above.f_locals.get("filename") or "").startswith(packages)
    return False


def _is_pythons(file: str, name: str) -> bool:
    return file in [place + name for place in PYTHONS]


def _in_packages(file: str) -> str:
    """Return where a file lies in the folder of installed packages, "" where it does not."""
    places = [file.rpartition(place)[2] for place in PACKAGES if place in file]
    return "/" + min(places, key=len) if places else ""


def is_a_packages(file: str) -> bool:
    """Tell whether code is that of an installed package."""
    return any(place in file for place in PACKAGES)


def is_a_tests(file: str) -> bool:
    """Tell whether code is a test's or a helper module's."""
    return not file.startswith((OURS, *PYTHONS, "<frozen ")) and not is_a_packages(file)


def is_of_an_import(frame: FrameType) -> bool:
    """Tell whether a library's module does something as it is imported: with texts of its own."""
    if frame.f_code.co_filename.startswith(IMPORTS):  # what it imports may be anybody's
        return False
    for above in callers_of(frame):
        file, name = above.f_code.co_filename, above.f_code.co_name
        if is_a_tests(file):
            return False
        if name == "<module>" and above.f_back is not None:
            return above.f_back.f_code.co_filename.startswith(IMPORTS)
    return False


def texts_handed(one: Interpreter, source: Text, frame: FrameType) -> list[Text]:
    """Return the texts as they were handed over, from which what is compiled was made."""
    function, *names = one.handed or ("",)
    folder = one.place.rpartition("/")[0] + "/"
    for above in callers_of(frame) if names else ():
        if folder in above.f_code.co_filename and above.f_code.co_name == function:
            found = [_as_handed(name, above.f_locals.get(name)) for name in names]
            return [text for text in found if isinstance(text, (str, bytes, ast.AST))]
    return [source]


def _as_handed(name: str, text: Any) -> Any:
    """Return a text as it was before timeit moved it into its function."""
    indent = {"stmt": 8, "setup": 4}.get(name)
    return text.replace("\n" + " " * indent, "\n") if indent and isinstance(text, str) else text


def callers_of(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield a frame and those that called it."""
    while frame is not None:
        yield frame
        frame = frame.f_back
