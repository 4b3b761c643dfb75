# tries: attachments, widgets' state and outputs of megabytes
notebook["cells"][0].setdefault("attachments", {})["a.png"] = {"image/png": "A" * 3_000_000}
notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {str(n): {} for n in range(20000)}}}
upload = dump(notebook)
