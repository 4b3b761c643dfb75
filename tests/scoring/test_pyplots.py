"""Who draws into which figure in a test: as in one process, or the case fails."""

import pytest

from tests.running import grade_doctests, outcomes
from tests.scoring.test_beside_stock import in_stock

DRAWING = (
    "import matplotlib.pyplot as plt\nimport pandas as pd\ns = pd.Series([1, 2])\n"
    "wide = pd.DataFrame({'a': [1, 2], 'b': [3, 4]})\n"
    "def begin():\n    fig, ax = plt.subplots()\n    ax.plot([1, 2], [3, 4])\n    return ax\n"
    "def draw():\n    plt.plot([1, 2])\n    return plt.gca()\n"
)
DRAWN = (
    "len(s.plot().lines)", "s.plot() is ax", "len(wide.plot().lines)",
    "len(wide.plot.bar().patches)",
    "len(sns.lineplot(x=[1, 2], y=[3, 4]).lines)", "sns.lineplot(x=[1, 2], y=[3, 4]) is ax",
    "(plt.figure(), len(plt.get_fignums()))[1]",
    "(s.plot(ax=plt.figure().gca()), len(ax.lines))[1]",
    "len(plt.gca().lines)", "(plt.plot([5, 6]), len(ax.lines))[1]", "draw() is ax",
    "(plt.hist([1, 2]), len(ax.patches) > 0)[1]", "(plt.title('x'), ax.get_title())[1] == 'x'",
    "(plt.clf(), len(ax.figure.axes))[1]", "(plt.close('all'), len(s.plot().lines))[1]",
    "(plt.close('all'), len(draw().lines))[1]", "(draw(), len(s.plot().lines))[1]",
)  # fmt: skip
OF_THE_NOTEBOOKS = (*DRAWN[:2], *DRAWN[4:6], DRAWN[-1])  # into whose figure no library here draws


@pytest.mark.parametrize("drawn", DRAWN)
def test_who_draws_into_which_figure_is_as_in_one_process(engine, drawn):
    """A library that would draw into the notebook's current figure fails the case instead."""
    head = (
        ">>> import matplotlib.pyplot as plt\n>>> import seaborn as sns\n"
        ">>> plt.close('all')\n>>> ax = begin()\n"
    )
    wanted = ("True", "False", "0", "1", "2", "4")
    examples = [f"{head}>>> {drawn}\n{one}" for one in wanted]
    graded = grade_doctests(engine, DRAWING, [(code, None) for code in examples], foreign=True)
    stock = in_stock(DRAWING, examples)
    assert outcomes(graded) == [ok and drawn not in OF_THE_NOTEBOOKS for ok in stock]
