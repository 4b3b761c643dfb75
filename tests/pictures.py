"""Ways to draw a function and its derivative, as data: right ones, and wrong ones by their slip.

Each way is a function of (figure, x, f, df), the last two being callables on float64 arrays.
"""

import datetime

import matplotlib
import numpy as np
import torch

matplotlib.use("Agg")

GRID = np.arange(-5, 5, 0.02)


def _ax(fig):
    return fig.add_subplot()


def _both(draw):
    """Make a way to draw out of a way to draw one curve on an Axes."""

    def way(fig, x, f, df):
        ax = _ax(fig)
        draw(ax, x, f(x), "f(x)")
        draw(ax, x, df(x), "df(x)")

    return way


def _one_call_per_point(ax, x, y, label):
    for at, value in zip(x, y):
        ax.plot(at, value, "k*" if label == "f(x)" else "r.", label=label)


def _scatter_per_point(ax, x, y, label):
    for at, value in zip(x, y):
        ax.scatter(at, value)


def _interleaved_in_one_style(fig, x, f, df):
    ax = _ax(fig)
    for at in x:
        ax.plot(at, f(at), "ko")
        ax.plot(at, df(at), "ko")


def _masked(ax, x, y, label):
    y = np.ma.masked_where(np.abs(x - 1) < 0.1, y)
    ax.plot(x, y, label=label)


def _gaps(ax, x, y, label):
    y = y.copy()
    y[100:103] = np.nan
    ax.plot(x, y, label=label)


def _pieces(ax, x, y, label):
    for part in (slice(0, 200), slice(200, None)):
        ax.plot(x[part], y[part], label=label)


def _tensors(x, y):
    return list(torch.tensor(x, dtype=torch.float32)), list(torch.tensor(y, dtype=torch.float32))


def _denser(fig, x, f, df):
    _both(lambda ax, x, y, label: ax.plot(x, y))(fig, np.linspace(-5, 5, 3001), f, df)


def _twin(fig, x, f, df):
    ax = _ax(fig)
    ax.plot(x, f(x))
    ax.twinx().plot(x, df(x))


def _subplots(fig, x, f, df):
    first, second = fig.subplots(2, 1, sharex=True)
    first.plot(x, f(x))
    second.scatter(x, df(x))


def _float32_before_computing(fig, x, f, df):
    ax, coarse = _ax(fig), x.astype(np.float32)
    ax.plot(x, f(coarse))
    ax.plot(x, df(coarse).tolist())


def _one_scatter_for_both(fig, x, f, df):
    _ax(fig).scatter(np.concatenate([x, x]), np.concatenate([f(x), df(x)]))


def _with_decoration(fig, x, f, df):
    ax = _ax(fig)
    ax.axhline(0, color="k")
    ax.axvline(0, color="k")
    ax.axline((0, 0), slope=1)
    ax.grid(True)
    ax.plot(x, f(x))
    ax.plot(x, df(x))
    ax.plot(0, 1, "ro")


def _columns(fig, x, f, df):
    _ax(fig).plot(x, np.column_stack([f(x), df(x)]), label=["f(x)", "df(x)"])


