"""What was looked up is judged by value and by kind, and a slip is named."""

import re
import types

import pytest
import torch

from autograder import probes
from autograder.checks import lookups
from autograder.checks.lookups import Entry

DEFAULTS = {
    "a number": (2, 2, 2.0),
    "a negative number": (-1, -1, -1.0),
    "a text": ("mean", "mean", "mean"),
    "nothing": (None, None, None),
    "a truth": (True, True, True),
    "a pair": ((1, 2), (1, 2), [1, 2]),
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_the_value_itself_is_right(name):
    right, *answers = DEFAULTS[name]
    for answer in answers:
        lookups.require_default(answer, right, "f")


WRONG = {
    "the text of a number": ("2", 2, "text-for-value"),
    "the text of a text": ("'mean'", "mean", "text-for-value"),
    "a truth for a number": (True, 1, "another-default"),
    "a number for a truth": (1, True, "another-default"),
    "nothing for a number": (None, 0, "another-default"),
    "zero for nothing": (0, None, "another-default"),
    "false for nothing": (False, None, "another-default"),
    "another number": (3, 2, "another-default"),
    "a part of a pair": (1, (1, 2), "another-default"),
}


@pytest.mark.parametrize("name", WRONG)
def test_another_value_or_kind_is_wrong(name):
    answer, right, slug = WRONG[name]
    with pytest.raises(AssertionError, match=rf"^\[{slug}\]"):
        lookups.require_default(answer, right, "f")


@pytest.mark.parametrize(
    ("name", "parameter", "default"),
    [
        ("sort", "dim", -1),
        ("sort", "stable", False),
        ("allclose", "rtol", 1e-05),
        ("topk", "dim", None),
        ("add", "alpha", 1),
        ("nan_to_num", "nan", 0.0),
    ],
)
def test_the_reference_reads_the_first_line_of_the_documentation(name, parameter, default):
    assert lookups.documented(getattr(torch, name), parameter) == default


@pytest.mark.parametrize(("name", "parameter"), [("add", "input"), ("sort", "nonsense")])
def test_the_reference_finds_no_default_where_there_is_none(name, parameter):
    with pytest.raises(LookupError):
        lookups.documented(getattr(torch, name), parameter)


def made(entries):
    space: dict = {}
    exec(lookups.module_source(entries), space)
    return space["it"]


def test_a_made_module_holds_what_its_entries_say():
    module = made(
        [
            Entry("a", "One."),
            Entry("b", None),
            Entry("c", "Three.", "class"),
            Entry("d", "Four.", "value"),
            Entry("e", "Five.", "odd"),
            Entry("f", "Six.", "instance"),
            Entry("g", "Seven.", "module"),
        ]
    )
    assert isinstance(module, types.ModuleType)
    assert [module.a.__doc__, module.b.__doc__, module.c.__doc__] == ["One.", None, "Three."]
    assert not callable(module.d) and module.d.__doc__ == "Four."
    assert callable(module.e) and not isinstance(module.e.__doc__, str)
    assert callable(module.f) and module.f.__doc__ == "Six."
    assert not callable(module.g) and module.g.__doc__ == "Seven."
    assert module.a.__name__ == "a"


MEMBERS = {"_p": "[private]", "v": "[value]", "w": "[value]", "c": "[class]"}
FOUND = {
    "[private]": ["_p", "a", "c"],
    "[value]": ["a", "c", "v", "w"],
    "[class]": ["a"],
    "[wrong-names]": ["_p", "a"],  # two causes: neither is told as the one
    "[unsorted]": ["c", "a"],
}


@pytest.mark.parametrize("slug", FOUND)
def test_a_name_too_many_or_missing_is_explained_only_where_it_is_the_one_cause(slug):
    with pytest.raises(AssertionError, match=f"^{re.escape(slug)}"):
        lookups.require_found(FOUND[slug], ["a", "c"], "find", None, MEMBERS)
    lookups.require_found(["a", "c"], ["a", "c"], "find", None, MEMBERS)


PAGES = {
    "https://docs.pytorch.org/docs/stable/generated/torch.linalg.norm.html": None,
    "https://pytorch.org/docs/2.1/generated/torch.linalg.norm.html#torch.linalg.norm": None,
    "https://example.org/docs/stable/generated/torch.linalg.norm.html": "another-site",
    "https://docs.pytorch.org/docs/stable/generated/torch.norm.html": "another-page",
    "https://docs.pytorch.org/docs/generated/torch.linalg.norm.html": "another-folder",
    "https://docs.pytorch.org/docs/main/generated/torch.linalg.norm.html": "another-folder",
    "https://docs.pytorch.org/docs/stable/generated/torch._C._linalg.linalg_norm.html": (
        "module-name-in-address"
    ),
    "torch.linalg.norm": "another-site",
}


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_known_by_host_and_name(address):
    if PAGES[address] is None:
        lookups.require_page(address, "torch.linalg.norm")
    else:
        with pytest.raises(AssertionError, match=PAGES[address]):
            lookups.require_page(address, "torch.linalg.norm")


SOURCE = "def it():\n    return 1\ndef told():\n    return 0\n"


def test_an_exception_is_told_and_the_next_item_is_asked():
    def answer(it, name):
        raise KeyError(name)

    (first, _), (second, told) = probes.made_results(answer, [("it = 1", "a"), (SOURCE, "b")])
    lookups.require_lookup_error(first, "f")
    assert lookups.raised(second) and second.type == "KeyError" and told == 0


def test_a_call_of_what_was_only_to_be_looked_up_is_noticed():
    source = "calls = []\ndef told():\n    return len(calls)\ndef it(a=1):\n    calls.append(a)\n"
    for answer, called in ((lambda it: 1, False), (lambda it: it(), True)):
        [(_, calls)] = probes.made_results(answer, [(source,)])
        assert bool(calls) == called
        if called:
            with pytest.raises(AssertionError, match=r"^\[f-called\]"):
                lookups.require_not_called(calls, "f")
        else:
            lookups.require_not_called(calls, "f")


NO_ERRORS = {"none-for-required": None, "default-invented": 3, "wrong-exception": ValueError}


@pytest.mark.parametrize("slug", NO_ERRORS)
def test_what_is_no_lookup_error_is_named(slug):
    def answer(it):
        if isinstance(NO_ERRORS[slug], type):
            raise NO_ERRORS[slug]("no default")
        return NO_ERRORS[slug]

    [(found, _)] = probes.made_results(answer, [("it = 1",)])
    with pytest.raises(AssertionError, match=rf"^\[{slug}\]"):
        lookups.require_lookup_error(found, "f")
