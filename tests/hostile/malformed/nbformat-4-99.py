# tries: a minor version of the future
notebook["nbformat_minor"] = 99
notebook["new_field"] = {"anything": 1}
