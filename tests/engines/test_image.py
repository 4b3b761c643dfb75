"""The grading image: what goes into it, what it is named after, where its base comes from."""

import subprocess
from pathlib import Path

import pytest

from autograder.engines import base_image, image, shipment
from autograder.errors import EngineError


def shipped() -> set[str]:
    return {path.relative_to(shipment.PACKAGE).as_posix() for path in shipment.sandbox_files()}


def test_the_image_holds_what_the_sandbox_imports():
    needed = {"__init__.py", "model.py", "wall/codec/decoding.py", "sandbox/worker.py"}
    assert needed <= shipped()


@pytest.mark.parametrize("room", ["checks", "scoring", "build", "engines", "gradescope", "reports"])
def test_the_image_holds_nothing_that_knows_answers_or_scores(room):
    assert not [name for name in shipped() if name.startswith(room)]


def test_modules_imported_by_a_module_are_shipped_too():
    files = shipment.imported_files(shipment.PACKAGE / "scoring" / "session.py")
    assert shipment.PACKAGE / "scoring" / "__init__.py" in files
    assert shipment.PACKAGE / "wall" / "codec" / "__init__.py" in files


def test_the_tag_changes_with_the_code(tmp_path, monkeypatch):
    before = image.grading_tag()
    changed = shipment.PACKAGE / "sandbox" / "worker.py"
    read = Path.read_bytes
    monkeypatch.setattr(
        Path, "read_bytes", lambda path: read(path) + (b"#" if path == changed else b"")
    )
    assert image.grading_tag() != before
    assert image.grading_tag() == image.grading_tag()


def test_a_page_template_changes_what_workers_agree_on_and_no_mark(monkeypatch):
    shipment.code_digest.cache_clear()
    shipment.package_digest.cache_clear()
    marks, package = shipment.code_digest(), shipment.package_digest()
    changed = shipment.PACKAGE / "reports" / "templates" / "feedback.html"
    read = Path.read_bytes
    monkeypatch.setattr(
        Path, "read_bytes", lambda path: read(path) + (b"#" if path == changed else b"")
    )
    assert shipment.code_digest.__wrapped__() == marks
    assert shipment.package_digest.__wrapped__() != package


def test_the_environment_changes_with_the_base_that_is_asked_for(monkeypatch):
    monkeypatch.delenv(base_image.VARIABLE, raising=False)
    before = image.environment_tag()
    monkeypatch.setenv(base_image.VARIABLE, "ubuntu:24.04")
    assert image.environment_tag() != before


def test_code_alone_does_not_change_the_environment(monkeypatch):
    before = image.environment_tag()
    monkeypatch.setattr(image, "sandbox_files", lambda: [])
    assert image.environment_tag() == before


class FakeDocker:
    """Answers commands from a table of exit codes by their first words."""

    def __init__(self, *failing: str):
        self.failing = failing
        self.asked = []

    def __call__(self, command, timeout_s=0, stdin=None):
        text = " ".join(map(str, command))
        self.asked.append(text)
        failed = any(text.startswith(start) for start in self.failing)
        return subprocess.CompletedProcess(command, int(failed), b"first\nno such host\n")


NOTHING_HELD = "docker image inspect"
NO_REGISTRY = "docker pull"


@pytest.fixture
def docker(monkeypatch):
    monkeypatch.delenv(base_image.VARIABLE, raising=False)

    def install(*failing):
        fake = FakeDocker(*failing)
        monkeypatch.setattr(base_image, "run", fake)
        return fake

    return install


def test_a_base_that_the_engine_holds_is_not_fetched(docker):
    fake = docker()
    assert base_image.find_base(print) == base_image.DEFAULT
    assert len(fake.asked) == 1


def test_a_missing_base_is_pulled(docker):
    docker(NOTHING_HELD)
    assert base_image.find_base(print) == base_image.DEFAULT


def test_without_a_registry_a_home_made_base_is_used(docker):
    fake = docker(f"{NOTHING_HELD} {base_image.DEFAULT}", NO_REGISTRY)
    assert base_image.find_base(print) == base_image.HOME_MADE
    assert not any(text.startswith(NO_REGISTRY) for text in fake.asked)


def test_without_registry_and_debootstrap_the_error_names_the_ways_on(docker, monkeypatch):
    docker(NOTHING_HELD, NO_REGISTRY)
    monkeypatch.setattr(base_image.shutil, "which", lambda name: None)
    with pytest.raises(EngineError, match="no such host.*debootstrap.*AUTOGRADER_BASE_IMAGE"):
        base_image.find_base(print)


def test_a_base_that_was_asked_for_is_never_replaced_by_another(docker, monkeypatch):
    docker(NOTHING_HELD, NO_REGISTRY)
    monkeypatch.setenv(base_image.VARIABLE, "registry.example/python:3.11")
    with pytest.raises(EngineError, match="registry.example/python:3.11 cannot be pulled"):
        base_image.find_base(print)


def test_a_failing_debootstrap_is_an_error_with_its_last_line(docker):
    docker("debootstrap")
    with pytest.raises(EngineError, match="debootstrap failed.*no such host"):
        base_image.make_base_image()


def inside(tag: str, *command: str) -> str:
    """Return what a command prints in a container without network."""
    done = subprocess.run(
        ["docker", "run", "--rm", "--network", "none", tag, *command],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert not done.returncode, done.stderr
    return done.stdout


def test_the_built_image_has_the_scorers_torch_and_no_otter(docker_engine):
    code = (
        "import importlib.util as u, torch; "
        "print(torch.__version__.split('+')[0], u.find_spec('otter'), u.find_spec('pip'))"
    )
    assert inside(docker_engine, "python", "-c", code).split() == [
        image.torch_version(), "None", "None",
    ]  # fmt: skip


def test_a_docker_that_hangs_is_told_as_such(monkeypatch, tmp_path):
    def hang(command, **options):
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(subprocess, "run", hang)
    with pytest.raises(EngineError, match="does not run in"):
        image.look_into("autograder-test:never")
    with pytest.raises(EngineError, match="it took too long"):
        image.build_image("autograder-test:never", tmp_path, {})


def test_the_built_image_holds_only_shipped_files(docker_engine):
    listed = inside(docker_engine, "find", "/opt/autograder/autograder", "-name", "*.py")
    names = {line.removeprefix("/opt/autograder/autograder/") for line in listed.split()}
    assert names == shipped()


def test_an_image_that_exists_is_not_built_again(docker_engine, monkeypatch):
    def refuse(*arguments):
        raise AssertionError("it was built again")

    monkeypatch.setattr(image, "build_image", refuse)
    assert image.ensure_image() == docker_engine


def test_a_failing_build_shows_dockers_last_lines(docker_engine, tmp_path):
    (tmp_path / "Dockerfile").write_text(f"FROM {docker_engine}\nRUN echo a clear reason; false\n")
    with pytest.raises(EngineError, match="a clear reason"):
        image.build_image("autograder-test:never", tmp_path, {})