RIGHT = {
    "plot": _both(lambda ax, x, y, label: ax.plot(x, y, label=label)),
    "markers only": _both(lambda ax, x, y, label: ax.plot(x, y, "k*", label=label)),
    "scatter": _both(lambda ax, x, y, label: ax.scatter(x, y, label=label)),
    "step": _both(lambda ax, x, y, label: ax.step(x, y, where="mid", label=label)),
    "stem": _both(lambda ax, x, y, label: ax.stem(x, y, label=label)),
    "errorbar": _both(lambda ax, x, y, label: ax.errorbar(x, y, yerr=0.1, capsize=2, label=label)),
    "bar": _both(lambda ax, x, y, label: ax.bar(x, y, width=0.01, label=label)),
    "vlines": _both(lambda ax, x, y, label: ax.vlines(x, 0, y, label=label)),
    "one call per point": _both(_one_call_per_point),
    "one scatter per point": _both(_scatter_per_point),
    "interleaved in one style": _interleaved_in_one_style,
    "one scatter for both": _one_scatter_for_both,
    "pieces": _both(_pieces),
    "columns": _columns,
    "masked": _both(_masked),
    "NaN gaps": _both(_gaps),
    "reversed": _both(lambda ax, x, y, label: ax.plot(x[::-1], y[::-1])),
    "shuffled": _both(lambda ax, x, y, label: ax.plot(*np.random.permutation(np.c_[x, y]).T, "o")),
    "denser": _denser,
    "float32": _both(lambda ax, x, y, label: ax.plot(x.astype("f4"), y.astype("f4"))),
    "float16": _both(lambda ax, x, y, label: ax.plot(x, y.astype("f2"))),
    "float16 as a list": _both(lambda ax, x, y, label: ax.plot(x, y.astype("f2").tolist())),
    "float32 before computing": _float32_before_computing,
    "tensor": _both(lambda ax, x, y, label: ax.plot(torch.tensor(x), torch.tensor(y))),
    "list of 0-d tensors": _both(lambda ax, x, y, label: ax.plot(*_tensors(x, y))),
    "list of floats": _both(lambda ax, x, y, label: ax.plot(x.tolist(), y.tolist())),
    "column vectors": _both(lambda ax, x, y, label: ax.plot(x[:, None], y[:, None])),
    "twin axes": _twin,
    "subplots": _subplots,
    "decoration": _with_decoration,
}


def _wrong(values):
    """Make a way that draws f right and, as its derivative, ``values(x, f, df)``."""

    def way(fig, x, f, df):
        ax = _ax(fig)
        ax.plot(x, f(x), label="f(x)")
        ax.plot(x, values(x, f, df), "k*", label="df(x)")

    return way


def _accumulated_point_by_point(fig, x, f, df):
    ax = _ax(fig)
    x = x[::5]
    for at, value in zip(x, np.cumsum(df(x))):
        ax.scatter(at, f(at))
        ax.scatter(at, value)


def _swapped(fig, x, f, df):
    ax = _ax(fig)
    ax.plot(x, f(x))
    ax.plot(df(x), x)


def _indices(fig, x, f, df):
    ax = _ax(fig)
    ax.plot(x, f(x))
    ax.plot(df(x))


def _hidden(fig, x, f, df, **look):
    ax = _ax(fig)
    ax.plot(x, f(x))
    ax.plot(x, df(x), **look)


def _few_right_points(fig, x, f, df):
    ax = _ax(fig)
    ax.plot(x, f(x))
    ax.plot(x, np.cumsum(df(x)))
    ax.plot(x[:9], df(x[:9]))


def _float32(values):
    return lambda x, f, df: values(x.astype("f4"), f, df).astype("f4")


_RNG = np.random.default_rng(3)
_accumulated = lambda x, f, df: np.cumsum(df(x))  # noqa: E731
_gradient = lambda x, f, df: np.gradient(f(x), x)  # noqa: E731

