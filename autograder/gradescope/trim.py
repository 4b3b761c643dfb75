"""Make an installed environment small: leave out what no notebook and no grading needs.

Runs during set-up, on the set-up's own Python, with nothing but the standard library.
"""

import shutil
import struct
import sys
from pathlib import Path

LEFT_OUT = (
    "torch/include", "torch/test", "torch/share", "torch/lib/*test*", "torch/bin/*test*",
    "torch/bin/protoc*", "torch/_inductor/codegen/cuda", "torch/_inductor/codegen/rocm",
    "matplotlib/tests", "mpl_toolkits/*/tests", "sympy/*/tests", "sympy/*/*/tests", "mpmath/tests",
    "fontTools/*/tests", "numpy/*/tests", "numpy/tests", "matplotlib/mpl-data/sample_data",
    "pip", "pip-*", "setuptools", "setuptools-*", "pkg_resources", "_distutils_hack",
    "distutils-precedence.pth", "*/*.pyi", "torch/**/*.pyi", "numpy/**/*.pyi", "otter/assign",
    "otter/export", "otter/grade", "otter/generate", "pandas/tests", "scipy/*/tests",
    "scipy/*/*/tests", "networkx/*/tests", "networkx/*/*/tests", "networkx/tests",
    "../../../share/jupyter",
)  # fmt: skip
LIBRARIES = ("torch/lib/*.so", "torch/lib/*.so.*")
SHT_NOBITS, SHF_ALLOC = 8, 2


def trim(site: Path) -> None:
    """Remove files from a site-packages folder and debugging symbols from torch's libraries."""
    for pattern in LEFT_OUT:
        for path in sorted(site.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for pattern in LIBRARIES:
        for path in sorted(site.glob(pattern)):
            drop_symbols(path)


def drop_symbols(path: Path) -> int:
    """Cut off the part of a 64-bit ELF library that is never loaded; return the bytes saved.

    The section table and the symbols for debuggers stand behind everything that the loader maps.
    A file that is laid out differently is left alone.
    """
    with open(path, "r+b") as file:
        header = file.read(64)
        if header[:6] != b"\x7fELF\x02\x01":
            return 0
        segments_at, sections_at = struct.unpack_from("<QQ", header, 32)
        size, count, section_size, sections, _ = struct.unpack_from("<HHHHH", header, 54)
        end = segments_at + size * count
        for index in range(count):
            file.seek(segments_at + size * index)
            _, _, offset, _, _, stored = struct.unpack("<IIQQQQ", file.read(40))
            end = max(end, offset + stored)
        for index in range(sections):
            file.seek(sections_at + section_size * index)
            _, kind, flags, _, offset, stored = struct.unpack("<IIQQQQ", file.read(40))
            if flags & SHF_ALLOC and kind != SHT_NOBITS:
                end = max(end, offset + stored)
        saved = path.stat().st_size - end
        if not sections or sections_at < end or saved <= 0:
            return 0
        file.truncate(end)
        file.seek(40)
        file.write(struct.pack("<Q", 0))
        file.seek(58)
        file.write(struct.pack("<HHH", 64, 0, 0))
        return saved


if __name__ == "__main__":
    trim(Path(sys.argv[1]))
