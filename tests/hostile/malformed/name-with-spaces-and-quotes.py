# tries: a file name with spaces, quotes, a dollar sign and brackets
# file: It's "my" $(touch forged) {notebook} [final] (2) <b>; &.ipynb
