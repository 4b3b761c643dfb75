# tries: three notebooks on one level
# file: many.zip
# verdict: unreadable
upload = zipped({f"autodiff{n}.ipynb": dump(notebook) for n in range(3)})
