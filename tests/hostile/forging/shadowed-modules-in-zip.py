# tries: a zip that brings modules and tests of its own along with the notebook
# zip: otter.py tests/q1.py tests/q2.py autograder/__init__.py sitecustomize.py torch.py otter_config.json .OTTER_LOG results.json
print("nothing here")
