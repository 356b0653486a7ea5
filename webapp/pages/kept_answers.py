"""Long JSON answers that a browser keeps and asks about by their tag, so that it is sent again only what changed.

They are compressed. BREACH needs a secret and a stranger's text in one compressed answer: these hold no token, repeat
nothing of the request, and cookies are SameSite=Lax, so no other site can make a browser ask for them in numbers.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

from webapp.datasets.models import Dataset
from webapp.datasets.shared_links import link_window


def kept_answer(
    request: HttpRequest, dataset: Dataset, body: Callable[[], object], *, shape: int = 1, more: str = ""
) -> HttpResponse:
    """What `body` makes as JSON; 304 without making it when the browser holds what the dataset's version still is.

    `shape` is part of the tag: an answer kept from before its keys changed is not taken for a new one. `more` is what
    else the answer depends on.
    """
    response = HttpResponse(content_type="application/json")
    response.headers["ETag"] = entity_tag(request, dataset, shape, more)
    response.headers["Cache-Control"] = "private, no-cache"
    # The 304 has the same Vary as the 200 it stands for.
    patch_vary_headers(response, ("Accept-Encoding", "Cookie"))
    answer = get_conditional_response(request, etag=response.headers["ETag"], response=response)
    if answer is not None and answer is not response:
        return answer
    response.content = msgspec.json.encode(body())
    return response


def entity_tag(request: HttpRequest, dataset: Dataset, shape: int, more: str = "") -> str:
    """A tag that changes whenever the answer may: with the dataset, and where files may be shown, with their links.

    A link to an uploaded file is one person's, and it ends; well before that the answer is sent anew.
    """
    period = "0" if dataset.use_privacy_mode else f"{link_window()}.{request.user.pk}"
    return f'W/"{shape}-{dataset.version}-{period}{more and "-"}{more}"'
