# tries: whole numbers in metadata that no database column holds
notebook["nbformat_minor"] = 10**40
for c in notebook["cells"]:
    c["execution_count"] = -(10**40)
    c["metadata"]["points"] = 10**400
notebook["metadata"]["autograder"] = {"assignment": 10**30, "language": 10**30, "script": 10**30}
notebook["metadata"]["language_info"] = {"version": 10**30}
