"""The cluster as it is deployed: containers of the worker image on a network of their own."""

import copy
import re
import secrets
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from kubernetes_validate import ValidationError, validate
from kubernetes_validate.utils import all_versions

from autograder.engines.image import ensure_worker_image
from autograder.errors import EngineError
from autograder.run.grading import Finish
from autograder.run.workers import grade_all
from tests.cluster.test_cluster import CHOICE, check, grade, make_jobs, task

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / ".cluster" / "compose.yaml").read_text())
KUBERNETES = list(yaml.safe_load_all((ROOT / ".cluster" / "kubernetes.yaml").read_text()))
WORKER = "Deployment", "worker"


def docker(*command: str) -> str:
    done = subprocess.run(["docker", *command], capture_output=True, text=True, timeout=120)
    assert not done.returncode, done.stderr
    return done.stdout.strip()


class Containers:
    """The Compose file's services, started with its own options by the plain client."""

    def __init__(self):
        self.image = ensure_worker_image()
        self.network = f"grading-{secrets.token_hex(4)}"
        self.names = []
        docker("network", "create", "--internal", self.network)

    def start(self, service: str, name: str, **changes) -> None:
        """Start a service's container; ``changes`` are other options than the file's."""
        plain = {**COMPOSE["services"][service], **changes}
        options = ["--network", self.network, "--restart", plain["restart"], "--read-only"]
        options += ["--network-alias", name] if service == "scheduler" else []
        for kind in ("cap_drop", "cap_add", "security_opt", "tmpfs"):
            for value in plain.get(kind, ()):
                options += ["--" + kind.replace("_", "-"), value]
        full = f"{self.network}-{name}"
        self.names.append(full)
        options += ["--user", plain["user"]] if "user" in plain else []
        docker("run", "--detach", "--name", full, *options, self.image, *plain["command"])

    @property
    def address(self) -> str:
        form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        ip = docker("inspect", "--format", form, f"{self.network}-scheduler")
        return f"tcp://{ip}:8786"

    def stop(self) -> None:
        subprocess.run(["docker", "rm", "--force", *self.names], capture_output=True, timeout=120)
        docker("network", "rm", self.network)


@pytest.fixture
def containers(docker_engine):
    """A scheduler in a container, without workers yet."""
    found = Containers()
    try:
        found.start("scheduler", "scheduler")
        yield found
    finally:
        found.stop()


NAMED = r"the Dask worker tcp://\S+ cannot grade: "
UNFIT = {
    "no capabilities": ({"cap_add": []}, "root lacks the capabilities KILL, SETGID, SETUID"),
    "one capability less": ({"cap_add": ["SETUID", "SETGID"]}, "root lacks the capabilities KILL"),
    "a small /tmp": ({"tmpfs": ["/tmp:size=8m,mode=1777,exec"]}, "7 MiB are free in its /tmp"),
}


@pytest.mark.parametrize("case", UNFIT)
def test_an_unfit_worker_is_named_with_the_repair(containers, case, tmp_path):
    changes, reason = UNFIT[case]
    containers.start("worker", "unfit", **changes)
    with pytest.raises(EngineError, match=NAMED + reason):
        grade(containers, make_jobs(tmp_path, 2))


def test_a_worker_that_is_not_root_grades(containers, tmp_path):
    containers.start("worker", "user", cap_add=[], user="1000:1000")
    check(grade(containers, make_jobs(tmp_path, 4)), 4)


def test_containers_make_the_pages_of_this_machine(containers, tmp_path):
    containers.start("worker", "a")
    jobs = make_jobs(tmp_path, 2)
    finish = Finish(False, "Demo", {})
    pages = {done.submission: done.page for done in grade(containers, jobs, finish=finish)}
    here = grade_all(jobs, task(finish), CHOICE, 1)
    assert pages == {outcome.submission: outcome.page for outcome in here}


def test_lost_late_and_restarted_containers_lose_and_double_nothing(containers, tmp_path):
    def disturb(count):
        if count == 5:
            docker("kill", f"{containers.network}-a")
        if count == 12:
            containers.start("worker", "late")
        if count == 20:
            docker("restart", "--time", "0", f"{containers.network}-scheduler")

    for name in ("a", "b", "c"):
        containers.start("worker", name)
    time.sleep(3)
    check(grade(containers, make_jobs(tmp_path, 40, pause_s=0.2), disturb), 40)


