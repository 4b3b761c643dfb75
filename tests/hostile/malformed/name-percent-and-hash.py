# tries: names with signs that mean something in a link
# file: a#b?c%2e%2e%2fd&e=f;g+h.ipynb
# also: a/b/%00.ipynb
