"""Where the web server listens."""

import pytest

from webapp.listening import binds, shared_port


@pytest.mark.parametrize(
    ("bind", "asked", "all_binds"),
    [
        ("127.0.0.1:8000", "", ["127.0.0.1:8000", "127.0.0.1:8002"]),
        ("[::1]:9000", "", ["[::1]:9000", "[::1]:9002"]),
        ("0.0.0.0:80", "8443", ["0.0.0.0:80", "0.0.0.0:8443"]),
        ("unix:/run/transom.sock", "", ["unix:/run/transom.sock"]),
    ],
)
def test_shared_bytes_have_a_port_of_the_same_host(bind: str, asked: str, all_binds: list[str]) -> None:
    assert binds(bind, shared_port(bind, asked)) == all_binds
    assert binds(bind, None) == [bind]


@pytest.mark.parametrize("asked", ["0", "70000", "-1", "http", "80.5", "\uff18\uff10"])
def test_an_impossible_port_is_refused(asked: str) -> None:
    with pytest.raises(SystemExit, match="TRANSOM_SHARED_PORT"):
        shared_port("127.0.0.1:8000", asked)
