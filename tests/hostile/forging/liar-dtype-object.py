# tries: object arrays of liars inside ndarrays
# bind: lambda *args, **kwargs: np.array([Yes()] * 3, dtype=object)
import numpy as np
class Yes:
    def __eq__(self, other): return True
    def __sub__(self, other): return 0
    __rsub__ = __sub__
    def __abs__(self): return 0
    def __le__(self, other): return True
    __lt__ = __le__
