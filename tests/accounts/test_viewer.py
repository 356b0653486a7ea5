"""What each role may do."""

import pytest

from tests import make
from webapp.accounts.viewer import NEEDS, Permission, Role
from webapp.privacy.refusals import NotAllowed


def test_every_permission_needs_a_role() -> None:
    assert set(NEEDS) == set(Permission)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("labeler", set()),
        ("viewer", {Permission.SEE_PRIVATE}),
        ("editor", {Permission.SEE_PRIVATE, Permission.CURATE}),
        ("approver", {Permission.SEE_PRIVATE, Permission.CURATE, Permission.DECIDE}),
        ("admin", set(Permission)),
    ],
)
def test_each_role_may_what_the_lower_ones_may_and_one_thing_more(role: str, allowed: set[Permission]) -> None:
    viewer = make.make_viewer(role=role)
    assert {permission for permission in Permission if viewer.may(permission)} == allowed


@pytest.mark.django_db
def test_refusal_names_the_role_that_would_be_enough() -> None:
    with pytest.raises(NotAllowed, match="takes the role editor; yours here is viewer"):
        make.make_viewer(role=Role.VIEWER).require(Permission.CURATE)
