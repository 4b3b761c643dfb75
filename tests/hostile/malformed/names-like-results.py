# tries: uploads that are called like the grader's own files and folders
# file: results/results.json.ipynb
# also: index.html.ipynb
