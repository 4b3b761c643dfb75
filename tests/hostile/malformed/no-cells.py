# tries: an empty list of cells
# keeps: none
notebook["cells"] = []
