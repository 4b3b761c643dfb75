# tries: outputs that are no outputs
for number, cell in enumerate(notebook["cells"]):
    if cell["cell_type"] == "code":
        cell["outputs"] = [None, 7, {"output_type": "pickle"}, "x"] if number % 2 else {"a": 1}
        cell["execution_count"] = "first"
