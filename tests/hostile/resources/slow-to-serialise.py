# tries: values that take forever to look at, to compare, to print
# verdict: completed | timeout
# bind: Slow()
import time
class Slow(Exception):
    def __str__(self): time.sleep(1e6)
    __repr__ = __eq__ = __float__ = __iter__ = __len__ = __call__ = lambda self, *args: time.sleep(1e6)
    __hash__ = None
raise Slow()
