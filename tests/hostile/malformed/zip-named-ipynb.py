# tries: a zip that is called .ipynb
# file: really-a-zip.ipynb
upload = zipped({"autodiff.ipynb": dump(notebook)})
