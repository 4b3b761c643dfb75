# tries: code that is none, in the other questions' cells
for cell in notebook["cells"]:
    if cell["cell_type"] == "code" and str(cell.get("id", "")).startswith(("q1-answer", "q2-answer")):
        cell["source"] = ["def broken(:\n", "  return ‘quotes’\n", "\tx =\n"]
