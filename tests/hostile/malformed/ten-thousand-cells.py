# tries: ten thousand cells
# verdict: unreadable
notebook["cells"] += [code_cell("pass")] * 10_000
