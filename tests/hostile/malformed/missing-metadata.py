# tries: no metadata at all
del notebook["metadata"]
