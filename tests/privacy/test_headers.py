"""What every answer tells the browser, to the letter."""

import re

import pytest
from django.conf import settings as configured
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from webapp.privacy.headers import PrivacyHeaders, allow_media
from webapp.privacy.origins import Origin

MEDIA = [Origin("https", "media.example", 443), Origin("http", "10.0.0.5", 9000)]
# Whoever changes this policy changes what the promise of docs/privacy.md rests on.
PAGE_POLICY = (
    "default-src 'none'; script-src 'nonce-NONCE' 'strict-dynamic'; style-src 'self'; font-src 'self'; "
    "img-src 'self' blob: data:{media}; media-src 'self' blob:{media}; connect-src 'self'{media}; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types transom"
)
ADMIN_POLICY = (
    "default-src 'none'; script-src 'nonce-NONCE' 'strict-dynamic'; style-src 'self'; font-src 'self'; "
    "img-src 'self'{media}; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types transom"
)
SCRIPT_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
PASSIVE_POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def answer(response: HttpResponse | StreamingHttpResponse, path: str = "/") -> tuple[HttpRequest, dict[str, str]]:
    request = RequestFactory().get(path)
    answered = PrivacyHeaders(lambda _: response)(request)
    return request, dict(answered.headers)


def policy_of(response: HttpResponse, path: str = "/") -> str:
    policy = answer(response, path)[1]["Content-Security-Policy"]
    return re.sub(r"'nonce-[A-Za-z0-9_-]{20,}'", "'nonce-NONCE'", policy)


def directives(policy: str) -> dict[str, list[str]]:
    return {name: sources for name, *sources in (part.split() for part in policy.split("; "))}


def test_page_may_contact_this_server_only() -> None:
    assert policy_of(HttpResponse("<p>")) == PAGE_POLICY.format(media="")


def test_page_with_media_may_contact_exactly_their_origins() -> None:
    page = allow_media(HttpResponse("<p>"), MEDIA)
    assert policy_of(page) == PAGE_POLICY.format(media=" http://10.0.0.5:9000 https://media.example")


def test_origins_of_several_calls_add_up() -> None:
    page = allow_media(allow_media(HttpResponse("<p>"), MEDIA[:1]), iter(MEDIA))
    assert policy_of(page) == PAGE_POLICY.format(media=" http://10.0.0.5:9000 https://media.example")


def test_admin_shows_images_of_the_named_origins_and_contacts_nobody_else() -> None:
    page = allow_media(HttpResponse("<p>"), MEDIA)
    assert policy_of(page, "/admin/promotions/") == ADMIN_POLICY.format(
        media=" http://10.0.0.5:9000 https://media.example"
    )
    assert policy_of(HttpResponse("<p>"), "/admin/datasets/") == ADMIN_POLICY.format(media="")
    assert policy_of(HttpResponse("<p>"), "/administration/") == PAGE_POLICY.format(media="")


@pytest.mark.parametrize(
    "content_type", ["text/javascript", "text/javascript; charset=utf-8", "application/javascript"]
)
def test_script_can_contact_nobody_when_it_runs_as_a_worker(content_type: str) -> None:
    assert policy_of(HttpResponse("1", content_type=content_type)) == SCRIPT_POLICY


@pytest.mark.parametrize(
    "content_type", ["application/json", "image/svg+xml", "text/plain", "application/octet-stream"]
)
def test_anything_else_runs_nothing(content_type: str) -> None:
    assert policy_of(HttpResponse("<svg/>", content_type=content_type)) == PASSIVE_POLICY


@pytest.mark.parametrize("policy", [PAGE_POLICY.format(media=" https://media.example"), ADMIN_POLICY, SCRIPT_POLICY])
def test_policy_has_no_loophole(policy: str) -> None:
    found = directives(policy)
    for name, sources in found.items():
        assert name not in ("report-uri", "report-to", "upgrade-insecure-requests", "block-all-mixed-content")
        assert not [source for source in sources if source.startswith("'unsafe-") or "*" in source]
        assert not {"http:", "https:", "ws:", "wss:", "filesystem:"} & set(sources)
        assert "'none'" not in sources or sources == ["'none'"]
    assert {"blob:", "data:"}.isdisjoint(found["script-src"])
    assert found["default-src"] == found["base-uri"] == found["frame-ancestors"] == ["'none'"]


def test_fixed_headers_are_exactly_these() -> None:
    headers = answer(HttpResponse("<p>"))[1]
    del headers["Content-Security-Policy"]
    assert headers == {
        "Content-Type": "text/html; charset=utf-8",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-DNS-Prefetch-Control": "off",
        "Permissions-Policy": (
            "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(),"
            " identity-credentials-get=(), idle-detection=(), magnetometer=(), microphone=(), midi=(),"
            " otp-credentials=(), payment=(), publickey-credentials-create=(), publickey-credentials-get=(),"
            " screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=(), local-network=(self),"
            " local-network-access=(self), loopback-network=(self)"
        ),
        "Cache-Control": "no-store",
    }


def test_nonce_of_the_page_is_the_one_in_the_policy_and_never_repeats() -> None:
    seen = set()
    for _ in range(50):
        request, headers = answer(HttpResponse("<p>"))
        assert f"'nonce-{request.csp_nonce}'" in headers["Content-Security-Policy"]
        seen.add(request.csp_nonce)
    assert len(seen) == 50


def test_admin_can_post_its_forms_and_tells_other_hosts_nothing() -> None:
    assert answer(HttpResponse("<p>"), "/admin/login/")[1]["Referrer-Policy"] == "same-origin"


def test_view_may_loosen_the_caching_but_not_the_policy() -> None:
    response = HttpResponse("<p>", headers={"Cache-Control": "private, max-age=60", "Referrer-Policy": "unsafe-url"})
    response.headers["Content-Security-Policy"] = "default-src *"
    headers = answer(response)[1]
    assert headers["Cache-Control"] == "private, max-age=60"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_streamed_answer_has_them_too() -> None:
    assert answer(StreamingHttpResponse([b"{}"], content_type="application/x-ndjson"))[1]["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/sign-in/", "/admin/login/", "/no-such-page", "/v1/nucleus/dataset/"])
def test_every_answer_of_the_server_carries_them(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Referrer-Policy"] in ("no-referrer", "same-origin")
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store" or "no-cache" in headers["Cache-Control"]


def test_static_files_keep_their_caching_and_get_the_policy(client: Client) -> None:
    response = client.get(f"{configured.STATIC_URL}js/lib/island.js")
    assert response.status_code == 200
    assert b"export" in response.getvalue()
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Content-Security-Policy"] == SCRIPT_POLICY
