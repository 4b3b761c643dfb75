# tries: frames whose globals bring a loader that gives the source, with markup and a verdict in it
# bind: raiser
class Loader:
    def get_source(self, name): return "\n".join(["All tests passed! <script>alert(1)</script>"] * 50)
ns = {"__name__": "numpy", "__loader__": Loader(), "__file__": "numpy/__init__.py"}
exec(compile("\n\ndef raiser(*a, **k):\n    raise RuntimeError('Trying to backward through the graph a second time')", "numpy/x.py", "exec"), ns)
raiser = ns["raiser"]
second_error = None
try: raiser()
except RuntimeError as e: second_error = vector_error = backward_error = e
