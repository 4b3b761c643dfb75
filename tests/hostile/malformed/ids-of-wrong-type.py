# tries: ids that are numbers, too long or full of signs
for number, cell in enumerate(notebook["cells"]):
    cell["id"] = [number, "x" * 200, "a b/c", None][number % 4]
