# tries: every check cell deleted
notebook["cells"] = [cell for cell in notebook["cells"] if "grader.check" not in "".join(cell["source"])]
