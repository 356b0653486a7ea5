"""A fresh sign-in and the second factor, as the administration's pages ask for them."""

import re
import time
from base64 import b32decode

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests import make
from webapp.accounts import fresh, second_factor
from webapp.accounts.models import AuditEntry, Team, User
from webapp.accounts.viewer import Viewer

CONFIRM, PAGE = "/admin/confirm/", "/admin/second-factor/"


@pytest.fixture
def approver(team: Team) -> Viewer:
    return make.make_viewer(team, role="approver", email="approver@harbor.example", password=make.PASSWORD)


@pytest.fixture
def user(approver: Viewer) -> User:
    return User.objects.get(pk=approver.user_id)


@pytest.fixture
def browser(client: Client, approver: Viewer) -> Client:
    return make.sign_in(client, approver)


def sign_in_again(browser: Client, password: str = make.PASSWORD, **more: str) -> int:
    return browser.post(f"{CONFIRM}?next={PAGE}", {"password": password, **more}).status_code


def digits(user: User) -> str:
    """What the app shows; the step is set back, so that the digits of now are not used up already."""
    device = TOTPDevice.objects.get(user=user)
    TOTPDevice.objects.filter(user=user).update(last_t=-1, throttling_failure_count=0)
    return f"{totp(device.bin_key):06}"


def set_up(user: User) -> list[str]:
    second_factor.begin(user)
    return second_factor.confirm(user, digits(user)) or []


def test_password_makes_a_sign_in_fresh_for_five_minutes(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert browser.get(PAGE)["Location"] == f"{CONFIRM}?next=%2Fadmin%2Fsecond-factor%2F"
    before = browser.session.session_key
    assert sign_in_again(browser) == 302
    assert browser.session.session_key != before
    assert browser.get(PAGE).status_code == 200
    now = time.time()
    for moment, status in ((now + 290, 200), (now + 301, 302), (now - 3600, 302)):
        monkeypatch.setattr(fresh.time, "time", lambda moment=moment: moment)
        assert browser.get(PAGE).status_code == status, moment - now


def test_wrong_password_and_another_persons_do_not(browser: Client, team: Team) -> None:
    make.make_viewer(team, role="admin", email="other@harbor.example", password="another window, further up")
    assert sign_in_again(browser, "a door without a window") == 400
    assert sign_in_again(browser, "another window, further up", username="other@harbor.example") == 400
    assert browser.get(PAGE).status_code == 302


def test_guessing_is_locked_out(browser: Client) -> None:
    assert [sign_in_again(browser, "guess") for _ in range(8)][-1] == 429
    assert sign_in_again(browser) == 429


def test_wrong_codes_count_as_guesses_too(browser: Client, user: User) -> None:
    set_up(user)
    assert [sign_in_again(browser, code="000000") for _ in range(8)][-1] in (400, 429)
    assert sign_in_again(browser, code=digits(user)) == 429


def test_it_never_leads_to_another_host(browser: Client) -> None:
    answer = browser.post(f"{CONFIRM}?next=https://elsewhere.example/", {"password": make.PASSWORD})
    assert answer["Location"] == "/admin/"


def test_second_factor_is_set_up_asked_for_and_removed(browser: Client, user: User) -> None:
    sign_in_again(browser)
    browser.post(PAGE, {"do": "begin"})
    page = browser.get(PAGE).text
    secret = re.findall(r'secret mono">([A-Z2-7 ]+)<', page)[0].replace(" ", "")
    assert b32decode(secret) == TOTPDevice.objects.get(user=user).bin_key
    assert browser.post(PAGE, {"do": "confirm", "code": "12"}).status_code == 400
    assert not second_factor.is_set_up(user)

    codes = re.findall(r"<li>([a-z2-7]{8})</li>", browser.post(PAGE, {"do": "confirm", "code": digits(user)}).text)
    assert len(codes) == 10
    assert codes[0] not in browser.get(PAGE).text
    assert sign_in_again(browser) == 400
    assert sign_in_again(browser, code=digits(user)) == 302
    assert browser.post(PAGE, {"do": "remove"}).status_code == 302
    assert not second_factor.is_set_up(user)
    acts = AuditEntry.objects.filter(action__startswith="second-factor.").order_by("position")
    assert [one.action for one in acts] == ["second-factor.set-up", "second-factor.remove"]


@pytest.mark.parametrize("kind", ["digits", "recovery code"])
def test_a_code_works_once(kind: str, browser: Client, user: User) -> None:
    codes = set_up(user)
    code = codes[3] if kind == "recovery code" else digits(user)
    assert sign_in_again(browser, code=code) == 302
    assert sign_in_again(browser, code=code) == 400


def test_new_recovery_codes_end_the_old_ones(user: User) -> None:
    old = set_up(user)
    new = second_factor.renew_codes(user)
    assert second_factor.accepts(user, new[0])
    assert set(old).isdisjoint(StaticToken.objects.values_list("token", flat=True))


def test_operator_removes_it_for_who_lost_phone_and_codes(user: User) -> None:
    set_up(user)
    call_command("forget_second_factor", user.email.upper())
    assert not second_factor.is_set_up(user)
    with pytest.raises(CommandError):
        call_command("forget_second_factor", user.email)


def test_square_is_readable_as_a_path() -> None:
    square = second_factor.square_of("otpauth://totp/Transom:somebody@harbor.example?secret=ABC")
    assert square.size == len(range(square.size))
    # The corner of a finder pattern, and the light ring inside of it.
    assert "M0 0h1v1h-1z" in square.path
    assert "M1 1h1v1h-1z" not in square.path
