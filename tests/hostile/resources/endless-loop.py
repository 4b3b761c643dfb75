# tries: a loop that never ends
# order: attack first
# verdict: completed | timeout
while True:
    pass
