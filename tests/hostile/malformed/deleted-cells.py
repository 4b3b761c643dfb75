# tries: the cells of two questions deleted, check cells too
notebook["cells"] = [cell for cell in notebook["cells"] if not str(cell.get("id", "")).startswith(("q1", "q5"))]
