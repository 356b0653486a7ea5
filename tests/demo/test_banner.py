"""A start says where to go and how to get in, and shows secrets only when a demo was asked for."""

from webapp.demo.banner import banner
from webapp.demo.credentials import Credentials
from webapp.demo.demo_folder import DemoFolder

CREDENTIALS = Credentials(
    ("admin@demo.example", "viewer@demo.example"), "abcd-efgh", "script@demo.example", "transom_k_s"
)


def test_demo_start_prints_addresses_sign_ins_and_key() -> None:
    text = banner("127.0.0.1", 8000, 8001, DemoFolder(), CREDENTIALS)
    for part in ("http://localhost:8000", "http://localhost:8000/v1/nucleus", "http://127.0.0.1:8001", "/healthz"):
        assert part in text
    for part in ("admin@demo.example", "viewer@demo.example", "abcd-efgh", "transom_k_s"):
        assert part in text


def test_start_without_demo_prints_no_secret() -> None:
    text = banner("127.0.0.1", 8000, None, DemoFolder(), CREDENTIALS)
    assert "abcd-efgh" not in text
    assert "transom_k_s" not in text
    assert "http://localhost:8000" in text


def test_start_for_other_machines_names_the_hosts_it_answers_to() -> None:
    assert "TRANSOM_ALLOWED_HOSTS" in banner("0.0.0.0", 8000, None, DemoFolder(), None)
    assert "TRANSOM_ALLOWED_HOSTS" not in banner("127.0.0.1", 8000, None, DemoFolder(), None)
