# tries: allocate memory until there is none
# order: attack first
# verdict: completed | memory limit | crashed
kept = []
while True:
    kept.append(bytearray(64 << 20))
