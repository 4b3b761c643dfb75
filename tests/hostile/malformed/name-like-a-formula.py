# tries: a file name that a spreadsheet would run
# file: =HYPERLINK(1).ipynb
