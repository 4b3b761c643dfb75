"""The course report's page, whatever the folders of the runs are called."""

import os
import re
from urllib.parse import unquote_to_bytes

import pytest

from autograder.lms.course import attend
from autograder.lms.standing import standings_of
from autograder.reports.course_report import write_course_page
from autograder.reports.course_statistics import measure
from tests.reports.sample_course import sample_parts


@pytest.mark.parametrize("name", ["results", "results 2?#", "成绩", os.fsdecode(b"r\xff")])
def test_links_lead_to_the_runs_folders(tmp_path, name):
    parts = sample_parts(4, folder=tmp_path / name)
    runs = [part.run for part in parts]
    attendance = attend(runs)
    standings = standings_of(runs, attendance.attendees)
    statistics = measure(parts, attendance.attendees, standings)
    path = tmp_path / "course-report" / "index.html"
    write_course_page(path, "A course", statistics, attendance, standings)
    links = re.findall(r'href="(\.\./[^"]*?/report/index\.html)"', path.read_text("utf-8"))
    places = {os.path.normpath(path.parent / os.fsdecode(unquote_to_bytes(one))) for one in links}
    assert places == {str(run.folder / "report" / "index.html") for run in runs}
