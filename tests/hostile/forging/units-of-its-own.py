# tries: units and transforms that make one curve another when it is drawn
import matplotlib.units as units, matplotlib.pyplot as plt, numpy as np
class Q(float): pass
class Conv(units.ConversionInterface):
    n = 0
    @staticmethod
    def convert(value, unit, axis):
        Conv.n += 1
        return np.sin(np.arange(-5, 5, .02))
    @staticmethod
    def default_units(x, axis): return "u"
units.registry[Q] = Conv()
fig, ax = plt.subplots()
try: ax.plot([Q(0)] * 500, [Q(1)] * 500, label="f(x)")
except Exception as e: print(repr(e)[:200])
x = np.arange(-5, 5, 0.02)
derivative = lambda f, xs: [0.0] * len(xs)
