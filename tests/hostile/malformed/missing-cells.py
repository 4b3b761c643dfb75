# tries: no list of cells
# verdict: unreadable
del notebook["cells"]
