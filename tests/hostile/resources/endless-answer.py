# tries: a function that never returns when it is called
# verdict: completed | timeout | cpu limit
# bind: forever
def forever(*args, **kwargs):
    while True:
        pass
