"""What is served: every address of the URL resolver, and every route of the door for programs."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

ADMIN = "admin/"
# The one address behind which the routes for programs are (webapp/wire/routes.py).
DOOR = r"^v1/nucleus(?P<path>/(?s:.*))?\Z"


def addresses(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Every address that is served, as its table of routes writes it."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one, f"{before}{one.pattern}")
        else:
            assert isinstance(one, URLPattern)
            yield f"{before}{one.pattern}"


OF_SHARED_ORIGIN = list(addresses(get_resolver(settings.SHARED_URLCONF)))
SERVED = list(addresses(get_resolver()))
OF_ADMIN = [one for one in SERVED if one.startswith(ADMIN)]
OF_PEOPLE = [one for one in SERVED if one not in OF_ADMIN and one != DOOR]
