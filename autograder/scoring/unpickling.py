"""What a test unpickles may come from a notebook: plain data is read, nothing is called.

A pickle names functions and classes, and says what to call them with. Whatever library reads it
asks Python's own unpickler for each name, which tells an audit hook first
(:mod:`autograder.scoring.guard`). While a test case runs only names of plain data are found. YAML's
unsafe loader does as much by tags, and a configuration of logging's by what it calls classes.
"""

from collections.abc import Callable
from logging.config import BaseConfigurator
from typing import Any

from yaml.constructor import UnsafeConstructor

YAMLS = ("find_python_module", "find_python_name", "make_python_instance",
         "set_python_instance_state")  # fmt: skip
LOGGINGS = frozenset({
    "logging.Formatter", "logging.NullHandler", "logging.StreamHandler", "sys.stderr", "sys.stdout",
})  # fmt: skip
PLAIN = frozenset({
    "builtins set", "builtins frozenset", "builtins complex", "collections OrderedDict",
    "collections Counter", "collections deque", "datetime date", "datetime datetime",
    "datetime time", "datetime timedelta", "datetime timezone", "decimal Decimal",
    "fractions Fraction", "_codecs encode",
})  # fmt: skip
NOT_UNPICKLED = (
    "{0}: a pickle, YAML or configuration that names more than plain data could run code and is "
    "not read: it may be of a file of this kind that a notebook writes ‖ "
    "{0}：提到它的 pickle、YAML 或配置可能会运行代码，因此测试不会读取"
)


def refusal(args: tuple[Any, ...]) -> str:
    """Return why a name that a pickle asks for is not found, "" where it is."""
    name = " ".join(str(one) for one in args[:2])
    return "" if name in PLAIN else NOT_UNPICKLED.format(name.replace(" ", ".")[:200])


def install(running: Callable[[], Any]) -> None:
    """Let YAML's unsafe loader and logging's settings make nothing while a test case runs."""
    resolve = BaseConfigurator.resolve
    setattr(BaseConfigurator, "resolve", _refusing(resolve, running, LOGGINGS))  # noqa: B010
    for name in YAMLS:
        usual = getattr(UnsafeConstructor, name)
        setattr(UnsafeConstructor, name, _refusing(usual, running))


def _refusing(
    usual: Callable[..., Any], running: Callable[[], Any], known: frozenset[str] = frozenset()
) -> Callable[..., Any]:
    def find(self: Any, name: Any, *args: Any, **kwargs: Any) -> Any:
        case = running()
        if case is not None and name not in known and name not in case.texts:
            raise case.refuse(AssertionError(NOT_UNPICKLED.format(str(name)[:200])))
        return usual(self, name, *args, **kwargs)

    return find
