# tries: numbers, null and lists between the cells
notebook["cells"] = [None, 1, "x", [], {}] + notebook["cells"] + [True, 1.5]
