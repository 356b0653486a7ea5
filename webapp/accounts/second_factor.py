"""A second factor: six digits that an app on the person's phone shows, and codes on paper for when it is lost.

django-otp keeps the devices, compares the digits, takes each only once and slows down who guesses. Each change is
written down in every team of the person.
"""

from __future__ import annotations

from dataclasses import dataclass

import segno
from django.db import transaction
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from webapp.accounts.audit import record
from webapp.accounts.models import Membership, User
from webapp.accounts.queries import viewer_of_membership
from webapp.privacy.refusals import Conflict, Invalid

CODES = 10
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Square:
    """A QR code of `size` by `size` modules, without its margin; `path` is the dark ones as an SVG path."""

    size: int
    path: str


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the app has to be told: by camera, or by hand."""

    square: Square
    secret: str


def is_set_up(user: User) -> bool:
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user, device__confirmed=True).count())


@transaction.atomic
def accepts(user: User, code: str) -> bool:
    """Whether these are the app's digits of now, or a code that was not used yet; either is used up by it."""
    text = "".join(code.split()).lower()
    kind = TOTPDevice if len(text) == DIGITS and text.isdigit() else StaticDevice
    device = kind.objects.select_for_update().filter(user=user, confirmed=True).first()
    return device is not None and bool(device.verify_token(text))


def begin(user: User) -> None:
    """Make a secret that waits to be confirmed; one that waits already stays."""
    if is_set_up(user):
        raise Conflict("A second factor is set up already; remove it first.")
    TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": "app"})


def enrolment(user: User) -> Enrolment | None:
    """What the app has to be told; None unless something waits to be confirmed."""
    device = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    if device is None or is_set_up(user):
        return None
    address = str(device.config_url)
    secret = address.partition("secret=")[2].partition("&")[0].rstrip("=")
    return Enrolment(square_of(address), " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)))


@transaction.atomic
def confirm(user: User, code: str) -> list[str] | None:
    """Turn the second factor on and return the recovery codes; None when the digits are not those of now."""
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device is None or is_set_up(user):
        raise Conflict("There is nothing to confirm; begin again.")
    if not device.verify_token("".join(code.split())):
        return None
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    write_down(user, "second-factor.set-up")
    return fresh_codes(user)


@transaction.atomic
def renew_codes(user: User) -> list[str]:
    """Make new recovery codes; the old ones stop working."""
    if not is_set_up(user):
        raise Invalid("No second factor is set up.")
    write_down(user, "second-factor.codes")
    return fresh_codes(user)


@transaction.atomic
def remove(user: User) -> None:
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    write_down(user, "second-factor.remove")


def fresh_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery codes")
    codes = [StaticToken.random_token() for _ in range(CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=device, token=code) for code in codes])
    return codes


def write_down(user: User, act: str) -> None:
    for membership in Membership.objects.select_related("user", "team").filter(user=user).order_by("team_id"):
        record(viewer_of_membership(membership), act, subject=user.email)


def square_of(text: str) -> Square:
    rows = segno.make(text, error="m", micro=False).matrix
    dark = [(x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module]
    return Square(len(rows), "".join(f"M{x} {y}h1v1h-1z" for x, y in dark))
