# tries: print 400 MB
# order: attack first
# verdict: output limit
line = "x" * (1 << 20)
for _ in range(400):
    print(line)
