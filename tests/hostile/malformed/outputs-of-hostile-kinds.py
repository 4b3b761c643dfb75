# tries: outputs and widgets of every kind that a page might render
bad = "<script>alert(1)</script>"
data = {kind: bad for kind in ("text/html", "image/svg+xml", "application/javascript", "text/markdown", "text/latex", "application/vnd.jupyter.widget-view+json", "image/png", "application/pdf", "x/y")}
for cell in notebook["cells"]:
    if cell["cell_type"] == "code":
        cell["outputs"] = [{"output_type": "display_data", "data": data, "metadata": {"isolated": False}}, {"output_type": "error", "ename": bad, "evalue": [1], "traceback": {"a": 1}}, {"output_type": "stream", "name": 5, "text": {"x": []}}]
notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": [[[]]] * 1000}}
for cell in notebook["cells"]:
    if cell["cell_type"] == "markdown":
        cell["attachments"] = {"a.svg": {"image/svg+xml": bad}, "../../x": {"image/png": "A" * 100000}}
