# tries: 4.0, which has no cell ids
notebook["nbformat_minor"] = 0
for cell in notebook["cells"]:
    cell.pop("id", None)
