"""The floor: what a fork and the students' own cells cost, without isolation, evidence or tests.

``python -m autograder.proving.bench.floor <folder>`` prints the CPU seconds per notebook of a
folder that was made from the sample class. It runs the cells unprotected: never give it real
submissions.
"""

import os
import sys
from pathlib import Path

from autograder.intake.submission import load_submission
from autograder.sandbox import shell, streams, warmth


def measure(paths: list[Path]) -> float:
    """Return the CPU seconds per notebook of children forked from a warm shell."""
    warm = warmth.warm_up()
    warmth.settle()
    total = 0.0
    for path in paths:
        cells = load_submission(path, path.stem).cells
        pid = os.fork()
        if not pid:
            output = streams.redirect_output(limit_kib=1024)
            for cell in cells:
                shell.run_cell(warm, cell.source, output, seed=None)
            os._exit(0)
        usage = os.wait4(pid, 0)[2]
        total += usage.ru_utime + usage.ru_stime
    return total / len(paths)


if __name__ == "__main__":
    print(measure(sorted(Path(sys.argv[1]).glob("*.ipynb"))))
