# tries: every cell has the same id
for cell in notebook["cells"]:
    cell["id"] = "same"
