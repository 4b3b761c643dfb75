# tries: metadata nested three hundred deep
# verdict: unreadable
deep = {}
for _ in range(300):
    deep = {"deeper": deep}
notebook["metadata"]["deep"] = deep
