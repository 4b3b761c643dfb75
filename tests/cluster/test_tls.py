"""A cluster whose parts speak TLS with certificates of their own authority, as Dask is told to."""

import subprocess

import pytest

from tests.cluster.test_cluster import Cluster, make_jobs, unused_port  # noqa: F401 - fixture
from tests.run.test_grade_command import run


@pytest.fixture
def settings(tmp_path) -> dict[str, str]:
    """Return Dask's settings, as variables, with a certificate that was made for this test."""
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "cert.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
               "-subj", "/CN=grading", "-keyout", key, "-out", certificate]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    tls = {"REQUIRE_ENCRYPTION": "true", "TLS__CA_FILE": certificate}
    for part in ("SCHEDULER", "WORKER", "CLIENT"):
        tls |= {f"TLS__{part}__CERT": certificate, f"TLS__{part}__KEY": key}
    return {f"DASK_DISTRIBUTED__COMM__{name}": value for name, value in tls.items()}


@pytest.mark.usefixtures("built")
def test_who_has_the_certificates_grades_and_nobody_else(unused_port, settings, tmp_path):  # noqa: F811
    cluster = Cluster(unused_port, protocol="tls")
    (tmp_path / "class").mkdir()
    make_jobs(tmp_path / "class", 3)
    arguments = ("--assignment", "autodiff", "--submissions", tmp_path / "class",
                 "--scheduler", cluster.address, "--out")  # fmt: skip
    try:
        cluster.start_scheduler(**settings)
        cluster.start_worker("a", **settings)
        done = run(*arguments, tmp_path / "out", env=settings)
        assert done.returncode == 0 and "3 graded on a cluster" in done.output, done.output
        refused = run(*arguments, tmp_path / "other")
        assert refused.returncode == 2 and "TLS settings" in refused.output, refused.output
    finally:
        cluster.stop()
