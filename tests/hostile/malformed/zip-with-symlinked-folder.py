# tries: a symbolic link beside the notebook
# file: linked.zip
upload = zipped({"data": link("/"), "autodiff.ipynb": dump(notebook)})