WRONG = {
    "accumulated": ("accumulated-gradient", _wrong(_accumulated)),
    "accumulated in float32": ("accumulated-gradient", _wrong(_float32(_accumulated))),
    "accumulated from the right": (
        "accumulated-gradient",
        _wrong(lambda x, f, df: np.cumsum(df(x)[::-1])[::-1]),
    ),
    "accumulated onto an old gradient": (
        "accumulated-gradient",
        _wrong(lambda x, f, df: 7 + np.cumsum(df(x))),
    ),
    "accumulated, point by point": ("accumulated-gradient", _accumulated_point_by_point),
    "accumulated beside a few right points": ("accumulated-gradient", _few_right_points),
    "one tensor many times": (
        "same-gradient-everywhere",
        _wrong(lambda x, f, df: np.full_like(x, df(x).sum())),
    ),
    "f drawn twice": ("derivative-equals-f", _wrong(lambda x, f, df: f(x))),
    "negated": ("negated", _wrong(lambda x, f, df: -df(x))),
    "degrees": ("degrees", _wrong(lambda x, f, df: df(np.deg2rad(x)))),
    "degrees, with the inner derivative": (
        "degrees",
        _wrong(lambda x, f, df: df(np.deg2rad(x)) * np.pi / 180),
    ),
    "converted the wrong way": ("degrees", _wrong(lambda x, f, df: df(np.rad2deg(x)))),
    "np.gradient": ("finite-differences", _wrong(_gradient)),
    "np.gradient in float32": ("finite-differences", _wrong(_float32(_gradient))),
    "np.gradient on a fine grid": (
        "finite-differences",
        lambda fig, x, f, df: _wrong(_gradient)(fig, np.linspace(-5, 5, 10001), f, df),
    ),
    "forward differences": (
        "finite-differences",
        _wrong(lambda x, f, df: np.append(np.diff(f(x)) / 0.02, df(x[-1]))),
    ),
    "central differences, step 0.001": (
        "finite-differences",
        _wrong(lambda x, f, df: (f(x + 1e-3) - f(x - 1e-3)) / 2e-3),
    ),
    "differences not divided": (
        "differences-not-divided",
        _wrong(lambda x, f, df: np.append(np.diff(f(x)), 0)),
    ),
    "rounded": ("nearly-right", _wrong(lambda x, f, df: df(x).round(2))),
    "absolute": ("absolute-values", _wrong(lambda x, f, df: np.abs(df(x)))),
    "sorted": ("shuffled-values", _wrong(lambda x, f, df: np.sort(df(x)))),
    "mean": ("scaled-values", _wrong(lambda x, f, df: df(x) / x.size)),
    "doubled": ("scaled-values", _wrong(lambda x, f, df: 2 * df(x))),
    "offset": ("offset-values", _wrong(lambda x, f, df: df(x) + 3)),
    "shifted by a step": ("shifted-grid", _wrong(lambda x, f, df: np.roll(df(x), 1))),
    "shifted": ("shifted-grid", _wrong(lambda x, f, df: df(x + 0.3))),
    "shifted far": ("shifted-grid", _wrong(lambda x, f, df: df(x + 5))),
    "scaled": ("scaled-grid", _wrong(lambda x, f, df: df(2 * x))),
    "over indices": ("scaled-grid", _indices),
    "swapped": ("swapped-axes", _swapped),
    "noise": ("wrong-curve", _wrong(lambda x, f, df: _RNG.normal(size=x.size))),
    "clipped": ("wrong-curve", _wrong(lambda x, f, df: np.maximum(df(x), 0))),
    "wrong on one side": ("wrong-curve", _wrong(lambda x, f, df: np.where(x > 3, x, df(x)))),
    "wrong at one point": ("nearly-right", _wrong(lambda x, f, df: df(x) + 0.01 * (x == x[9]))),
    "not drawn": ("missing-curve", lambda fig, x, f, df: _ax(fig).plot(x, f(x))),
    "one point": ("missing-curve", lambda *args: args[0].gca().plot(0, 1, "o")),
    "invisible": ("missing-curve", lambda *args: _hidden(*args, visible=False)),
    "transparent": ("missing-curve", lambda *args: _hidden(*args, alpha=0)),
    "neither line nor marker": ("missing-curve", lambda *args: _hidden(*args, linestyle="")),
    "all NaN": ("missing-curve", _wrong(lambda x, f, df: np.nan * x)),
    "empty": ("missing-curve", lambda fig, x, f, df: _ax(fig).plot([], [])),
}


def days(count: int) -> list[datetime.date]:
    """Return days in a row."""
    return [datetime.date(2024, 1, 1) + datetime.timedelta(days=i) for i in range(count)]
