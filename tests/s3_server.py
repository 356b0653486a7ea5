"""A real S3 server as a process of its own (s3rver, by tests/s3_server.cjs), and what lies in its bucket."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from webapp.bucket import Bucket

PROJECT = Path(__file__).resolve().parent.parent
NAME = "shared-copies"
# A key of somebody's, with the letters that such keys have.
READER = ("AKIAREADER", "7d1+f0/c59e2b64a8d30f1e7c6b5a49382d1e0f/+=")


@dataclass(frozen=True, slots=True)
class S3Server:
    """`bucket` is how to reach it, `folder` where it keeps the objects."""

    bucket: Bucket
    folder: Path
    process: subprocess.Popen[str]

    def objects(self) -> set[str]:
        """The keys of all that it keeps."""
        root = self.folder / NAME
        return {
            path.relative_to(root).as_posix().partition("._S3rver_object")[0]
            for path in root.rglob("*._S3rver_object*")
            if path.is_file()
        }

    def with_wrong_key(self) -> Bucket:
        return replace(self.bucket, secret_key="wrong")


@pytest.fixture(scope="session")
def s3_process(run_folder: Path) -> Iterator[S3Server]:
    folder = run_folder / "s3"
    folder.mkdir()
    words = [sys.executable, "tools/run_node.py", "tests/s3_server.cjs", str(folder), "0", NAME, *READER]
    process = subprocess.Popen(words, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        said = process.stdout.readline()
        if not said:
            pytest.fail("The S3 server did not start: .venv/bin/python tools/install_frontend.py --dev")
        endpoint = f"http://127.0.0.1:{int(said)}"
        yield S3Server(
            Bucket(endpoint=endpoint, name=NAME, region="us-east-1", access_key="S3RVER", secret_key="S3RVER"),
            folder,
            process,
        )
    process.wait()


@pytest.fixture
def s3(s3_process: S3Server, request: pytest.FixtureRequest) -> S3Server:
    """The run's server, with a folder in its bucket for this test."""
    prefix = f"{abs(hash(request.node.nodeid)):x}/"
    return replace(s3_process, bucket=replace(s3_process.bucket, prefix=prefix))


def dead_endpoint() -> str:
    """Where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
