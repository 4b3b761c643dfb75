# tries: a file name whose bytes are no UTF-8
# file: caf\udce9.ipynb
