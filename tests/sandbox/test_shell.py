"""The shell of the sandbox reads cells as IPython does."""

from hypothesis import given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from autograder.sandbox.shell import Transformers

PIECES = (
    "x = 1", "x % y", "%pwd", "%%time", "y = %pwd", "!ls", "z = !ls", "len?", "?len", "x??",
    ",f a b", ";f a b", "/f 1", "f(", ")", "'''", '"%"', "# why?", "# no!", "    ", "\t", "\n",
    "\n\n", ">>> ", "... ", "In [1]: ", "...: ", "if x:", "\\", "a != b", "é", "lambda: 0", "@f",
)  # fmt: skip


def read(manager, cell: str):
    try:
        return manager.transform_cell(cell)
    except SyntaxError as error:
        return type(error)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_every_cell_is_read_as_ipython_reads_it(cell):
    assert read(Transformers(), cell) == read(TransformerManager(), cell)
