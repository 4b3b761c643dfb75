# tries: sources that are numbers, dicts, lists of lists
for value in (5, {"a": 1}, [["x"]], [1, 2], None, True):
    notebook["cells"].append({"cell_type": "code", "metadata": {}, "source": value, "outputs": [], "execution_count": None})
