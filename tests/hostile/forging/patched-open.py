# tries: open returns a results file of the student's own
import builtins, io, json, pathlib
forged = json.dumps({"score": 100, "tests": [{"name": "q1", "score": 20, "max_score": 20}]})
builtins.open = lambda *args, **kwargs: io.StringIO(forged)
pathlib.Path.read_text = lambda *args, **kwargs: forged
json.dump = json.dumps = lambda *args, **kwargs: forged
