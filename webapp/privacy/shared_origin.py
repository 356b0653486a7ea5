"""Our other origin: the bytes of shared items are served there, and nothing else is.

Whatever a file turns out to hold, it is not in the origin of the pages. Which of the two a request is for is said by
the host and port it names; links name that origin by `shared_base`.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.http.response import Http404, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve

from webapp.privacy.origins import Origin

_DEFAULT_PORTS = {"http": "80", "https": "443"}


class SharedOrigin:
    """Answers what is asked of the shared origin, so that nothing after this middleware exists there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return _answered(request) if is_for_shared_origin(request) else self.get_response(request)


def shared_base(request: HttpRequest) -> str:
    """The shared origin as who made this request reaches it, `http://host:8002`; nothing after the port."""
    if settings.SHARED_URL is not None:
        return str(settings.SHARED_URL)
    host, _ = split_domain_port(request.get_host())
    # No page can name an IPv6 address in its policy (origins.py).
    named = "localhost" if host.startswith("[") else host
    return f"{request.scheme}://{named}:{settings.SHARED_PORT}"


def shared_media_origins(request: HttpRequest) -> frozenset[Origin]:
    """What the policy of a page that shows copies has to name: the shared origin, and the bucket that it leads to."""
    bucket = frozenset({Origin.parse(settings.BUCKET.origin)}) if settings.BUCKET is not None else frozenset()
    return upload_media_origins(request) | bucket


def upload_media_origins(request: HttpRequest) -> frozenset[Origin]:
    """What the policy of a page that shows uploaded files has to name: they are never in a bucket alone."""
    return frozenset({Origin.parse(shared_base(request))})


def is_for_shared_origin(request: HttpRequest) -> bool:
    """Whether the request names the shared origin's host and port. No host is trusted by it: nothing repeats one."""
    host, port = split_domain_port(request.META.get("HTTP_HOST", ""))
    port = port or _DEFAULT_PORTS.get(str(request.scheme), "")
    if settings.SHARED_URL is None:
        return port == str(settings.SHARED_PORT)
    ours = urlsplit(settings.SHARED_URL)
    return (host, port) == (ours.hostname, str(ours.port or _DEFAULT_PORTS[ours.scheme]))


def _answered(request: HttpRequest) -> HttpResponseBase:
    try:
        found = resolve(request.path_info, urlconf=settings.SHARED_URLCONF)
        answer = found.func(request, *found.args, **found.kwargs)
    except (Resolver404, Http404):
        return HttpResponse("There is nothing at this address.\n", status=404, content_type="text/plain; charset=utf-8")
    if not isinstance(answer, HttpResponseBase):
        raise TypeError("A view of the shared origin answers with a response.")
    return answer
