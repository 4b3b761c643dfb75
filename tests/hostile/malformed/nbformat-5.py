# tries: a major version of the future, with cells as we know them
notebook["nbformat"] = 5
