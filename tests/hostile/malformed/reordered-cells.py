# tries: the honest answer's cells moved to the end
moved = [cell for cell in notebook["cells"] if str(cell.get("id", "")).startswith("q4")]
notebook["cells"] = [cell for cell in notebook["cells"] if cell not in moved] + moved
