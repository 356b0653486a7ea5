"""The demo's sign-ins and its API key, kept in a file of the owner so that every start can print the same ones."""

from __future__ import annotations

import secrets

import msgspec

from webapp.demo.demo_folder import DemoFolder

# Without the letters and digits that look alike.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class Credentials(msgspec.Struct, frozen=True):
    """One password for all of `emails`; `api_key` is "" until one was made."""

    emails: tuple[str, ...]
    password: str
    script_email: str
    api_key: str


def read_credentials(folder: DemoFolder) -> Credentials | None:
    try:
        return msgspec.json.decode(folder.credentials.read_bytes(), type=Credentials)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write_credentials(folder: DemoFolder, credentials: Credentials) -> None:
    folder.write(folder.credentials, msgspec.json.encode(credentials))


def new_password() -> str:
    """Four groups of four, easy to type: 79 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
