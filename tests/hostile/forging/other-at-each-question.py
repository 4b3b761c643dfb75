# tries: be of another class, length and value at each question
# bind: Other()
import itertools
count = itertools.count()
class Other:
    @property
    def __class__(self):
        return (int, float, str, list, dict)[next(count) % 5]
    def __len__(self):
        return next(count) * 10**9
    def __iter__(self):
        while True:
            yield self
    def __getattr__(self, name):
        return (lambda *args: next(count)) if name.startswith("__") else Other()
    def __call__(self, *args, **options):
        return (1, Other(), None, True, args)[next(count) % 5]
    def __eq__(self, other):
        return bool(next(count) % 2)
    __lt__ = __bool__ = lambda self, *other: bool(next(count) % 2)
    __hash__ = __index__ = __int__ = lambda self: next(count)
    def __float__(self):
        return float(next(count))
    def __reduce__(self):
        return exec, ("import os; os._exit(0)",)
