# tries: megabytes of output for each cell, told by a patched agent that forgets its own limit
# verdict: completed | output limit | protocol violation
import sys
from types import SimpleNamespace
try:
    shells = ours("autograder.sandbox.shell")
    shells.run_cell = lambda *a, **k: SimpleNamespace(text="x" * 3_000_000, error="y" * 3_000_000)
except ImportError:
    pass
