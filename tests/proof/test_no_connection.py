"""Nothing that a server can be asked to do makes one of its processes connect to a media host, or log an address.

Twice: with the kernel lock, as it is run; and without it, watched by strace, so that the code is seen not even to try.
"""

import http.client
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import LiveTransom
from tests.media_server import CanaryServer
from tests.postgres import PostgresCluster
from tests.proof.everything import Everything
from tests.proof.visitor import kind_of

pytestmark = pytest.mark.proof

STRACE = shutil.which("strace")
# The kernel itself picks the calls, so that no other one waits for strace.
STRACED = ("strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect")
# Without the lock the server finds out that it could leave, by trying this machine's own discard port (sandbox.py).
OWN_TEST = re.compile(r'port=htons\(9\), .*"(127\.0\.0\.1|::1)"')
needs_strace = pytest.mark.skipif(STRACE is None, reason="strace is not installed: the kernel's own word is missing")


@pytest.fixture(scope="module")
def canary() -> Iterator[CanaryServer]:
    with CanaryServer() as server:
        yield server


@pytest.fixture(scope="module")
def locked(run_folder: Path, cluster: PostgresCluster | None, canary: CanaryServer) -> Iterator[Everything]:
    """Everything, done with the egress lock as it is by default."""
    with LiveTransom(run_folder / "locked", cluster=cluster) as live:
        everything = Everything(live, canary)
        everything.run()
        yield everything


@pytest.fixture(scope="module")
def traced(run_folder: Path, cluster: PostgresCluster | None, canary: CanaryServer) -> Iterator[Everything]:
    """Everything, done without the lock and under strace where there is one."""
    folder = run_folder / "traced"
    words = [*STRACED, "-o", f"{folder}/%name.strace"] if STRACE else []
    with LiveTransom(folder, cluster=cluster, environment={"TRANSOM_EGRESS_LOCK": "off"}, tracer=words) as live:
        everything = Everything(live, canary)
        everything.run()
        yield everything


def test_canary_sees_whoever_does_connect(canary: CanaryServer) -> None:
    canary.forget()
    connection = http.client.HTTPConnection("127.0.0.1", canary.port, timeout=5)
    connection.request("GET", "/one.jpg")
    connection.getresponse().read()
    connection.close()
    assert len(canary.connections) == 1
    canary.forget()


def test_every_kind_of_page_was_seen(locked: Everything) -> None:
    """The proof is worth as much as what was done in it."""
    kinds = {kind_of(path) for path in locked.pages}
    assert kinds >= {
        "/",
        "/datasets/ds/",
        "/datasets/ds/items/di",
        "/datasets/ds/scenes/scn",
        "/datasets/ds/slices/",
        "/datasets/ds/charts/",
        "/datasets/ds/models/",
        "/datasets/ds/jobs/",
        "/datasets/ds/health/",
        "/datasets/ds/history/",
        "/datasets/ds/requests/",
        "/datasets/ds/settings/",
        "/slices/",
        "/slices/slc",
        "/models/",
        "/models/prj/",
        "/jobs/",
        "/jobs/job",
        "/team/",
        "/privacy/",
        "/admin/",
        "/admin/datasets/dataset/",
        "/admin/accounts/user/",
        "/admin/jobs/job/",
    }


@pytest.mark.parametrize("way", ["locked", "traced"])
def test_no_connection_reaches_the_media_host(request: pytest.FixtureRequest, canary: CanaryServer, way: str) -> None:
    request.getfixturevalue(way)
    assert canary.connections == []


@pytest.mark.skipif(sys.platform != "linux", reason="the egress lock is Linux's")
def test_kernel_lock_was_on(locked: Everything) -> None:
    health = locked.live.health()
    assert health is not None
    assert health["egress"] == "none (seccomp)"
    assert "egress: none (seccomp)" in locked.live.log_text()


@needs_strace
def test_no_process_tries_an_internet_address_even_without_the_lock(traced: Everything) -> None:
    health = traced.live.health()
    assert health is not None
    assert health["egress"] == "open"
    traces = {path.name: path.read_text() for path in traced.live.folder.glob("*.strace")}
    assert set(traces) == {"web.strace", "worker.strace"}
    lines = [line for text in traces.values() for line in text.splitlines() if "AF_INET" in line]
    assert [line for line in lines if not OWN_TEST.search(line)] == []
    if "postgresql" in traced.live.environment["DATABASE_URL"]:
        assert all("AF_UNIX" in text for text in traces.values()), "strace saw the database being reached"


@pytest.mark.parametrize("way", ["locked", "traced"])
def test_no_log_and_no_refusal_holds_a_media_address(
    request: pytest.FixtureRequest, cluster: PostgresCluster | None, way: str
) -> None:
    everything: Everything = request.getfixturevalue(way)
    assert everything.secret not in everything.live.log_text()
    assert cluster is None or everything.secret not in cluster.log_text()
    assert len(everything.refusals) > 10
    assert [text for text in everything.refusals if everything.secret in text] == []
