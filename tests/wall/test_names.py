"""Library functions and classes cross by name, and only those that are harmless wherever called."""

import collections
import datetime
import decimal
import fractions
import importlib.util
import json
import math
import operator
import os
import pickle
import re
import statistics

import numpy as np
import pandas as pd
import pytest
import sympy
import torch

from autograder.errors import EvidenceError
from autograder.scoring.libraries import library
from autograder.wall import codec
from autograder.wall.codec.names import LISTED, find, name_of

STAYED = object()
CROSS = [
    np.isclose, np.sin, np.add, np.mean, np.ndarray, np.float64, np.array, math.sin,
    pd.DataFrame, pd.Series, pd.concat, pd.isna, collections.Counter, fractions.Fraction,
    decimal.Decimal, datetime.date, statistics.mean, torch.Tensor,
]  # fmt: skip
STAY = [
    np.load, np.save, np.fromfile, np.genfromtxt, np.loadtxt, np.memmap, np.vectorize, np.savez,
    pd.read_pickle, pd.read_csv, pd.eval, pd.read_sql, torch.load, torch.compile, torch.hub.load,
    sympy.sympify, sympy.sqrt, os.system, pickle.loads, eval, exec, open, operator.call
    if hasattr(operator, "call") else operator.attrgetter, json.loads, __import__,
]  # fmt: skip


def to_scorer(value):
    return codec.unpack(codec.pack(value, keep=lambda _: 1), adopt=lambda *_: STAYED)


def to_sandbox(value):
    return codec.unpack(codec.pack(value), resolve=lambda _: None, adopt=lambda *_: STAYED)


def label(value) -> str:
    """Name a value in a test's id, which is the same in each process of the suite."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


@pytest.mark.parametrize("value", CROSS, ids=label)
def test_each_side_takes_its_own(value):
    assert to_scorer(value) is value
    assert to_sandbox(value) is value


@pytest.mark.parametrize("value", STAY, ids=label)
def test_what_reads_files_or_runs_texts_stays_where_it_is(value):
    assert name_of(value) is None
    assert to_scorer(value) is STAYED


@pytest.mark.parametrize("name", [
    "numpy:load", "numpy:lib", "pandas:eval", "os:system", "builtins:eval", "numpy:__builtins__",
    "math:__loader__", "numpy", "numpy:a:b", ":", "", None, 7, "torch:load", "posix:system",
], ids=repr)  # fmt: skip
def test_no_other_name_is_found(name):
    assert find(name) is None


def test_a_function_that_lies_about_its_name_is_not_called():
    """It stays a stand-in: nothing says that it is the library's."""

    def mine(x):
        return x

    mine.__module__, mine.__name__ = "numpy", "isclose"
    assert to_scorer(mine) is STAYED


def test_a_sandbox_that_lies_brings_the_true_function():
    forged = {"$": "object", "id": 1, "bases": ["builtins.function"], "callable": True, "has": [],
              "library": "numpy:isclose"}  # fmt: skip
    import msgpack

    assert codec.unpack(msgpack.packb(forged), adopt=lambda *_: STAYED) is np.isclose
    with pytest.raises(EvidenceError):
        codec.unpack(msgpack.packb({"$": "library", "name": "numpy:load"}))


@pytest.mark.parametrize("module", sorted(LISTED))
def test_what_is_listed_exists_and_crosses_as_itself(module):
    here = importlib.util.find_spec(module) is not None  # some are only in a course's environment
    found = vars(importlib.import_module(module)) if here else {}
    for name in LISTED[module] or ():
        value = found.get(name)
        if value is not None and name_of(value) is not None:  # "trapezoid" is in newer ones only
            assert to_scorer(value) is value


@pytest.mark.parametrize("name", [
    "sympy", "pandas.compat.pickle_compat", "pandas.io.pickle", "torch.serialization", "pickle",
    "numpy.lib.npyio", "torch.hub", "os", "subprocess", "builtins", "importlib", 7, None,
], ids=repr)  # fmt: skip
def test_no_module_comes_by_name_whose_functions_unpickle_or_run_texts(name):
    assert library(name) is None


@pytest.mark.parametrize("module", [np, math, torch, np.linalg, pd, json], ids=repr)
def test_modules_that_tests_compute_with_come_by_name(module):
    assert library(module.__name__) is module


@pytest.mark.parametrize("name", ["statistics:_sum", "math:__loader__", "statistics:__getattr__"])
def test_what_a_module_keeps_to_itself_is_not_found(name):
    assert find(name) is None
