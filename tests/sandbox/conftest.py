"""One warm local sandbox for the tests of this folder."""

import pytest

from autograder.engines.local import LocalEngine


@pytest.fixture(scope="package")
def engine():
    with LocalEngine() as engine:
        yield engine
