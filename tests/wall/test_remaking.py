"""Copies of graphs and databases: what is remade is what was taken apart, in its order."""

import sqlite3
import sys

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.wall.codec.prints import print_of
from autograder.wall.codec.recipes import is_copied
from autograder.wall.codec.remaking import GRAPHS, REMAKING, parts_of

NODES = st.one_of(st.integers(0, 4), st.sampled_from("abc"), st.tuples(st.integers(0, 1)))
EDGES = st.lists(st.tuples(NODES, NODES, st.integers(0, 9)), max_size=12)


def remade(value):
    cls = type(value)
    make, parts = parts_of(value, f"{cls.__module__}.{cls.__name__}")
    return REMAKING[make](*parts)


def shape_of(graph):
    rows = [[(n, list(row.items())) for n, row in graph._adj.items()], list(graph.nodes.items())]
    back = getattr(graph, "_pred", {})
    return type(graph), rows, [(n, list(row)) for n, row in back.items()], graph.graph


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(GRAPHS), edges=EDGES, alone=st.lists(NODES, max_size=3))
def test_a_graph_is_remade_with_its_nodes_and_neighbours_in_order(name, edges, alone):
    graph = getattr(nx, name)(about=name)
    graph.add_nodes_from(alone, kind=1)
    for a, b, weight in edges:
        graph.add_edge(a, b, weight=weight)
    made = remade(graph)
    assert shape_of(made) == shape_of(graph) and nx.utils.graphs_equal(made, graph)
    for a, b, *key in list(made.edges):
        made.edges[(a, b, *key)]["weight"] = -1  # an edge's attributes are one dictionary
    back = made.reverse() if made.is_directed() else made
    assert all(about["weight"] == -1 for _, _, about in back.edges(data=True))


@settings(max_examples=60, deadline=None)
@given(edges=EDGES.filter(bool), change=st.sampled_from(
    ["add_node", "remove_node", "weigh", "name", "nothing"]))  # fmt: skip
def test_a_graph_that_was_changed_is_told_from_one_that_was_not(edges, change):
    graph = nx.Graph()
    graph.add_weighted_edges_from(edges)
    before, node = print_of(graph), edges[0][0]
    if change == "add_node":
        graph.add_node("new")
    elif change == "remove_node":
        graph.remove_node(node)
    elif change == "weigh":
        graph.edges[edges[0][:2]]["weight"] = -1
    elif change == "name":
        graph.graph["name"] = "x"
    else:
        assert list(nx.bfs_tree(graph, node)) and graph.copy()
    assert (print_of(graph) == before) is (change == "nothing")


@pytest.mark.skipif(sys.version_info < (3, 11), reason="databases are told from 3.11 on")
@pytest.mark.parametrize("rows", [None, [], [(1, "a"), (2, None)]])
@pytest.mark.parametrize("named", [False, True])
def test_a_database_is_remade_with_all_that_it_holds(rows, named):
    conn = sqlite3.connect(":memory:")
    conn.row_factory = sqlite3.Row if named else None
    if rows is not None:
        conn.execute("CREATE TABLE t (n INT, text TEXT)")
        conn.executemany("INSERT INTO t VALUES (?, ?)", rows)  # not committed
    made = remade(conn)
    assert is_copied(conn) and list(made.iterdump()) == list(conn.iterdump())
    assert made.row_factory is conn.row_factory
    before = print_of(made)
    made.execute("SELECT * FROM sqlite_master").fetchall()
    assert print_of(made) == before
    if rows is not None:
        made.execute("INSERT INTO t VALUES (3, 'c')")
        assert print_of(made) != before
        made.commit()
        assert print_of(made) != before
    made.execute("CREATE TABLE more (n INT)")
    assert print_of(made) != before
