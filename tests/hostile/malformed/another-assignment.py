# tries: a notebook of another assignment
# verdict: unreadable
notebook["metadata"]["otter"] = {"assignment_name": "lab\ud800 07"}
notebook["metadata"].pop("autograder", None)
