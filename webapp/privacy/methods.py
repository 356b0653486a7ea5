"""Which methods are served at all: what a view does not name, Django would answer as a GET."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

# The door for programs has methods of its own, and says which (wire/routes.py).
WIRE_PREFIX = "/v1/nucleus"
FOR_PEOPLE = ("GET", "HEAD", "POST")


class DeclaredMethods:
    """Everywhere but at the door for programs, 405 to all that a browser does not send: TRACE would tell headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in FOR_PEOPLE or request.path_info.startswith(WIRE_PREFIX):
            return self.get_response(request)
        return HttpResponseNotAllowed(FOR_PEOPLE)
