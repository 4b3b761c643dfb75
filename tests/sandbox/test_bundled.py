"""The course of an installed package lies among what submissions read, and is not read."""

from autograder.sandbox import readable
from autograder.sandbox.landlock import LIST_RIGHTS, READ_RIGHTS


def test_of_the_folders_around_a_course_only_the_names_can_be_listed(tmp_path, monkeypatch):
    site = tmp_path / "site-packages"
    course = site / "autograder" / "bundled"
    for folder in (course / "assignments", site / "torch", site / "autograder" / "wall"):
        folder.mkdir(parents=True)
    (site / "six.py").touch()
    (tmp_path / "lib64").symlink_to(site)
    (site / "shared").symlink_to(site / "torch")
    found = readable.without(tmp_path, course)
    assert found == {
        str(tmp_path): LIST_RIGHTS,
        str(site): LIST_RIGHTS,
        str(site / "autograder"): LIST_RIGHTS,
        str(course): LIST_RIGHTS,
        str(site / "autograder" / "wall"): READ_RIGHTS,
        str(site / "torch"): READ_RIGHTS,
        str(site / "six.py"): READ_RIGHTS,
    }
    assert readable.without(site / "torch", course) == {str(site / "torch"): READ_RIGHTS}


def test_without_a_course_in_it_a_folder_is_read_whole(tmp_path):
    assert readable.without(tmp_path, tmp_path / "bundled") == {str(tmp_path): READ_RIGHTS}
    assert all(rights == READ_RIGHTS for rights in readable.readable_paths().values())
