# tries: a file that is named like the unique name of another one
# file: Clash/x.ipynb
# also: Clash/X.ipynb
