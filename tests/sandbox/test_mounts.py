"""What other users may read of a folder, and that covering one leaves nothing open."""

import os

import pytest

from autograder.sandbox import mounts

MODES = [  # of a folder, of what lies in it, whether that is a folder, whether others read it
    (0o755, 0o644, False, True),
    (0o711, 0o644, False, True),  # by its name
    (0o700, 0o644, False, False),
    (0o755, 0o640, False, False),
    (0o755, 0o641, False, False),
    (0o755, 0o755, True, True),
    (0o755, 0o711, True, True),  # what is in it, by its name
    (0o755, 0o750, True, False),
]


@pytest.mark.parametrize(("outer", "inner", "is_folder", "readable"), MODES)
def test_what_other_users_may_reach_counts_as_readable(
    open_folder, outer, inner, is_folder, readable
):
    folder = open_folder / "shelf"
    place = folder / "entry"
    (place if is_folder else folder).mkdir(parents=True)
    if not is_folder:
        place.write_text("marks")
    place.chmod(inner)
    folder.chmod(outer)
    assert mounts._may_be_read(folder) is readable


class Refusing:
    """A C library whose calls succeed until one is refused."""

    def __init__(self, granted):
        self.granted = granted

    def unshare(self, flags):
        return 0

    def mount(self, *how):
        self.granted -= 1
        return -(self.granted < 0)


@pytest.mark.parametrize("granted", range(4))
def test_a_folder_that_cannot_be_covered_leaves_no_descriptor(tmp_path, granted):
    kept = [tmp_path / "closed" / name for name in ("a", "b")]
    for path in kept:
        path.mkdir(parents=True)
    before = len(os.listdir("/proc/self/fd"))
    covered = mounts._cover(Refusing(granted), tmp_path / "closed", kept)
    assert covered is (granted >= 2) and len(os.listdir("/proc/self/fd")) == before
