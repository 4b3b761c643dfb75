# tries: what copies and pickles an answer runs code of the answer's
# bind: Spy()
import copyreg, copy, os
def run(*a):
    open("forged", "w").write("x"); print("ran", a)
    return 1.0
class Spy:
    def __deepcopy__(self, memo): return run("deepcopy")
    def __copy__(self): return run("copy")
    def __reduce_ex__(self, n): return run, ("reduce",)
    def __getstate__(self): return run("state")
    def __array__(self, *a, **k): return run("array")
    def __dlpack__(self, *a, **k): return run("dlpack")
    def __index__(self): return 1
    def __float__(self): return 1.0
copyreg.pickle(float, lambda f: (run, ("copyreg",)))
copyreg.dispatch_table[int] = lambda i: (run, ("int",))
