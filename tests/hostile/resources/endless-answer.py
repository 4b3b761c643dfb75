# tries: a function that never returns when it is called
# verdict: completed | timeout
# bind: forever
def forever(*args, **kwargs):
    while True:
        pass
