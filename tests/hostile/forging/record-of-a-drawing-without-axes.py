# tries: records whose fields are of other types, which would end the whole run where they are read
# verdict: completed | protocol violation
# bind: forged
try:
    probes = ours("autograder.probes")
    evidence = ours("autograder.wall.evidence")
    probes.PROBES["drawing"] = lambda *a, **k: evidence.Drawing(axes=7, title="")
    for name in ("captured", "error_of"):
        probes.PROBES[name] = lambda *a, **k: evidence.CapturedError(
            "RuntimeError", ("RuntimeError",), "x", (), 5, None, None)
except LookupError:
    pass
forged = None
