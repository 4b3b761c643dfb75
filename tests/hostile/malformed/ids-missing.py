# tries: a notebook of format 4.5 whose cells have no ids
# verdict: completed
notebook["nbformat_minor"] = 5
for cell in notebook["cells"]:
    cell.pop("id", None)
