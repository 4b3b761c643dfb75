"""Judge what was looked up: defaults of parameters, names by their documentation, addresses.

What is asked about is made where the student's function lives, from a piece of Python that the test
writes anew for each submission (:func:`probes.made_results`).
"""

import ast
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import torch

from autograder.checks.answers import describe, error_kind, mismatch, require_items, require_text
from autograder.wall.evidence import CapturedError

NAMES = (
    "width", "height", "depth", "scale", "offset", "mode", "label", "limit", "start", "stop",
    "weight", "power", "margin", "border", "angle", "speed", "colour", "title", "rate", "size",
)  # fmt: skip
HOSTS = ("docs.pytorch.org", "pytorch.org", "www.pytorch.org")


def draw_names(count: int) -> list[str]:
    """Return different names of parameters or functions, drawn by torch's generator."""
    return [NAMES[i] for i in torch.randperm(len(NAMES))[:count].tolist()]


def draw_numbers(count: int) -> list[int]:
    """Return different whole numbers from 2 to 99, drawn by torch's generator."""
    return (2 + torch.randperm(98)[:count]).tolist()


def documented(f: Callable[..., Any], name: str) -> Any:
    """Return the default of a parameter by the signature, or by the documentation's first line.

    Raises:
        LookupError: it has none, or there is no such parameter.
    """
    try:
        found = inspect.signature(f).parameters[name].default
    except ValueError:
        return _by_first_line((inspect.getdoc(f) or "").strip(), name)
    if found is inspect.Parameter.empty:
        raise LookupError(name)
    return found


def _by_first_line(text: str, name: str) -> Any:
    line = text.splitlines()[0]
    given = line[line.index("(") : line.rindex(" ->") if " ->" in line else None]
    arguments = ast.parse(f"def f{given}: pass").body[0].args  # type: ignore[attr-defined]
    places = [*arguments.posonlyargs, *arguments.args]
    pairs = list(zip(places[len(places) - len(arguments.defaults) :], arguments.defaults))
    pairs += zip(arguments.kwonlyargs, arguments.kw_defaults)
    known = {place.arg: default for place, default in pairs if default is not None}
    return ast.literal_eval(known[name])


def require_default(
    answer: object, right: object, what: str, slips: Mapping[str, object] | None = None
) -> None:
    """Require the default itself: the same value, of the same kind.

    Args:
        answer: what was returned, or what is known of the exception that was raised.
        what: the call, as the message shows it.
        slips: message that names a misconception -> the value that it leads to.
    """
    if isinstance(answer, CapturedError):
        kind = error_kind(answer.type)
        raise AssertionError(
            f"[raises-an-error] {what} should be a default value; found that it raises {kind}. ‖ "
            f"{what} 应该是默认值，实际抛出了 {kind}。"
        )
    if _is_same(answer, right):
        return
    for message, wrong in (slips or {}).items():
        assert not _is_same(answer, wrong), message
    assert not isinstance(answer, str) or answer not in (str(right), repr(right)), (
        f"[text-for-value] {what} should be the value itself, found its text. ‖ "
        f"{what} 应该是值本身，得到的却是它的文本。"
    )
    raise AssertionError(
        f"[another-default] {what} should be the default of that parameter, found something else "
        f"({describe(answer)}). ‖ {what} 应该是该参数的默认值，实为别的内容（{describe(answer)}）。"
    )


def require_not_called(calls: int | None, what: str) -> None:
    """Require that a function was looked up without a call.

    Args:
        calls: what its ``told`` counted.
    """
    assert not calls, (
        f"[f-called] {what} calls f; its defaults are to be looked up without a call. ‖ "
        f"{what} 调用了 f；查默认值时不应调用它。"
    )


def raised(answer: object) -> bool:
    """Tell whether an exception was raised in place of an answer."""
    return isinstance(answer, CapturedError)


def require_lookup_error(answer: object, what: str) -> None:
    """Require that a LookupError, or a kind of it, was raised."""
    if isinstance(answer, CapturedError):
        kind = error_kind(answer.type)
        assert answer.is_a("LookupError"), (
            f"[wrong-exception] {what} should raise a LookupError; found that it raises {kind}. ‖ "
            f"{what} 应该抛出 LookupError，实际抛出了 {kind}。"
        )
        return
    slug, kind = "default-invented", describe(answer)
    if answer is None:
        slug = "none-for-required"
    elif "_empty" in kind or "empty" in str(getattr(answer, "__name__", "")):
        slug = "empty-for-required"
    raise AssertionError(
        f"[{slug}] {what} should raise a LookupError: there is no default. It returned one, found "
        f"{kind}. ‖ {what} 没有默认值，应该抛出 LookupError，实际却返回了 {kind}。"
    )


def _is_same(answer: object, right: object) -> bool:
    if isinstance(right, (list, tuple)):
        return (
            isinstance(answer, (list, tuple))
            and len(answer) == len(right)
            and all(map(_is_same, answer, right))
        )
    if isinstance(right, bool) or right is None:
        return type(answer) is type(right) and answer == right
    if isinstance(right, (int, float)):
        number = isinstance(answer, (int, float)) and not isinstance(answer, bool)
        return number and answer == right
    return type(answer) is type(right) and bool(answer == right)


