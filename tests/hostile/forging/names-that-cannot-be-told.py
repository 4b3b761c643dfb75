# tries: a table of names that raises when it is read, and a cell that fails, so that it is read
shell = get_ipython()
class Names(dict):
    def __iter__(self):
        raise ZeroDivisionError("nobody reads this")
shell.user_ns = Names(shell.user_ns)
second_error = 1 / 0
