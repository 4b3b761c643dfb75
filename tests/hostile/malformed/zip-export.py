# tries: Otter's export zip: the notebook, a log and an empty mark file
# file: autodiff_2026_05_01T12_00_00.zip
upload = zipped({"autodiff.ipynb": dump(notebook), ".OTTER_LOG": b"\x80\x04pickle", "__init__.py": b""})
