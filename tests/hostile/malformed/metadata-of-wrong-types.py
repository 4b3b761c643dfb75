# tries: every metadata field a number, a list or null
notebook["metadata"] = {"otter": 5, "autograder": [1], "kernelspec": None, "language_info": "x"}
for cell in notebook["cells"]:
    cell["metadata"] = None