@dataclass(frozen=True)
class Entry:
    """A member of a module that is made.

    Attributes:
        doc: its documentation, or None.
        kind: "function", "class", "instance" (of a class with a ``__call__``), "value" or "module"
            (documented, but not callable), "odd" (callable, with documentation that is no text).
    """

    name: str
    doc: str | None
    kind: str = "function"


def module_source(entries: list[Entry]) -> str:
    """Return a piece of Python that makes a module with these members."""
    parts = ["import types", "it = types.ModuleType('tools', 'Tools.')"]
    for entry in entries:
        body = {
            "value": "",
            "instance": ", '__call__': lambda self, x: x",
        }.get(entry.kind)
        if body is not None:
            made = f"type('Value', (), {{'__doc__': {entry.doc!r}{body}}})()"
            parts.append(f"it.{entry.name} = {made}")
            continue
        parts.append({
            "function": f"def made(x):\n    return x\nmade.__doc__ = {entry.doc!r}",
            "class": f"class made:\n    __doc__ = {entry.doc!r}",
            "module": f"made = types.ModuleType({entry.name!r}, {entry.doc!r})",
            "odd": f"class made:\n    __doc__ = property(lambda self: {entry.doc!r})",
        }[entry.kind])  # fmt: skip
        parts.append(f"made.__name__ = {entry.name!r}\nit.{entry.name} = made")
    return "\n".join(parts) + "\n"


def require_found(
    answer: object,
    right: list[str],
    what: str,
    slips: Mapping[str, list[str]] | None = None,
    members: Mapping[str, str] | None = None,
) -> None:
    """Require the right names in the right order.

    Args:
        what: the call, as the message shows it.
        slips: message that names a misconception -> the names that it leads to.
        members: name -> message, where nothing but names of that message are missing or too many.
    """
    if isinstance(answer, CapturedError):
        kind = error_kind(answer.type)
        raise AssertionError(
            f"[raises-an-error] {what} should be a list of names; found that it raises {kind}. ‖ "
            f"{what} 应该是名字的列表，实际抛出了 {kind}。"
        )
    found = [require_text(item, what) for item in require_items(answer, what)]
    if found == right:
        return
    assert sorted(found) != right, (
        f"[unsorted] {what}: the names are right, but not sorted. ‖ {what}：名字都对，但没有排序。"
    )
    for message, wrong in (slips or {}).items():
        assert sorted(found) != sorted(wrong), message
    reasons = {(members or {}).get(name) for name in {*found} ^ {*right}}
    if len(reasons) == 1 and (reason := reasons.pop()) is not None:
        raise AssertionError(reason)
    raise AssertionError(
        f"[wrong-names] {what}: these are not the names whose documentation holds the phrase. ‖ "
        f"{what}：得到的并不是文档中含有该短语的那些名字。"
    )


def require_page(answer: object, name: str) -> None:
    """Require the address of the official page on a dotted name of torch."""
    what = f"doc_page({name!r})"
    address = urlsplit(require_text(answer, what).strip())
    if address.scheme not in ("http", "https") or address.hostname not in HOSTS:
        raise AssertionError(
            f"[another-site] {what} should be an address of PyTorch's own documentation, found "
            f"another one. ‖ {what} 应该是 PyTorch 官方文档的地址，实为别的地址。"
        )
    folder, _, last = address.path.rpartition("/generated/")
    if last == f"{name}.html":
        assert re.fullmatch(r"/docs/(stable|\d+(\.\d+)+)", folder), (
            f"[another-folder] {what} has the page's name, but these pages lie under "
            f"https://docs.pytorch.org/docs/stable/generated/. ‖ "
            f"{what} 的页面名是对的，但这些页面在 "
            "https://docs.pytorch.org/docs/stable/generated/ 之下。"
        )
        return
    assert name.rpartition(".")[2] not in last or "_C" not in last, (
        f"[module-name-in-address] {what}: the page is called by the name that people use, not by "
        f"the module in which the function was made. ‖ {what}：页面以大家使用的名字命名，"
        "而不是以函数所在的内部模块命名。"
    )
    raise AssertionError(
        f"[another-page] {what} should end in the page of that name, found another page. ‖ "
        f"{what} 应该以该名字的页面结尾，实为别的页面。"
    )


def require_change(answer: tuple, right: bool, what: str, why: str) -> None:
    """Require the right answer to whether a call changes its argument.

    Args:
        answer: what :func:`probes.made_results` tells: the answer, and how often ``f`` was called.
        why: message for a wrong answer.
    """
    found, calls = answer
    if isinstance(found, CapturedError):
        kind = error_kind(found.type)
        raise AssertionError(
            f"[raises-an-error] {what} should be True or False; found that it raises {kind}. ‖ "
            f"{what} 应该是 True 或 False，实际抛出了 {kind}。"
        )
    truth = re.fullmatch(r"bool_?", type(found).__name__) or "bool" in str(
        getattr(found, "dtype", "")
    )
    if not truth:
        raise mismatch(what, "True or False", " True 或 False", found)
    assert bool(found) == right, why
    assert calls in (None, 1), (
        f"[f-called-twice] {what} calls f {calls} times; once was asked for. ‖ "
        f"{what} 调用了 f {calls} 次；题目要求调用一次。"
    )
