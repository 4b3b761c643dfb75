"""Whose a file is in downloads as learning platforms lay them out, and in which order it came."""

import pytest

from autograder.intake.layouts import (
    attempt_in,
    is_marked_late,
    owner_named,
    owners_of,
    told_of_upload,
    written_by_platform,
)
from autograder.intake.times import time_in_name

ONE_STUDENTS = {
    "canvas": ["lovelaceada_5501_998877_autodiff.ipynb", "lovelaceada_LATE_5501_998878_notes.pdf",
               "lovelaceada_5501_text.html", "lovelaceada_5501_998879_autodiff-1.ipynb"],
    "canvas with a name that has _": ["smith_jonesada_5501_998877_autodiff.ipynb",
                                      "smith_jonesada_LATE_5501_998878_notes.pdf"],
    "canvas with a name that begins with a digit": ["2pacada_5501_998877_a.ipynb",
                                                    "2pacada_5501_text.html"],
    "canvas, anonymous": ["anon_aB3dE_998877_autodiff.ipynb", "LATE_anon_aB3dE_998878_notes.pdf"],
    "moodle": ["Ada Lovelace_10815_assignsubmission_file_/autodiff.ipynb",
               "Ada Lovelace_10815_assignsubmission_file/work/picture.png",
               "Ada Lovelace_10815_assignsubmission_onlinetext_/onlinetext.html"],
    "moodle without folders": ["Ada Lovelace_10815_assignsubmission_file_autodiff.ipynb",
                               "Ada Lovelace_10815_assignsubmission_onlinetext.html"],
    "moodle, in no group": ["Default group_assignsubmission_file/autodiff.ipynb",
                            "Default group_assignsubmission_file/notes.pdf",
                            "Default group_assignsubmission_onlinetext/onlinetext.html"],
    "blackboard": ["Autodiff_alove_attempt_2025-03-01-10-00-00_autodiff.ipynb",
                   "Autodiff_alove_attempt_2025-03-02-10-00-00_notes.docx"],
    "gradescope": ["submission_2233/autodiff.ipynb", "submission_2233/pictures/a.png"],
    "gradescope as it is": ["assignment_9_export/submission_2233/autodiff.ipynb",
                            "assignment_9_export/submission_2233/notes.txt"],
    "brightspace": ["55-77 - Ada Lovelace - Mar 1, 2025 1005 AM/autodiff.ipynb",
                    "55-77 - Ada Lovelace - Mar 2, 2025 905 PM/notes.pdf"],
    "brightspace, of older versions": [
        "55-77 - Ada Lovelace- Mar 1, 2025 1005 AM/autodiff.ipynb",
        "55-77 - Ada Lovelace- Mar 2, 2025 905 PM/notes.pdf"],
    "a number and a name that goes on": ["2023010203张三.ipynb", "2023010203张三实验报告.pdf",
                                         "2023010203-张三-截图/a.png"],
    "a number and a name": ["2023010203_张三_作业.ipynb", "2023010203-张三/说明.docx"],
    "a name and a number": ["1班/张三-2023010203/作业.ipynb", "1班/张三-2023010203/图.png"],
    "a number first": ["2023010205-ann.ipynb", "2023010205_notes.pdf", "2023010205 Ann/b.png"],
    "a folder": ["ada/autodiff.ipynb", "ada/notes.pdf", "ada/work/picture.png"],
    "a folder with a copy": ["ada/autodiff.ipynb", "ada/autodiff (1).ipynb", "ada/notes.pdf"],
    "a folder in a group's": ["Section A/ada/autodiff.ipynb", "Section A/ada/notes.pdf"],
    "files": ["ada.ipynb", "ada.pdf", "ada.ipynb.txt"],
}  # fmt: skip
OTHERS = [
    "liben_5502_998876_autodiff.ipynb",
    "anon_Xy9zQ_998879_autodiff.ipynb",
    "Ben Li_10816_assignsubmission_file_/autodiff.ipynb",
    "Ben Li_10816_assignsubmission_file_autodiff.ipynb",
    "Autodiff_bli_attempt_2025-03-01-10-00-00_autodiff.ipynb",
    "submission_2234/autodiff.ipynb",
    "assignment_9_export/submission_2234/autodiff.ipynb",
    "56-77 - Ben Li - Mar 1, 2025 1005 AM/autodiff.ipynb",
    "2023010204_李四_作业.ipynb",
    "2023010206-ann.ipynb",
    "计算机1班/李四-2023010204/作业.ipynb",
    "ben/autodiff.ipynb",
    "Section A/ben/essay.pdf",
    "ben.pdf",
    "ada.lovelace.ipynb",
    "week/ada.ipynb",
    "week/ben.ipynb",
    "week/eve.pdf",
]


