# tries: the version as a list
notebook["nbformat"] = [4]
notebook["nbformat_minor"] = "five"
