"""Who calls: HTTP Basic with the API key as user name and an empty password, or `x-limited-access-key`.

Cookies and sessions mean nothing here, which is why these views need no CSRF token.
"""

from __future__ import annotations

import base64
import binascii

from django.http import HttpRequest

from webapp.accounts.api_keys import viewer_of_key
from webapp.accounts.viewer import Viewer
from webapp.privacy.refusals import NotAllowed
from webapp.wire.call import base_url_of
from webapp.wire.refusals import KeyRefused

MAX_KEY = 200
HOW = "Send an API key as the user name of HTTP Basic with an empty password, or as x-limited-access-key."


def viewer_of_request(request: HttpRequest) -> Viewer:
    """Whoever holds the key this request carries; raises KeyRefused without a key that opens anything."""
    basic = request.headers.get("Authorization")
    limited = request.headers.get("x-limited-access-key")
    if basic is not None and limited is not None:
        raise KeyRefused("This request carries two keys; send one of Authorization and x-limited-access-key.")
    text = limited if basic is None else basic_user(basic)
    if text is None:
        raise KeyRefused(f"This request carries no key. {HOW}")
    viewer = viewer_of_key(text) if 0 < len(text) <= MAX_KEY and text.isascii() else None
    if viewer is None:
        raise KeyRefused("This key opens nothing here: it is mistyped, revoked, or of another server.")
    return viewer


def basic_user(header: str) -> str:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise KeyRefused(f"This Authorization is of another kind than Basic. {HOW}")
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode("ascii").partition(":")
    except (binascii.Error, ValueError):
        raise KeyRefused(f"The Basic credentials cannot be read. {HOW}") from None
    if not colon or password:
        raise KeyRefused(f"The Basic credentials must be the key, a colon and nothing after it. {HOW}")
    return user


def refuse_other_sites(request: HttpRequest) -> None:
    """Raise NotAllowed for a request that a browser makes on behalf of another site's page."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise NotAllowed("Pages of other sites may not call this server.")
    origin = request.headers.get("Origin")
    if origin is not None and origin not in (base_url_of(request), f"{request.scheme}://{request.get_host()}"):
        raise NotAllowed("Pages of other origins may not call this server.")
