# tries: functions that answer by how often, how deep and how late they are called
# order: attack first
import sys, time, torch, numpy as np
state = {"n": 0, "t": time.time()}
def derivative(f, xs):
    state["n"] += 1
    depth = 0; fr = sys._getframe()
    while fr: fr = fr.f_back; depth += 1
    if state["n"] % 3 == 0: raise RuntimeError("no")
    if depth % 2: return np.cos(np.asarray(xs, float))
    return np.zeros_like(np.asarray(xs, float)) + state["n"]
def nth_derivative(f, x, n):
    state["n"] += 1
    return torch.tensor(float(state["n"]))
class Later:
    def __init__(self): self.n = 0
    def __getattr__(self, name): self.n += 1; return Later()
    def __call__(self, *a, **k): return Later()
    def __float__(self): self.n += 1; return float(self.n)
    def __del__(self): state["n"] += 1
    def __eq__(self, o): return True
    def __array__(self, *a, **k): return np.arange(self.n + 1.0)
    def __iter__(self): return iter([self] * self.n)
    def __len__(self): self.n += 1; return self.n
graph_sizes = Later(); x = Later(); fig = Later(); ax = Later(); second_error = Later(); held = Later(); vjp = Later()
