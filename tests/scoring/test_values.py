"""Values of a student's own classes are to a test what they are in one process."""

import pytest

from autograder.scoring.formats.exceptions import ExceptionTests
from tests.running import assignment, grade, messages, outcomes, test_file

CLASSES = """
import collections, datetime, decimal, enum, fractions, pathlib, re, typing, zoneinfo
import numpy as np
Point = collections.namedtuple("Point", "x y")
class Pair(typing.NamedTuple):
    a: int
    b: str = "b"
    def joined(self): return f"{self.a}{self.b}"
class Colour(enum.Enum):
    RED = 1
    BLUE = 2
class Size(enum.IntEnum):
    SMALL = 1
    LARGE = 10
class Mood(str, enum.Enum):
    GOOD = "good"
    BAD = "bad"
class Way(enum.Flag):
    LEFT = 1
    RIGHT = 2
class Metres(float): pass
class Name(str):
    def shout(self): return self.upper()
class Row(tuple): pass
class Bag(dict):
    def most(self): return max(self.values())
class Stack(list): pass
class Count(int):
    def __repr__(self): return f"Count({int(self)})"
p, pair = Point(1, 2.5), Pair(3)
colour, size, mood, way = Colour.RED, Size.LARGE, Mood.GOOD, Way.LEFT | Way.RIGHT
metres, name, row, bag, stack, count = Metres(2.5), Name("ann"), Row((1, 2)), Bag(a=1), Stack([1]), Count(3)
text, single = np.str_("abc"), np.float32(1.5)
ordered = collections.OrderedDict([("b", 1), ("a", 2)]); ordered.move_to_end("b")
counter = collections.Counter("hello")
default = collections.defaultdict(list, {"a": [1]})
line = collections.deque([1, 2, 3], maxlen=3)
exact, half = decimal.Decimal("1.10"), fractions.Fraction(1, 2)
day, moment = datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 12, 30)
span = datetime.timedelta(days=1, seconds=5)
part, keys, items = slice(1, 5, 2), {"a": 1}.keys(), {"a": 1}.items()
objects = np.array(["a", 1, None], dtype=object)
digits, berlin = re.compile("([0-9]+)x", re.I), zoneinfo.ZoneInfo("Europe/Berlin")
noon, twice = [datetime.datetime(2024, 10, 27, 2, 30, tzinfo=berlin, fold=n) for n in (0, 1)]
pure, windows = pathlib.PurePosixPath("a/b.txt"), pathlib.PureWindowsPath("c:/d")
nested = [Point(1, 2), {"k": Size.SMALL}, (Mood.BAD,)]
"""  # noqa: E501
BODIES = [
    "import re\n    assert digits == re.compile('([0-9]+)x', re.I) != re.compile('([0-9]+)x')",
    "assert digits.findall('1x 22X') == ['1', '22'] and digits.groups == 1",
    "assert noon.tzinfo is twice.tzinfo and str(berlin) == 'Europe/Berlin' == noon.tzinfo.key",
    "assert [m.utcoffset().seconds for m in (noon, twice)] == [7200, 3600] and twice.fold == 1",
    "assert pure.suffix == '.txt' and str(windows) == 'c:\\\\d' and pure.parts == ('a', 'b.txt')",
    "assert p == (1, 2.5) and p.x == 1 and p.y == 2.5 and isinstance(p, tuple)",
    "assert p._fields == ('x', 'y') and p._asdict() == {'x': 1, 'y': 2.5}",
    "assert repr(p) == 'Point(x=1, y=2.5)' and type(p).__name__ == 'Point' and len(p) == 2",
    "x, y = p\n    assert (x, y) == (1, 2.5) and p[0] == 1 and p != (1, 3)",
    "assert pair.a == 3 and pair.b == 'b' and pair.joined() == '3b'",
    "assert colour.name == 'RED' and colour.value == 1 and str(colour) == 'Colour.RED'",
    "assert colour is Colour.RED and colour == Colour.RED and colour != Colour.BLUE",
    "import enum\n    assert isinstance(colour, enum.Enum) and isinstance(colour, Colour)",
    "assert colour != 1 and repr(colour) == '<Colour.RED: 1>' and len(Colour) == 2",
    "assert [c.name for c in Colour] == ['RED', 'BLUE'] and Colour(2) is Colour.BLUE",
    "assert Colour['RED'] is colour and {colour: 1}[Colour.RED] == 1",
    "assert size == 10 and size > 9 and size.name == 'LARGE' and isinstance(size, int)",
    "assert size + 1 == 11 and size is Size.LARGE and Size.SMALL < size",
    "assert mood == 'good' and mood.value == 'good' and isinstance(mood, str)",
    "assert mood.upper() == 'GOOD' and mood is Mood.GOOD and mood in ('good', 'bad')",
    "assert way == Way.LEFT | Way.RIGHT and Way.LEFT in way",
    "assert metres == 2.5 and metres * 2 == 5 and isinstance(metres, float)",
    "assert type(metres) is not float and type(metres).__name__ == 'Metres'",
    "assert isinstance(metres, Metres) and not isinstance(2.5, Metres)",
    "assert name == 'ann' and name.shout() == 'ANN' and name.title() == 'Ann'",
    "assert not hasattr(name, 'nothing') and hasattr(name, 'shout')",
    "assert row == (1, 2) and bag == {'a': 1} and bag.most() == 1 and bag['a'] == 1",
    "assert stack == [1] and isinstance(stack, list) and sum(stack) == 1",
    "assert count == 3 and repr(count) == 'Count(3)' and f'{count + 1}' == '4'",
    "import numpy as np\n    assert text == 'abc' and isinstance(text, np.str_)",
    "import numpy as np\n    assert type(single) is np.float32 and single == 1.5",
    "import collections\n    assert list(ordered) == ['a', 'b'] and ordered == {'a': 2, 'b': 1}\n"
    "    assert ordered != collections.OrderedDict([('b', 1), ('a', 2)])",
    "import collections\n    assert counter['l'] == 2 and counter['z'] == 0\n"
    "    assert counter.most_common(1) == [('l', 2)] and isinstance(counter, collections.Counter)",
    "assert default['a'] == [1] and default['new'] == [] and default == {'a': [1], 'new': []}",
    "assert list(line) == [1, 2, 3] and line.maxlen == 3",
    "from decimal import Decimal\n    assert exact == Decimal('1.1') and str(exact) == '1.10'",
    "from fractions import Fraction\n    assert half == Fraction(1, 2) and half + 1 == 1.5",
    "import datetime\n    assert day == datetime.date(2024, 2, 29) and day.year == 2024\n"
    "    assert moment - span < moment and moment.isoformat() == '2024-02-29T12:30:00'",
    "assert list(range(10))[part] == [1, 3] and 'a' in keys and list(items) == [('a', 1)]",
    "assert keys == {'a'} and objects.tolist() == ['a', 1, None] and objects.dtype == object",
    "assert nested[0].y == 2 and nested[1]['k'] == 1 and nested[2][0] == 'bad'",
    "assert mirror(p) is not None and mirror(colour) is colour and mirror(p).x == 1",
]
NAMES = sorted({"mirror", "Point", "Colour", "Size", "Mood", "Way", "Metres", "p", "pair", "colour",
                "size", "mood", "way", "metres", "name", "row", "bag", "stack", "count", "text",
                "single", "ordered", "counter", "default", "line", "exact", "half", "day",
                "moment", "span", "part", "keys", "items", "objects", "nested", "digits",
                "berlin", "noon", "twice", "pure", "windows"})  # fmt: skip
