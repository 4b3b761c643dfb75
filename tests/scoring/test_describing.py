"""A student's descriptors do in a test's class what they do in one process."""

import pytest
from otter.test_files.exception_test import ExceptionTestFile

from autograder.scoring.assignment import Assignment
from tests.running import grade, messages, outcomes, test_file

BY_ITEM = """
class Positive:
    def __set_name__(self, owner, name): self.name = name
    def __get__(self, obj, owner=None): return self if obj is None else obj.__dict__[self.name]
    def __set__(self, obj, value):
        if value <= 0: raise ValueError(f"{self.name} has to be positive")
        obj.__dict__[self.name] = value
    def __delete__(self, obj): del obj.__dict__[self.name]
class Lazy:
    def __init__(self, compute): self.compute = compute
    def __set_name__(self, owner, name): self.name = name
    def __get__(self, obj, owner): return vars(obj).setdefault(self.name, self.compute(obj))
class Plain: pass
"""
READ = "obj.__dict__[self.name]", "getattr(obj, '_' + self.name)"
BY_ATTRIBUTE = (
    BY_ITEM.replace("obj.__dict__[self.name] = value", "setattr(obj, '_' + self.name, value)")
    .replace("del obj.__dict__[self.name]", "delattr(obj, '_' + self.name)")
    .replace(*READ)
)
CELLS = {
    "by item": BY_ITEM,
    "by attribute": BY_ATTRIBUTE,
    "one for all objects": BY_ITEM.replace("obj.__dict__[self.name] = value", "self.v = value")
    .replace("obj.__dict__[self.name]\n    def __set__", "self.v\n    def __set__"),
    "another value": BY_ITEM.replace("= value", "= 2 * value"),
    "none at all": "class Positive: pass\nclass Lazy:\n    def __init__(self, f): pass\n"
    "class Plain: pass",
}  # fmt: skip
BOX = """class Box:
    width, height = Positive(), Positive()
    def __init__(self, width, height): self.width, self.height = width, height
b, c = Box(2, 3), Box(5, 6)
"""
BODIES = [
    BOX + "assert (b.width, b.height, c.width) == (2, 3, 5)",
    BOX + "try: b.height = -1\nexcept ValueError as error: assert 'height' in str(error)\n"
    "else: assert False\nassert b.height == 3",
    BOX + "assert isinstance(Box.width, Positive) and Box.width.name == 'width'",
    BOX + "del b.width\nassert not hasattr(b, '_width') and 'width' not in vars(b)",
    "calls = []\nclass Data:\n    @Lazy\n    def total(self):\n        calls.append(1)\n"
    "        return 42\nd = Data()\nassert d.total == 42 == d.total and calls == [1]",
    "p = Plain()\nclass Holder: plain = p\nassert Holder.plain is p and Holder().plain is p",
]


@pytest.mark.parametrize("cell", CELLS)
def test_a_descriptor_in_a_tests_class_does_what_it_does_in_one_process(engine, cell):
    takes = "Positive, Lazy, Plain"
    cases = [
        f"def case{n}({takes}):\n    " + body.replace("\n", "\n    ")
        for n, body in enumerate(BODIES)
    ]
    source = test_file("q1", *cases)
    tests = Assignment("demo", "d", {"show_hidden": True}, {"q1": source}, {}, is_foreign=True)
    namespace: dict = {"__name__": "__main__"}
    exec(CELLS[cell], namespace)
    stock = ExceptionTestFile.from_string(source, "q1.py")
    stock.run(namespace)
    in_stock = [one.passed for one in stock.test_case_results]
    assert in_stock[-1] and all(in_stock[:2]) is cell.startswith("by")
    here = grade(engine, tests, (CELLS[cell], "q1"))
    assert outcomes(here) == in_stock, messages(here)
