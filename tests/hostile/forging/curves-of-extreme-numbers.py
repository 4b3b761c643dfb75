# tries: curves as large as numbers go, both ways, and as small: a page has to draw them
# order: attack first
# earns: q5 9
import numpy as np, matplotlib.pyplot as plt, torch
def derivative(f, xs):
    x = torch.as_tensor(np.asarray(xs, dtype=float)).clone().requires_grad_()
    return torch.autograd.grad(f(x).sum(), x)[0].numpy()
x = np.linspace(-1.79e308, 1.79e308, 101)
fig, ax = plt.subplots()
ax.plot(x, x[::-1], label="\u202e\x1b[2J<script>alert(1)</script>$\\frac")
ax.plot(x, np.full(101, 5e-324), label="b" * 100000)
ax.plot([1e308, -1e308], [np.inf, np.nan])
ax.plot([5e-324, 0], [-0.0, 5e-324])
ax.plot([], []); ax.plot([1.0], [2.0])
ax.set_xlim(-1.79e308, 1.79e308)
ax.set_title("\u2066" + "x" * 50000); ax.legend()