CELL = CLASSES + "def mirror(x): return x\n"
CASES = [f"def case{number}({', '.join(NAMES)}):\n    {body}" for number, body in enumerate(BODIES)]


@pytest.fixture(scope="module")
def verdicts(engine):
    gradation = grade(engine, assignment(q1=test_file("q1", *CASES)), (CELL, "q1"))
    return gradation, outcomes(gradation)


@pytest.mark.parametrize("number", range(len(BODIES)), ids=lambda number: BODIES[number][:60])
def test_a_value_is_what_it_is(verdicts, number):
    gradation, passed = verdicts
    assert passed[number], gradation.questions[0].cases[number].message


def test_the_same_tests_pass_in_one_process():
    namespace = {}
    exec(CELL, namespace)
    tests = ExceptionTests.from_string(test_file("q1", *CASES))
    tests.run(namespace)
    assert [case.passed for case in tests.test_case_results] == [True] * len(BODIES)


@pytest.mark.parametrize("cell", [
    "class L(int):\n    def __eq__(self, other): return False\nx = L(5)",
    "class L(str):\n    def __len__(self): return 7\nx = L('5')",
    "class L(tuple):\n    def __iter__(self): return iter(())\nx = L((5,))",
    "class L(float):\n    def __getattribute__(self, name): return 5\nx = L(4)",
    "class M(type):\n    def mro(cls): return [cls, int, object]\n"
    "class L(int, metaclass=M):\n    def __eq__(self, other): return False\n    __hash__ = None\n"
    "x = L(5)",
])  # fmt: skip
def test_an_object_that_changes_what_it_means_is_no_value(engine, cell):
    tests = assignment(q1=test_file("q1", "def case(x):\n    assert x == 5 or len(x) == 1"))
    gradation = grade(engine, tests, (cell, "q1"))
    assert outcomes(gradation) == [False], messages(gradation)