@pytest.mark.parametrize("layout", ONE_STUDENTS)
def test_the_files_of_one_student_belong_together_and_to_nobody_else(layout):
    owners = owners_of([*ONE_STUDENTS[layout], *OTHERS])
    keys = {owners[file].key for file in ONE_STUDENTS[layout]}
    assert len(keys) == 1
    assert not keys & {owners[file].key for file in OTHERS}


def test_files_of_many_students_in_one_folder_stay_apart():
    twice = 3  # in two ways of writing: Moodle's 10816, Gradescope's 2234, 李四
    assert len({owner.key for owner in owners_of(OTHERS).values()}) == len(OTHERS) - twice


# Whom each platform tells, and the place of what a student called the upload.
PLATFORMS = {
    "canvas": "liben_5502_998876_{}",
    "moodle": "Ben Li_10816_assignsubmission_file_/{}",
    "moodle without folders": "Ben Li_10816_assignsubmission_file_{}",
    "blackboard": "Autodiff_bli_attempt_2025-03-01-10-00-00_{}",
    "gradescope": "submission_2234/{}",
    "gradescope as it is": "assignment_9_export/submission_2234/{}",
    "brightspace": "56-77 - Ben Li - Mar 1, 2025 1005 AM/{}",
    "brightspace without folders": "56-77 - Ben Li - Mar 1, 2025 1005 AM - {}",
    "sakai": "Li, Ben(bli)/Submission attachment(s)/{}",
}
CHOSEN = [
    "lovelaceada_LATE_5501_998877_autodiff.ipynb",
    "Ada Lovelace_10815_assignsubmission_file_/autodiff.ipynb",
    "Ada Lovelace_10815_assignsubmission_file_autodiff.ipynb",
    "x_alove_attempt_2020-03-01-10-00-00_autodiff.ipynb",
    "submission_2233/autodiff.ipynb",
    "55-77 - Ada Lovelace - Mar 1, 2020 1005 AM/autodiff.ipynb",
    "55-77 - Ada Lovelace - Mar 1, 2020 1005 AM - autodiff.ipynb",
    "Lovelace, Ada(alove)/Submission attachment(s)/autodiff.ipynb",
    "2023010203_张三_作业.ipynb",
    "hw_late_2.ipynb",
]


@pytest.mark.parametrize("chosen", CHOSEN)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_a_student_calls_an_upload_tells_neither_whose_nor_when_it_is(platform, chosen):
    if not PLATFORMS[platform].endswith("/{}"):
        chosen = chosen.replace("/", "_")  # a file in one folder with all others
    plain, forged = (PLATFORMS[platform].format(name) for name in ("autodiff.ipynb", chosen))
    for told in (owner_named, written_by_platform, is_marked_late, time_in_name):
        assert told(forged) == told(plain)


def test_the_outermost_folder_tells_which_upload_a_file_is_of():
    told = {"submission_1": "ben", "submission_2": "ada"}
    assert told_of_upload("export/submission_1/submission_2/a.ipynb", told) == "ben"
    assert told_of_upload("export/submission_3/a.ipynb", told) is None


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("55-77 - Ada Lovelace - Mar 1, 2025 1005 AM/a.ipynb", "Ada Lovelace"),
        ("Ada Lovelace_10815_assignsubmission_file_/a.ipynb", "Ada Lovelace"),
        ("lovelaceada_5501_998877_a.ipynb", "lovelaceada"),
        ("2023010203张三.ipynb", "张三"),
    ],
)
def test_the_platforms_name_for_the_student_is_read(file, name):
    assert owner_named(file).name == name


@pytest.mark.parametrize(
    "file", ["week_1.ipynb", "软件工程202301班/a.ipynb", "2025-03-01.ipynb", "20250301_ada.ipynb"]
)
def test_other_names_are_no_platforms(file):
    assert owner_named(file) is None


@pytest.mark.parametrize(
    "files",
    [
        ["ada_5501_9999990_a.ipynb", "ada_LATE_5501_10000010_a-1.ipynb"],
        ["ada/autodiff.ipynb", "ada/autodiff (2).ipynb", "ada/autodiff (10).ipynb"],
        ["ada/v9.ipynb", "ada/v10.ipynb"],
        ["ada.ipynb", "ada-1.ipynb"],
    ],
)
def test_attempts_are_in_the_order_of_their_numbers(files):
    assert sorted(reversed(files), key=attempt_in) == files
