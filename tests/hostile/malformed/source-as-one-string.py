# tries: sources as strings, and as lists without newlines at the end
for number, cell in enumerate(notebook["cells"]):
    text = "".join(cell["source"])
    cell["source"] = text if number % 2 else [line + "\n" for line in text.split("\n")]
