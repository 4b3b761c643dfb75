# tries: the notebook's own namespace with keys that are no text
# bind: 1.0
class K(str):
    def __eq__(self, other): return True
    def __hash__(self): return hash("reason")
globals()[K("nothing")] = "b"
globals()[5] = 6
globals()[None] = 7
get_ipython().user_ns[("a",)] = 1
