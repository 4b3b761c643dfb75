# tries: cell ids renamed
for number, cell in enumerate(notebook["cells"]):
    cell["id"] = f"renamed-{number}"
