# tries: a backend and draw callbacks of matplotlib's that change curves while they are looked at
import types, sys, numpy as np
import matplotlib, matplotlib.pyplot as plt
from matplotlib.backends import backend_agg
m = types.ModuleType("forged_backend")
m.FigureCanvas = type("FigureCanvas", (backend_agg.FigureCanvasAgg,), {"draw": lambda self: [l.set_data(np.arange(-5, 5, .01), np.sin(np.arange(-5, 5, .01))) for l in self.figure.axes[0].lines] and None})
m.FigureManager = backend_agg.FigureManagerBase
sys.modules["forged_backend"] = m
try: matplotlib.use("module://forged_backend")
except Exception as e: print(e)
x = np.arange(-5, 5, 0.02)
fig, ax = plt.subplots()
l1, = ax.plot([0, 1], [0, 1], label="f(x)"); l2, = ax.plot([0, 1], [0, 1], label="df(x)")
class L(matplotlib.lines.Line2D):
    n = 0
    def get_xdata(self, orig=True): return x
    def get_ydata(self, orig=True):
        L.n += 1
        return np.cos(x) if self.get_label() == "df(x)" else np.sin(x)
    def get_xydata(self): return np.c_[x, self.get_ydata()]
    def get_data(self, orig=True): return x, self.get_ydata()
l1.__class__ = l2.__class__ = L
fig.canvas.mpl_connect("draw_event", lambda e: None)
derivative = np.cos
