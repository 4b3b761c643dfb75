# tries: ten thousand entries
# file: entries.zip
# verdict: unreadable
upload = zipped({**{f"data/{n}.csv": b"" for n in range(10_000)}, "autodiff.ipynb": dump(notebook)})
