# tries: no version
del notebook["nbformat"], notebook["nbformat_minor"]
