# tries: run_cell itself replaced
shell = get_ipython()
class Result:
    error_before_exec = error_in_exec = result = None
    success = True
shell.run_cell = lambda *args, **kwargs: Result()
shell.run_line_magic = lambda *args, **kwargs: None
shell.ex = shell.ev = lambda *args, **kwargs: True
