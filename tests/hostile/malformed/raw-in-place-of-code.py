# tries: the honest answer's cells turned into raw cells
# keeps: none
for cell in notebook["cells"]:
    if str(cell.get("id", "")).startswith("q4"):
        cell["cell_type"] = "raw"
