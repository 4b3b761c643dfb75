# tries: every cell twice
notebook["cells"] = [cell for cell in notebook["cells"] for _ in range(2)]
