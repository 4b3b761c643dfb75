# tries: an exception with a cause of a cause of a cause, and a message of megabytes
# verdict: completed | timeout
# bind: raiser
def raiser(*args, **kwargs):
    error = ValueError("x" * (8 << 20))
    for _ in range(5_000):
        cause, error = error, ValueError("y")
        error.__cause__ = cause
    raise error