RELEASES = all_versions()


@pytest.mark.parametrize("release", [RELEASES[0], RELEASES[-1]])
@pytest.mark.parametrize("plain", KUBERNETES, ids=lambda p: f"{p['kind']}-{p['metadata']['name']}")
def test_kubernetes_takes_the_manifest(plain, release):
    validate(plain, release, strict=True)


@pytest.mark.parametrize("release", [RELEASES[0], RELEASES[-1]])
def test_kubernetes_refuses_a_misspelt_field(release):
    (worker,) = [p for p in KUBERNETES if (p["kind"], p["metadata"]["name"]) == WORKER]
    broken = copy.deepcopy(worker)
    context = broken["spec"]["template"]["spec"]["containers"][0]["securityContext"]
    context["readOnlyRootFileSystem"] = context.pop("readOnlyRootFilesystem")
    with pytest.raises(ValidationError, match="readOnlyRootFileSystem"):
        validate(broken, release, strict=True)


def check_compose(path: Path) -> subprocess.CompletedProcess:
    """Hold a file against the Compose specification's schema, which lies on this disk."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    return subprocess.run([*command, str(path)], capture_output=True, text=True, timeout=60)


def test_compose_takes_the_file():
    done = check_compose(ROOT / ".cluster" / "compose.yaml")
    assert not done.returncode, done.stdout + done.stderr


def test_compose_refuses_a_misspelt_key(tmp_path):
    broken = copy.deepcopy(COMPOSE)
    broken["services"]["worker"]["cap_drops"] = broken["services"]["worker"].pop("cap_drop")
    (tmp_path / "compose.yaml").write_text(yaml.safe_dump(broken))
    done = check_compose(tmp_path / "compose.yaml")
    assert done.returncode and "cap_drops" in done.stdout, done.stdout + done.stderr


def deployments() -> dict:
    return {
        plain["metadata"]["name"]: plain["spec"]["template"]["spec"]["containers"][0]
        for plain in KUBERNETES
        if plain["kind"] == "Deployment"
    }


@pytest.mark.parametrize("service", ["scheduler", "worker"])
def test_compose_and_kubernetes_start_the_same_thing(service):
    compose, pod = COMPOSE["services"][service], deployments()[service]
    assert compose["command"] == pod["command"]
    capabilities = pod["securityContext"]["capabilities"]
    assert compose["cap_drop"] == capabilities["drop"] == ["ALL"]
    assert compose.get("cap_add") == capabilities.get("add")
    assert compose["read_only"] is pod["securityContext"]["readOnlyRootFilesystem"] is True
    assert pod["securityContext"]["allowPrivilegeEscalation"] is False


def test_every_selector_finds_its_pods():
    labels = {
        plain["metadata"]["name"]: plain["spec"]["template"]["metadata"]["labels"]
        for plain in KUBERNETES
        if plain["kind"] == "Deployment"
    }
    for plain in KUBERNETES:
        if plain["kind"] == "Deployment":
            selector = plain["spec"]["selector"]["matchLabels"]
            assert selector == labels[plain["metadata"]["name"]]
        if plain["kind"] == "Service":
            assert plain["spec"]["selector"] in labels.values()
        assert plain["metadata"].get("namespace", "grading") == "grading"


def test_the_network_lets_nothing_out():
    (policy,) = [plain for plain in KUBERNETES if plain["kind"] == "NetworkPolicy"]
    assert set(policy["spec"]["policyTypes"]) == {"Ingress", "Egress"}
    assert policy["spec"]["podSelector"] == {}
    assert not any(rule == {} or "ipBlock" in str(rule) for rule in policy["spec"]["egress"])
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert COMPOSE["services"]["worker"]["networks"] == ["inside"]


def test_the_recipes_name_commands_that_exist():
    makefile = (ROOT / "Makefile").read_text()
    for path in ("compose.yaml", "kubernetes.yaml"):
        text = (ROOT / ".cluster" / path).read_text()
        for target in re.findall(r"make (?:--silent )?([a-z-]+)", text):
            assert re.search(rf"^{target}:", makefile, re.M), target
