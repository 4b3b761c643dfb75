"""What lies in a submission's work folder."""

import os
import stat

MOST_FILES, MOST_BYTES = 500, 12 * 2**20


def read_files(folder: str) -> list[list[object]]:
    """Return path and content of its plain files; hidden ones and those that do not fit stay."""
    found: list[list[object]] = []
    left = MOST_BYTES
    for base, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if not name.startswith((".", "__"))]
        for name in sorted(names):
            path = os.path.join(base, name)
            try:
                told = os.lstat(path)
                if name.startswith(".") or not stat.S_ISREG(told.st_mode) or told.st_size > left:
                    continue
                with open(path, "rb") as file:
                    content = file.read(left)
            except OSError:
                continue
            left -= len(content)
            found.append([os.path.relpath(path, folder).replace(os.sep, "/"), content])
            if len(found) >= MOST_FILES:
                return found
    return found
