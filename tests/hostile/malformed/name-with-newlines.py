# tries: a file name with a newline, a tab and an escape sequence
# file: line\none\ttab\x1b[31mred.ipynb
