"""Who is who over a course's assignments, and where each of them stands."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.lms.course import attend, total_of
from autograder.lms.roster import GradedSubmission, Student, latest_of, reason_for
from autograder.lms.standing import standings_of
from tests.reports.sample_course import handed, run_of

ADA = Student(name="Lovelace, Ada", email="ada@uni.edu", login="alove", sis_id="10815",
              canvas_id="5501")  # fmt: skip
BEN = Student(name="<b>Ben</b>, 王", email="ben@uni.edu", sis_id="20815")
EVE = Student(name="Eve Low", email="eve@uni.edu", sis_id="30815")


def files_of(attendance):
    """Return each student's files, by assignment."""
    return {
        one.name: [own.entry.file if own else None for own in one.handed]
        for one in attendance.attendees
    }


def course(*files_by_run):
    return [
        run_of(f"part-{n}", [handed(file) for file in files])
        for n, files in enumerate(files_by_run)
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ada.ipynb", "Ada.zip"),
        ("ada.ipynb", "ada (1).ipynb"),
        ("part-0_ada.ipynb", "ada-part-1.ipynb"),
        ("Ada Lee.ipynb", "ada_lee/part-1.ipynb"),
        ("ada/part-0.ipynb", "ada/other.ipynb"),
        ("leeada_5501_11_a.ipynb", "leeada_LATE_5501_22_b-1.ipynb"),
        ("Ada Lee_11_assignsubmission_file_/a.ipynb", "Ada Lee_977_assignsubmission_file_/b.ipynb"),
        ("1_alove_attempt_2025-03-01-10-00-00_a.ipynb",
         "2_alove_attempt_2025-04-01-10-00-00_b.ipynb"),
        ("20815王芳/a.ipynb", "王芳-20815.ipynb"),
        ("王芳.ipynb", "20815王芳/a.ipynb"),
        ("Ada Lee.ipynb", "Ada Lee_977_assignsubmission_file_/b.ipynb"),
    ],
)  # fmt: skip
def test_one_student_is_known_in_both_assignments(first, second):
    (found,) = files_of(attend(course([first], [second]))).values()
    assert found == [first, second]


def test_the_folder_in_which_all_files_lie_tells_nobody_apart():
    found = files_of(attend(course(["in/ada.ipynb", "in/bo.ipynb"], ["ada.ipynb", "bo.ipynb"])))
    assert found["ada"] == ["in/ada.ipynb", "ada.ipynb"] and len(found) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["ada.ipynb"], ["adam.ipynb"]),
        (["leeada_5501_11_a.ipynb"], ["leeada_5502_22_a.ipynb"]),
        (["11111王芳.ipynb"], ["22222王芳.ipynb"]),
        (["group1/ada/a.ipynb", "group2/ada/a.ipynb"], []),
        (["submission_11/a.ipynb"], ["submission_12/a.ipynb"]),
    ],
)
def test_two_students_stay_two(first, second):
    assert len(attend(course(first, second)).attendees) == 2


def test_a_name_that_two_have_joins_nobody_and_is_told():
    moodle = "Wei Wang_{}_assignsubmission_file_/a.ipynb"
    found = attend(course([moodle.format(1), moodle.format(2)], [moodle.format(3)]))
    assert len(found.attendees) == 3
    assert found.doubtful == ("Wei Wang",)
    told = attend(course(["wangwei_1_5_a.ipynb", "wangwei_2_6_a.ipynb"], ["wangwei_1_7_b.ipynb"]))
    assert len(told.attendees) == 2 and not told.doubtful, "Canvas's numbers tell them apart"


def test_a_roster_that_was_there_at_grading_says_who_is_who():
    first = run_of("a", [handed("x.ipynb")], {"x.ipynb": [("Lovelace, Ada", ["10815"])]})
    second = run_of("b", [handed("y.ipynb"), handed("z.ipynb")],
                    {"y.ipynb": [("Lovelace, Ada", ["10815", "ada@uni.edu"])]})  # fmt: skip
    (ada,) = (one for one in attend([first, second]).attendees if one.name == "Lovelace, Ada")
    assert (ada.id, ada.email) == ("10815", "ada@uni.edu") and all(ada.handed)


def test_a_group_counts_for_each_of_its_members():
    both = {"g.ipynb": [("Ada", ["1"]), ("Ben", ["2"])]}
    alone = {"h.ipynb": [("Ada", ["1"])]}
    runs = [run_of("a", [handed("g.ipynb")], both), run_of("b", [handed("h.ipynb")], alone)]
    found = files_of(attend(runs))
    assert found == {"Ada": ["g.ipynb", "h.ipynb"], "Ben": ["g.ipynb", None]}


def test_two_files_of_a_student_count_once_and_the_other_is_named():
    files = "leeada_5501_11_a.ipynb", "leeada_5501_12_a-1.ipynb"
    (ada,) = attend(course(files, [])).attendees
    assert ada.handed[0].entry.file == files[1]
    assert ada.others == (("part-0", files[0], f"{files[1]} counts: it is the later attempt"),)


