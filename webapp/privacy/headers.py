"""What every answer tells the browser: whom it may contact, and that it tells nobody where it has been.

A page contacts this server and the media origins its view named with `allow_media`, nothing else. There is no
report address, because reports carry whole media addresses, and no `upgrade-insecure-requests`, because it breaks
media on private networks that otherwise load.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from webapp.privacy.origins import Origin
from webapp.privacy.shared_origin import is_for_shared_origin

ADMIN_PREFIX = "/admin/"

_DENIED_FEATURES = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "magnetometer",
    "microphone",
    "midi",
    "otp-credentials",
    "payment",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
# Three names of one permission: browsers split it in two, older ones know the third.
_OWN_FEATURES = ("local-network", "local-network-access", "loopback-network")
FIXED_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-DNS-Prefetch-Control": "off",
    "Permissions-Policy": ", ".join(
        [*(f"{name}=()" for name in _DENIED_FEATURES), *(f"{name}=(self)" for name in _OWN_FEATURES)]
    ),
}

# Bytes of strangers, for any page that was given their link: nothing in them runs, loads or frames anything.
SHARED_HEADERS = FIXED_HEADERS | {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

# Anything but a page runs nothing, should somebody open it; 'self' lets a browser show a file it was given.
_PASSIVE_POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A worker obeys the policy its own script came with, not its page's: without one it could contact any host. Ours
# decode what the page hands them and contact nobody, this server included.
_SCRIPT_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'none'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
_SCRIPT_TYPES = frozenset({"text/javascript", "application/javascript"})
_MEDIA_ATTRIBUTE = "media_origins"

AnyResponse = TypeVar("AnyResponse", bound=HttpResponseBase)


class PrivacyHeaders:
    """The first middleware: sets the headers of every answer and `request.csp_nonce` for the page's own scripts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        nonce = secrets.token_urlsafe(16)
        vars(request)["csp_nonce"] = nonce
        response = self.get_response(request)
        is_shared = is_for_shared_origin(request)
        for name, value in (SHARED_HEADERS if is_shared else FIXED_HEADERS).items():
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "no-store")
        if is_shared:
            return response
        if request.path_info.startswith(ADMIN_PREFIX):
            # Under no-referrer browsers post forms with `Origin: null`, which Django's CSRF check refuses (Chromium
            # 156). Our own pages say the same in a meta element; neither tells another host anything.
            response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Content-Security-Policy"] = _policy(request, response, nonce)
        return response


def allow_media(response: AnyResponse, origins: Iterable[Origin]) -> AnyResponse:
    """Let this one page load images, video and data from the origins, besides those already allowed."""
    vars(response)[_MEDIA_ATTRIBUTE] = _media_origins(response) | frozenset(origins)
    return response


def page_policy(nonce: str, origins: Iterable[Origin]) -> str:
    """Return the Content-Security-Policy of a page whose scripts carry the nonce and whose media are at the origins."""
    media = "".join(f" {origin}" for origin in sorted(origins))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}' 'strict-dynamic'",
            "style-src 'self'",
            "font-src 'self'",
            f"img-src 'self' blob: data:{media}",
            f"media-src 'self' blob:{media}",
            f"connect-src 'self'{media}",
            "worker-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types transom",
        )
    )


def admin_policy(nonce: str, origins: Iterable[Origin]) -> str:
    """Return the policy of an administration page: like a page's, and from the origins images only."""
    media = "".join(f" {origin}" for origin in sorted(origins))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}' 'strict-dynamic'",
            "style-src 'self'",
            "font-src 'self'",
            f"img-src 'self'{media}",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types transom",
        )
    )


def _policy(request: HttpRequest, response: HttpResponseBase, nonce: str) -> str:
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if content_type in _SCRIPT_TYPES:
        return _SCRIPT_POLICY
    if content_type != "text/html":
        return _PASSIVE_POLICY
    if request.path_info.startswith(ADMIN_PREFIX):
        return admin_policy(nonce, _media_origins(response))
    return page_policy(nonce, _media_origins(response))


def _media_origins(response: HttpResponseBase) -> frozenset[Origin]:
    found = vars(response).get(_MEDIA_ATTRIBUTE, frozenset())
    return found if isinstance(found, frozenset) else frozenset()
