# tries: a value that is another one each time it is asked for
# bind: Changing()
import itertools
class Changing:
    turn = itertools.count()
    def __call__(self, *args, **kwargs): return float(next(self.turn))
    def __float__(self): return float(next(self.turn))
    def __eq__(self, other): return bool(next(self.turn) % 2)
    def __hash__(self): return next(self.turn)