@pytest.mark.parametrize(
    ("files", "why"),
    [
        (("lee_5501_file/a9.ipynb", "lee_5501_file/a10.ipynb"), "it is the later attempt"),
        (("lee_5501_file/a.ipynb", "lee_5501_file/b.ipynb"), "its name comes last"),
        (("lee_5501_file/a.ipynb", "lee_5501_file/a1.ipynb"), "its name comes last"),
    ],
)
def test_only_numbers_tell_of_two_files_without_a_time_which_is_the_later_attempt(files, why):
    first, last = (GradedSubmission(file, file, 1.0, 1.0, None, False, True, "") for file in files)
    assert latest_of((last, first)) is last
    assert reason_for(last, first) == why


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.sampled_from("abcdefg"), unique=True), min_size=1, max_size=4))
def test_nobody_is_lost_and_nobody_counted_twice(classes):
    runs = course(*([f"{who}.ipynb" for who in one] for one in classes))
    for order in list(permutations(range(len(runs))))[:3]:
        found = attend([runs[place] for place in order])
        assert len(found.attendees) == len({who for one in classes for who in one})
        for column, place in enumerate(order):
            kept = [one.handed[column] for one in found.attendees if one.handed[column]]
            assert len(kept) == len(classes[place])


def test_a_roster_decides_and_strangers_stay_in_sight():
    runs = course(["10815_a.ipynb", "stranger.ipynb"], ["alove.ipynb", "stranger.ipynb"])
    found = attend(runs, [ADA, BEN, EVE])
    assert files_of(found)["Lovelace, Ada"] == ["10815_a.ipynb", "alove.ipynb"]
    assert files_of(found)[BEN.name] == [None, None]
    (stranger,) = (one for one in found.attendees if not one.listed)
    assert [own.entry.file for own in stranger.handed] == ["stranger.ipynb"] * 2


def test_the_total_sums_and_is_no_number_where_something_was_not_graded():
    first = run_of("a", [handed("ada@uni.edu.ipynb", 4.0), handed("ben@uni.edu.ipynb", 7.0)])
    second = run_of("b", [handed("ada@uni.edu.ipynb", 3.5), handed("ben@uni.edu.ipynb", None),
                          handed("who.ipynb")])  # fmt: skip
    runs = [first, second]
    whole = total_of(runs, attend(runs, [ADA, BEN, EVE]))
    scores = {student: entry.score for student, entry in whole.chosen}
    assert scores == {ADA: 7.5, BEN: None} and whole.missing == [EVE]
    assert {entry.possible for _, entry in whole.chosen} == {20.0}
    assert [entry.file for entry, _ in whole.unmatched] == ["b/who.ipynb"]


def stand(*scores, possible=10.0):
    """Return where a student with these points stands, beside a class with seven of ten each."""
    runs, attendees = [], None
    for n, score in enumerate(scores):
        own = [] if score is None else [handed("ada.ipynb", score)]
        runs.append(run_of(f"part-{n}", [*own, *(handed(f"x{i}.ipynb", 7.0) for i in range(9))]))
    attendees = attend(runs).attendees
    names = [one.name for one in attendees]
    return standings_of(runs, attendees)[names.index("ada")]


@pytest.mark.parametrize(
    ("scores", "reasons"),
    [
        ((8, 8, 8, 8, 8, 8), ()),
        ((8, None, 8, 8, 8, 8), ()),
        ((8, None, 8, None, 8, 8), ("missing",)),
        ((4, 4, 5, 5, 4, 6), ("low",)),
        ((9, 9, 9, 9, 9, 6), ("falling",)),
        ((9, 9, 9, 9, 9, 8), ()),
        ((9, 3), ()),
        ((None, 2), ("missing", "low")),
    ],
)
def test_reasons_to_talk_are_told(scores, reasons):
    assert stand(*scores).reasons == reasons


def test_a_fall_of_everybody_is_nobodys_fall():
    runs = [
        run_of(f"part-{n}", [handed(f"x{i}.ipynb", score) for i in range(5)])
        for n, score in enumerate((9.0, 9.0, 5.5))
    ]
    assert not any(one.reasons for one in standings_of(runs, attend(runs).attendees))


def test_nothing_is_missing_where_nobody_has_handed_in_yet():
    runs = [run_of("a", [handed("ada.ipynb", 8.0)]), run_of("b", [])]
    (one,) = standings_of(runs, attend(runs).attendees)
    assert one.missing == () and one.reasons == () and one.share == 0.8


def test_what_was_not_graded_is_no_zero():
    runs = [
        run_of("a", [handed("ada.ipynb", 8.0)]),
        run_of("b", [handed("ada.ipynb", None)]),
        run_of("c", [handed("ada.ipynb", 0.0, readable=False)]),
    ]
    (one,) = standings_of(runs, attend(runs).attendees)
    assert (one.earned, one.possible, one.total) == (8.0, 20.0, None)
    assert one.reasons == ("low", "unread")
    assert one.ungraded == (1,) and one.shares == (0.8, None, None)
