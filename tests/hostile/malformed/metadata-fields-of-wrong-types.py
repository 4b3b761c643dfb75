# tries: wrong types one level deeper: languages, tests, tags
notebook["metadata"]["autograder"] = {"language": ["en"], "assignment": {"a": 1}}
notebook["metadata"]["otter"] = {"assignment_name": 7, "tests": "none"}
for cell in notebook["cells"]:
    cell["metadata"] = {"tags": "otter_ignor", "otter": {"tests": {"q1": 1}, "ignore": 0}}
