"""What makes a copy of an object that does not say so itself: groups, graphs, databases."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from autograder.errors import EvidenceError

GROUPS = ("DataFrameGroupBy", "SeriesGroupBy")
GROUPING = ("as_index", "sort", "group_keys", "observed", "dropna")
GRAPHS = ("Graph", "DiGraph", "MultiGraph", "MultiDiGraph")
OF_NETWORKX = frozenset(f"networkx.classes.{name.lower()}.{name}" for name in GRAPHS)
DATABASE = "sqlite3.Connection"

Rows = list[list[Any]]  # pairs


def parts_of(value: Any, name: str) -> tuple[str, tuple[Any, ...]] | None:
    """Return what remakes an object and of what, None of other objects.

    Args:
        name: its class's module and name.

    Raises:
        EvidenceError: it has something that cannot be told.
    """
    if name.rpartition(".")[2] in GROUPS:
        return "grouped", _groups(value)
    if name in OF_NETWORKX:
        return "graph", _graph(value)
    return ("database", _database(value)) if name == DATABASE else None


def layout_of(array: np.ndarray) -> tuple[Any, ...]:
    """Return what :func:`array_of` makes an array of records of."""
    fields: Any = array.dtype.fields
    names = array.dtype.names or ()
    parts = [(name, fields[name][0].str, fields[name][1]) for name in names]
    return parts, array.dtype.itemsize, array.shape, array.tobytes()


def array_of(
    fields: list[tuple[str, str, int]], itemsize: int, shape: tuple[int, ...], data: bytes
) -> np.ndarray:
    """Return an array of records whose fields lie where they are told."""
    names, formats, offsets = zip(*fields)
    layout = {"names": names, "formats": formats, "offsets": offsets, "itemsize": itemsize}
    dtype: Any = np.dtype(layout)  # type: ignore[call-overload]
    return np.frombuffer(bytearray(data), dtype).reshape(shape)


def grouped(rows: Any, keys: Any, level: Any, options: dict[str, Any], selected: Any) -> Any:
    """Return a table's groups."""
    made = rows.groupby(keys, level=level, **options)
    return made if selected is None else made[selected]


def _groups(value: Any) -> tuple[Any, ...]:
    """Return what :func:`grouped` makes groups of; a column's are told by their labels."""
    rows, keys, level = value.obj, value.keys, value.level
    if rows.ndim == 1:
        labels = [(one.name, one.grouping_vector) for one in value._grouper.groupings]
        keys = [type(rows)(label, rows.index, name=name) for name, label in labels]
        keys, level = keys[0] if len(keys) == 1 else keys, None
    options = {name: getattr(value, name) for name in GROUPING}
    return rows, keys, level, options, value._selection if rows.ndim > 1 else None


def graph(name: str, about: dict, nodes: Rows, edges: Rows, back: Rows, kept: list[dict]) -> Any:
    """Return a graph of NetworkX's, its nodes and neighbours in the order that they are told in.

    Args:
        about: the graph's own attributes.
        nodes: each with its attributes.
        edges: each node with its neighbours, which are numbers into ``kept``.
        back: likewise, where edges have a direction.
        kept: the attributes of edges; those of one edge are one dictionary, however it is met.
    """
    made = getattr(import_module("networkx"), name)()
    made.graph.update(about)
    made._node.update(nodes)
    for rows, told in ((made._adj, edges), (getattr(made, "_pred", {}), back)):
        for node, row in told:
            rows[node] = {other: kept[number] for other, number in row}
    return made


def _graph(value: Any) -> tuple[Any, ...]:
    """Return what :func:`graph` makes a graph of."""
    kept: list[dict] = []
    numbers: dict[int, int] = {}

    def numbered(one: dict) -> int:
        if id(one) not in numbers:
            numbers[id(one)] = len(kept)
            kept.append(one)
        return numbers[id(one)]

    sides = [
        [[node, [[other, numbered(one)] for other, one in row.items()]] for node, row in rows]
        for rows in (value._adj.items(), getattr(value, "_pred", {}).items())
    ]
    nodes = [[node, about] for node, about in value._node.items()]
    return type(value).__name__, value.graph, nodes, *sides, kept


def database(content: bytes, named: bool, changes: int) -> Any:
    """Return a connection to a database in memory.

    Args:
        content: as SQLite would write it into a file.
        named: whether a row's items can be asked for by name.
        changes: how many rows were changed, which tells those not committed in a copy too.
    """
    sqlite3 = import_module("sqlite3")
    made: Any = sqlite3.connect(":memory:")
    if content:
        made.deserialize(content)
    made.row_factory = sqlite3.Row if named else None
    return made


def _database(value: Any) -> tuple[Any, ...]:
    """Return what :func:`database` makes a connection of."""
    by_name = import_module("sqlite3").Row
    if value.row_factory not in (None, by_name):
        raise EvidenceError("a connection with a row factory cannot cross into the sandbox")
    named = value.row_factory is by_name
    pages = value.execute("PRAGMA page_count").fetchone()[0]
    content = value.serialize() if pages else b""  # SQLite has none for an empty one
    return content, named, value.total_changes


REMAKING: dict[str, Callable[..., Any]] = {
    "array": array_of, "grouped": grouped, "graph": graph, "database": database,
}  # fmt: skip
