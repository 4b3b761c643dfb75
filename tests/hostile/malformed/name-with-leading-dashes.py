# tries: a file name that looks like an option
# file: --rm -rf.ipynb
