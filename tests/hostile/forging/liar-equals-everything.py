# tries: an object that is equal to everything
# bind: Liar()
class Liar:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __bool__(self): return True
    def __call__(self, *args, **kwargs): return self
    def __getattr__(self, name): return self
    def __iter__(self): return iter([self, self, self])
    def __len__(self): return 3
    def __getitem__(self, key): return self
    def __float__(self): return 1.0
    def __int__(self): return 1
    def __index__(self): return 1
    def __contains__(self, item): return True
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
