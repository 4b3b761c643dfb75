# tries: entries that climb out of the folder
# file: traversal.zip
upload = zipped({"../../../../tmp/forged.ipynb": dump(notebook), "/etc/forged": b"x", "..\\..\\forged.py": b"x"})
