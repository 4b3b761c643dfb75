"""A grading zip's packages, before a run: found or made, told, and the command started in them."""

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from autograder.engines import environments
from autograder.engines.choice import EngineChoice
from autograder.engines.packages import TORCH, Wanted, module_of, read_lists, unmet
from autograder.engines.shipment import PACKAGE
from autograder.errors import UsageError
from autograder.run.class_imports import count_imports
from autograder.scoring.assignment import Assignment
from autograder.scoring.libraries import modules_imported
from autograder.scoring.lists import CONDA_LIST, PIP_LIST, list_text

Say = Callable[[str], None]


def wanted_by(assignment: Assignment, own_list: Path | None = None) -> Wanted:
    """Return which packages a grading zip asks for.

    Args:
        own_list: a list that takes the place of the zip's; a .yml or .yaml is one of conda's.

    Raises:
        UsageError: that cannot be read.
    """
    if own_list is None:
        return read_lists(assignment.lists)
    try:
        kind = CONDA_LIST if own_list.suffix.lower() in (".yml", ".yaml") else PIP_LIST
        return read_lists({kind: list_text(own_list.read_bytes())})
    except OSError as error:
        raise UsageError(f"{own_list}: no list of packages can be read there ({error})") from None


def settle(
    assignment: Assignment,
    choice: EngineChoice,
    say: Say,
    submissions: Iterable[Path] = (),
    own_list: Path | None = None,
    cluster: bool = False,
) -> EngineChoice:
    """See to it that a grading zip's packages are there; returns where sandboxes run with them.

    Where the grader's own environment lacks some, this process is replaced by the same command in
    an environment that has them: what follows happens there.

    Args:
        say: gets a line for each thing that is not as the zip asks for, and before an installation.
        submissions: the class's files, which tell whether a missing package matters.
        own_list: as :func:`wanted_by`.
        cluster: whether a cluster grades.

    Raises:
        UsageError: a package that is imported cannot be had, or a cluster's workers lack one.
        EngineError: no environment can be made.
    """
    wanted = wanted_by(assignment, own_list)
    if wanted == Wanted() and not (cluster and assignment.large):
        return choice
    own = environments.held_here()
    begun_again = environments.entered() is not None
    for line in () if begun_again else environments.differences(wanted, own):
        say(f"{assignment.name}: {line}.")
    if cluster:
        _check_cluster(assignment, wanted)
        return choice
    with_image = choice.kind == "docker"
    made = environments.ensure_environment(wanted, with_image, say)
    if made is None:
        return choice
    if not begun_again:
        for line in made.told:
            say(f"{assignment.name}: {line}.")
        _check_missing(assignment, made.missing, submissions, say)
        if made.python:
            _start_again(made.python)
    if with_image:
        tag = environments.ensure_layered_image(choice.image, made, wanted, say)
        return replace(choice, image=tag)
    return choice


def _check_cluster(assignment: Assignment, wanted: Wanted) -> None:
    """Refuse packages that a cluster's workers do not have, and files that are not sent there."""
    if assignment.large:
        raise UsageError(
            f"{assignment.name}: its file {next(iter(assignment.large))} is too large to be sent "
            "to a cluster; grade it on this machine"
        )
    held = environments.held_in_image()
    lacking = unmet((one for one in wanted.requirements if one.name != TORCH), held)
    if lacking:
        raise UsageError(
            f"{assignment.name}: needs {', '.join(map(str, lacking))}, which a cluster's workers "
            "do not have; grade it on this machine, or give a list without it with "
            "--requirements FILE"
        )


def _check_missing(
    assignment: Assignment, missing: Iterable[str], submissions: Iterable[Path], say: Say
) -> None:
    """Refuse to grade without a package that tests or notebooks import.

    Raises:
        UsageError: one does; to be graded without it would cost points.
    """
    names = {name: module_of(name) for name in missing}
    if not names:
        return
    tested = _roots(modules_imported("\n".join(assignment.sources.values())))
    written = count_imports(submissions)
    for name, module in names.items():
        used = sum(count for full, count in written.items() if full.partition(".")[0] == module)
        where = f"{used} of the notebooks" if used else "the tests" if module in tested else ""
        repair = "correct its name, or give a list of your own with --requirements FILE"
        if where:
            raise UsageError(
                f"{assignment.name}: the index has no package '{name}', which {where} import; "
                f"{repair}"
            )
        say(f"{assignment.name}: the index has no package '{name}'; nothing imports it, and it is "
            f"left out. To end this line, {repair}.")  # fmt: skip


def _roots(modules: Iterable[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


def _start_again(python: str) -> None:
    """Go on as the same command in another environment.

    Raises:
        UsageError: this process is no command of ours, which could be started again.
    """
    started = Path(sys.argv[0])
    if started.name != "autograder" and started.resolve() != PACKAGE / "__main__.py":
        raise UsageError(f"these packages are there for {python}; run it with that interpreter")
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(python, [python, *sys.orig_argv[1:]])
