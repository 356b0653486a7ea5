"""What the media host sees of a promotion: nobody before it, the courier once for each approved item, nobody after.

Three witnesses: the host's own record, the process that held the socket, and every connect the kernel was asked for.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live import LiveTransom
from tests.media_server import Asked, CanaryServer, Visit
from tests.postgres import PostgresCluster
from tests.proof.everything import wait_for_job
from tests.proof.visitor import Visitor
from tests.wire_client import WireClient

pytestmark = pytest.mark.proof

STRACE = shutil.which("strace")
# The kernel itself picks the calls, so that no other one waits for strace.
STRACED = ("strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect")
needs_strace = pytest.mark.skipif(STRACE is None, reason="strace is not installed: the kernel's own word is missing")
# Without the lock the server finds out that it could leave, by trying this machine's own discard port (sandbox.py).
OWN_TEST = re.compile(r'port=htons\(9\), .*"(127\.0\.0\.1|::1)"')
ITEMS, SENT, WISHED = 60, 25, 5


class Sharing:
    """One promotion from the append to its revocation; what the host saw is kept by phase."""

    def __init__(self, live: LiveTransom, canary: CanaryServer) -> None:
        self.live, self.canary = live, canary
        self.people = {role: live.make_person(role) for role in ("editor", "approver", "admin")}
        self.wire = WireClient(live.endpoint, self.people["editor"].key())
        self.visits: dict[str, list[Visit]] = {}
        self.requests: dict[str, list[Asked]] = {}
        self.courier_pid = 0
        self.result: dict[str, Any] = {}

    def run(self) -> None:
        dataset, sent, wished = self.ask()
        self.look_around(dataset)
        # The courier runs, and nothing is approved.
        self.start_courier()
        self.end_phase("before")
        for job in (sent, wished):
            assert self.decide("approve", job) == "approved"
            self.result = wait_for_job(self.wire, job)
            assert self.result["status"] == "Completed", self.result
        self.read(dataset)
        self.end_phase("approved")
        for job in (sent, wished):
            assert self.decide("revoke", job) == "revoked"
        # Whoever asks again for what was approved once begins anew.
        self.wire.call("POST", f"dataset/{dataset}/promotions", {"reference_ids": ["photo-1"], "reason": "Once more"})
        self.read(dataset)
        self.end_phase("revoked")

    def ask(self) -> tuple[str, str, str]:
        """The dataset, and the jobs of a slice that is sent and of an append that asks by itself."""
        dataset = self.wire.create_dataset("Quays", is_scene=False, privacy=True)
        rows = [self.row(n) for n in range(ITEMS)]
        self.wire.append(dataset, rows)
        admin = self.people["admin"]
        self.live.ask_clerk("allow_host", email=admin.email, team=admin.team, origin=self.canary.origin)
        editor = self.people["editor"]
        project = self.live.ask_clerk("make_project", email=editor.email, team=editor.team, name="Boats")
        names = [row["reference_id"] for row in rows[:SENT]]
        made = self.wire.call("POST", f"dataset/{dataset}/create_slice", {"name": "Night", "reference_ids": names})
        sent = self.wire.call("POST", f"slice/{made['slice_id']}/{project}/send_to_labeling", {})
        wishes = [{**row, "upload_to_scale": True} for row in rows[SENT : SENT + WISHED]]
        self.wire.append(dataset, wishes, update=True)
        listed = self.wire.call("POST", "jobs", {"job_types": ["sendToLabeling"]})
        (wished,) = [one["job_id"] for one in listed if one["job_id"] != sent["job_id"]]
        return dataset, sent["job_id"], wished

    def row(self, number: int) -> dict[str, Any]:
        url = self.canary.url(f"photo-{number}-64x48.png?signature={number}")
        return {"reference_id": f"photo-{number}", "image_url": url, "metadata": {"n": number}}

    def look_around(self, dataset: str) -> None:
        """Every kind of page as an approver and as an admin see them."""
        for role, start in (("approver", "/admin/"), ("admin", "/")):
            visitor = Visitor(self.live)
            visitor.sign_in(self.people[role])
            seen = visitor.crawl(start)
            assert {status for status in seen.values() if status >= 500} == set(), seen
        self.read(dataset)

    def read(self, dataset: str) -> None:
        """The page of the items, and what programs read of them."""
        visitor = Visitor(self.live)
        visitor.sign_in(self.people["editor"])
        assert visitor.get(f"/datasets/{dataset}/").status == 200
        for path in (f"dataset/{dataset}/datasetItems", f"dataset/{dataset}/exportForTraining"):
            self.wire.call("GET", path)

    def start_courier(self) -> None:
        self.courier_pid = self.live.start_courier()
        deadline = time.monotonic() + 60
        while "Courier started" not in self.live.log_text():
            assert time.monotonic() < deadline, self.live.log_text()[-2000:]
            time.sleep(0.05)

    def decide(self, deed: str, job: str) -> str:
        who = self.people["approver"]
        said = {"job": job, "deed": deed, "reason": "For Boats"}
        return str(self.live.ask_clerk("decide", email=who.email, team=who.team, **said))

    def end_phase(self, name: str) -> None:
        self.visits[name], self.requests[name] = list(self.canary.connections), list(self.canary.requests)
        self.canary.forget()


@pytest.fixture(scope="module")
def sharing(run_folder: Path, cluster: PostgresCluster | None) -> Iterator[Sharing]:
    """The whole of it, without the egress lock and under strace where there is one."""
    folder = run_folder / "sharing"
    words = [*STRACED, "-o", f"{folder}/%name.strace"] if STRACE else []
    environment = {"TRANSOM_EGRESS_LOCK": "off"}
    with CanaryServer() as canary:
        with LiveTransom(folder, cluster=cluster, environment=environment, tracer=words) as live:
            made = Sharing(live, canary)
            made.run()
        made.end_phase("stopped")
        yield made


def test_nobody_comes_before_the_approval_and_nobody_after_it_is_revoked(sharing: Sharing) -> None:
    assert {phase: len(sharing.visits[phase]) for phase in ("before", "revoked", "stopped")} == {
        "before": 0,
        "revoked": 0,
        "stopped": 0,
    }


def test_each_approved_item_is_asked_for_once_and_no_other_item(sharing: Sharing) -> None:
    asked = sorted((one.method, one.path, one.query) for one in sharing.requests["approved"])
    wanted = sorted(("GET", f"/photo-{n}-64x48.png", f"signature={n}") for n in range(SENT + WISHED))
    assert asked == wanted
    assert len(sharing.visits["approved"]) == len(wanted)


def test_it_is_the_courier_that_asks_and_no_other_process(sharing: Sharing) -> None:
    visits = sharing.visits["approved"]
    commands = {visit.owner.command if visit.owner else "unknown" for visit in visits}
    assert len(commands) == 1, commands
    assert commands.pop().endswith("manage.py courier")
    assert all(visit.owner and sharing.courier_pid in visit.owner.line for visit in visits)


@needs_strace
def test_the_kernel_was_asked_by_the_courier_alone_and_for_the_media_host_alone(sharing: Sharing) -> None:
    traces = {path.stem: path.read_text() for path in sharing.live.folder.glob("*.strace")}
    assert set(traces) == {"web", "worker", "courier"}
    for name in ("web", "worker"):
        lines = [line for line in traces[name].splitlines() if "AF_INET" in line]
        assert [line for line in lines if not OWN_TEST.search(line)] == [], name
    lines = [line for line in traces["courier"].splitlines() if "AF_INET" in line and "connect(" in line]
    to_host = [line for line in lines if f"htons({sharing.canary.port})" in line and '"127.0.0.1"' in line]
    assert [line for line in lines if line not in to_host] == []
    assert len(to_host) == SENT + WISHED


def test_the_job_says_so_and_no_log_holds_an_address(sharing: Sharing) -> None:
    assert sharing.result["message"]["state"] == "shared"
    assert sharing.result["message"]["stored"] == WISHED
    assert "signature=" not in sharing.live.log_text()
