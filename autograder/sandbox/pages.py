"""The memory of a process that is forked again and again, laid out so that little of it is copied.

A child copies each page that it writes to, and a fork an entry per page.
"""

import ctypes
import sys

PAGE_BYTES = 2 << 20
MADV_COLLAPSE = 25  # Linux 6.1, include/uapi/asm-generic/mman-common.h
RUN_BYTES = 12 << 10  # blocks in a row that only an unused pool has: CPython's hold 16 KiB
MOST_BYTES = 2 << 20  # per size of block, whatever the allocator
LARGEST_BLOCK = 512  # CPython's own allocator, Objects/obmalloc.c; above it is malloc()

_filling: list[list[bytes]] = []


def collapse() -> int:
    """Ask the kernel to gather this process's own memory into large pages.

    A fork copies one entry per large page instead of 512; a page that a child writes to is still
    copied in small pieces. Older kernels refuse, which costs nothing but the gain.

    Returns:
        How many large pages were made.
    """
    madvise = ctypes.CDLL(None, use_errno=True).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    with open("/proc/self/maps") as file:
        lines = [line.split() for line in file]
    made = 0
    for span, access, _, _, _, *name in lines:
        if access != "rw-p" or name not in ([], ["[heap]"]):
            continue
        start, end = (int(bound, 16) for bound in span.split("-"))
        start = -(-start // PAGE_BYTES) * PAGE_BYTES
        for address in range(start, end - PAGE_BYTES + 1, PAGE_BYTES):
            made += not madvise(address, PAGE_BYTES, MADV_COLLAPSE)
    return made


def fill_gaps() -> None:
    """Use up, for good, what is free between this process's objects.

    A child's new objects then lie together on fresh pages, not one here and one there on pages
    that would have to be copied.
    """
    _filling.extend(_fill_pools(size) for size in range(48, LARGEST_BLOCK + 1, 16))


def _fill_pools(size: int) -> list[bytes]:
    """Allocate blocks of one size until they come from a pool that was unused."""
    blocks = [bytes(size - sys.getsizeof(b""))]
    run = 0
    while run < RUN_BYTES and len(blocks) * size < MOST_BYTES:
        blocks.append(bytes(size - sys.getsizeof(b"")))
        run = run + size if id(blocks[-1]) == id(blocks[-2]) + size else 0
    return blocks
