# tries: a namespace that changes between two requests
class Namespace(dict):
    turn = 0
    def __contains__(self, name): return True
    def __getitem__(self, name):
        Namespace.turn += 1
        return lambda *args, **kwargs: Namespace.turn
    get = __getitem__
shell = get_ipython()
shell.user_ns.update(Namespace())
try:
    shell.user_ns = Namespace(shell.user_ns)
except Exception as error:
    print(error)
