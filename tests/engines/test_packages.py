"""Lists of packages, as instructors write them for pip and for conda."""

import pytest

from autograder.engines.packages import module_of, read_lists, unmet

PIP, CONDA = "requirements.txt", "environment.yml"


def conda(*lines: str) -> dict[str, str]:
    """Return a conda list with some dependencies."""
    body = "".join(f"  - {line}\n" for line in lines)
    return {CONDA: f"name: otter-env\nchannels: [conda-forge]\ndependencies:\n{body}"}


@pytest.mark.parametrize("text, wanted", [
    ("pandas==2.2  # of the lecture\n\n# torch\nnumpy", ["numpy", "pandas==2.2"]),
    ("a>=1 ; python_version > '3.0'\nonly ; python_version < '3.0'", ["a>=1"]),
    ("a==1 \\\n    --hash=sha256:00 --hash=sha256:11\n", ["a==1"]),
    ("jupyterlab\nnotebook==7\nipykernel\nsetuptools", []),
    ("Pandas>1\npandas<3", ["pandas<3,>1"]),
    ("pandas[excel]\n", ["pandas[excel]"]),
    ("sklearn\nnumpy", ["numpy", "scikit-learn"]),
    ("SKLearn==0.0\nscikit-learn>=1", ["scikit-learn>=1"]),
])  # fmt: skip
def test_pips_list_is_read(text, wanted):
    found = read_lists({PIP: text})
    assert found.lines == wanted
    assert not found.told


@pytest.mark.parametrize("line", [
    "-e git+ssh://host/course.git", "course @ git+ssh://host/course.git", "./wheels/own.whl",
    "--extra-index-url file:///index", "two words", "-r other.txt", "==1.0",
    "odd ; sys_platform ~= 'linux'",
])  # fmt: skip
def test_what_is_no_name_with_a_version_is_told_and_the_rest_is_read(line):
    found = read_lists({PIP: f"numpy\n{line}\npandas\n"})
    assert found.lines == ["numpy", "pandas"]
    (told,) = found.told
    assert line in told and "left out" in told


@pytest.mark.parametrize("line, wanted", [
    ("numpy=1.21", ["numpy==1.21.*"]),
    ("pip: ['sklearn==0.0.post1']", ["scikit-learn"]),
    ("numpy=1.21.2", ["numpy==1.21.2"]),
    ("numpy=1.21.2=py39h2_0", ["numpy==1.21.2"]),
    ("numpy=1.21.*", ["numpy==1.21.*"]),
    ("numpy==1.21", ["numpy==1.21"]),
    ("numpy>=1.21,<2", ["numpy<2,>=1.21"]),
    ("numpy 1.21.*", ["numpy==1.21.*"]),
    ("conda-forge::numpy", ["numpy"]),
    ("pytorch=2.1", ["torch==2.1.*"]),
    ("matplotlib-base", ["matplotlib"]),
    ("py-opencv", ["opencv-python-headless"]),
    ("gcc", []), ("_libgcc_mutex=0.1", []), ("jupyter_server", []), ("pip", []),
])  # fmt: skip
def test_condas_names_and_versions_become_pips(line, wanted):
    found = read_lists(conda(line))
    assert found.lines == wanted
    assert not found.told


@pytest.mark.parametrize("pip", ["pip: seaborn", "pip: |\n      seaborn\n", "pip: [seaborn, ]"])
def test_pips_part_of_condas_list_may_be_a_text(pip):
    found = read_lists(conda("numpy", pip))
    assert found.lines == ["numpy", "seaborn"] and not found.told


def test_condas_list_holds_pips():
    lists = conda("python=3.9", "pip", "pip:\n    - otter-grader[grading]==5.1.2\n    - seaborn"
                  "\n    - -r requirements.txt")  # fmt: skip
    found = read_lists({**lists, PIP: "folium\n"})
    assert (found.lines, found.python, found.otter) == (["folium", "seaborn"], "3.9", "5.1.2")
    assert not found.told


@pytest.mark.parametrize("lists, said", [
    (conda("r-base=4.5"), "r-base=4.5"), ({CONDA: "dependencies: [a: b: c"}, "no YAML"),
    ({CONDA: "just text"}, "no YAML"),
    ({CONDA: "dependencies:\n  numpy: 2"}, "no YAML"), ({CONDA: "- numpy"}, "no YAML"),
    ({CONDA: "dependencies: numpy"}, "no YAML"), (conda("numpy", "~"), None), (conda("3"), "'3'"),
    (conda("pip:\n      random"), "a part of Python"), ({PIP: "json\nnumpy"}, "a part of Python"),
    ({CONDA: ""}, None), (conda("numpy=!!"), "numpy"),
])  # fmt: skip
def test_a_broken_conda_list_is_told_in_a_line(lists, said):
    found = read_lists(lists)
    if said is None:
        assert not found.told
    else:
        (told,) = found.told
        assert said in told and "\n" not in told


@pytest.mark.parametrize("text, lacking", [
    ("pandas", []), ("pandas>=2", []), ("pandas==2.2.*", []), ("pandas==1.5", ["pandas==1.5"]),
    ("Scikit.Learn", ["Scikit.Learn"]), ("pandas[excel]", ["pandas[excel]"]), ("x-y_z", []),
])  # fmt: skip
def test_only_what_is_not_there_is_lacking(text, lacking):
    wanted = read_lists({PIP: text}).requirements
    assert [str(one) for one in unmet(wanted, {"pandas": "2.2.3", "x-y-z": "1"})] == lacking


def test_a_packages_module_is_known():
    assert module_of("scikit-learn") == "sklearn"
    assert module_of("Some-Package") == "some_package"
