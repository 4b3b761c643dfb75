# tries: the notebook and Jupyter's checkpoint of it
# file: checkpoints.zip
upload = zipped({".ipynb_checkpoints/autodiff-checkpoint.ipynb": b"{}", "autodiff.ipynb": dump(notebook)})
