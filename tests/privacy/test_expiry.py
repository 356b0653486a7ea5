"""When a link ends, as it says itself; the pages' reading has the same corpus (tests/js/expiry.test.js)."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.privacy.expiry import expiry_of
from webapp.privacy.media_url import MediaUrl, MediaUrlRefused
from webapp.privacy.origins import OriginPolicy

CORPUS = json.loads(Path(__file__).with_name("expiry_corpus.json").read_text())
END = datetime(2026, 11, 22, 1, tzinfo=UTC)
SIGNED = "https://media.example/jane.jpg?X-Amz-Date=20261122T000000Z&X-Amz-Expires=3600&X-Amz-Signature=SECRET"


def policy(at: datetime) -> OriginPolicy:
    return OriginPolicy(frozenset(), locked=False, at=at)


@pytest.mark.parametrize(("text", "end"), CORPUS)
def test_end_of_a_link_is_read_from_its_own_parameters(text: str, end: str | None) -> None:
    found = expiry_of(text)
    assert (found.at if found is not None else None) == (datetime.fromisoformat(end) if end is not None else None)


@given(
    query=st.text()
    | st.builds(
        "&".join,
        st.lists(
            st.builds(
                "{}={}".format,
                st.sampled_from(
                    ["X-Amz-Date", "X-Amz-Expires", "se", "sig", "Expires", "Signature", "Policy", "hdnts"]
                ),
                st.sampled_from(["20261122T000000Z", "99999999T999999Z", "999999999999", "2026-11-23T24:61Z", "e30_"])
                | st.text(max_size=8),
            )
        ),
    )
)
def test_no_query_is_too_odd_to_be_read(query: str) -> None:
    expiry_of(f"https://h.example/a?{query}")


def test_link_that_has_ended_is_refused_by_what_says_so_and_when() -> None:
    with pytest.raises(MediaUrlRefused) as caught:
        MediaUrl.parse(SIGNED, policy(END))
    assert caught.value.code == "expired"
    assert caught.value.sentence == (
        "The link to https://media.example ended on 2026-11-22 at 01:00:00 UTC, as X-Amz-Date and X-Amz-Expires say."
        " Links that end later are accepted, and addresses that do not end."
    )


def test_link_that_ends_later_is_accepted_and_so_is_any_where_nobody_asks_the_clock() -> None:
    before = MediaUrl.parse(SIGNED, policy(END - timedelta(seconds=1)))
    assert before.reveal() == SIGNED
    assert before.expiry is not None
    assert before.expiry.at == END
    assert MediaUrl.parse(SIGNED, OriginPolicy(frozenset(), locked=False)) == before
    assert MediaUrl.from_column(SIGNED) == before
