"""Keys for programs: what one opens, and what closes it."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import make
from webapp.accounts import actions, api_keys, queries
from webapp.accounts.models import ApiKey, AuditEntry, Membership, User
from webapp.accounts.viewer import Role, Viewer
from webapp.privacy.refusals import Invalid, NotFound


def test_key_opens_the_team_for_its_owner(owner: Viewer) -> None:
    text = make.make_key(owner)
    viewer = api_keys.viewer_of_key(text)
    assert viewer is not None
    assert (viewer.user_id, viewer.team_id, viewer.role) == (owner.user_id, owner.team_id, Role.EDITOR)
    assert viewer.api_key_id == ApiKey.objects.get().pk


def test_secret_is_not_kept(owner: Viewer) -> None:
    text = make.make_key(owner)
    secret = text.rpartition("_")[2]
    row = ApiKey.objects.get()
    assert row.secret_sha256 == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in repr(ApiKey.objects.values().get())
    assert AuditEntry.objects.get().subject == str(row)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda text: text + "x",
        lambda text: text.replace("transom_", "transom-"),
        lambda text: text.replace("transom_", "TRANSOM_"),
        lambda text: text.swapcase(),
        lambda text: f"transom_{'0' * 8}_{text.rpartition('_')[2]}",
        lambda text: text[:17],
        lambda text: "",
        lambda text: "transom__",
        lambda text: "\ud800" * 20,
        lambda text: text + "\0",
        lambda text: "transom_" + "é" * 8 + "_secret",
    ],
)
def test_anything_but_the_very_key_opens_nothing(owner: Viewer, spoil: Callable[[str], str]) -> None:
    assert api_keys.viewer_of_key(spoil(make.make_key(owner))) is None


def test_key_may_only_what_both_it_and_its_owner_may(owner: Viewer, admin: Viewer) -> None:
    reading, editing = make.make_key(owner, role="viewer"), make.make_key(owner)
    membership = Membership.objects.get(user_id=owner.user_id)
    actions.change_role(admin, membership.pk, role=Role.ADMIN)
    roles = [viewer.role for key in (reading, editing) if (viewer := api_keys.viewer_of_key(key))]
    assert roles == [Role.VIEWER, Role.EDITOR]
    actions.change_role(admin, membership.pk, role=Role.LABELER)
    roles = [viewer.role for key in (reading, editing) if (viewer := api_keys.viewer_of_key(key))]
    assert roles == [Role.LABELER, Role.LABELER]


def test_key_above_ones_own_role_is_refused(owner: Viewer) -> None:
    with pytest.raises(Invalid, match="at most your own, editor"):
        api_keys.create_api_key(owner, name="too much", role=Role.ADMIN)


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_key_needs_a_name(owner: Viewer, name: str) -> None:
    with pytest.raises(Invalid, match="1 to 100 characters"):
        api_keys.create_api_key(owner, name=name)


def test_revoked_key_opens_nothing_from_then_on(owner: Viewer) -> None:
    row, text = api_keys.create_api_key(owner, name="old")
    api_keys.revoke_api_key(owner, row.pk)
    assert api_keys.viewer_of_key(text) is None
    first = ApiKey.objects.get().revoked_at
    api_keys.revoke_api_key(owner, row.pk)
    assert ApiKey.objects.get().revoked_at == first


def test_key_of_somebody_who_left_or_is_locked_out_opens_nothing(owner: Viewer, teammate: Viewer) -> None:
    left, locked_out = make.make_key(owner), make.make_key(teammate)
    Membership.objects.get(user_id=owner.user_id).delete()
    User.objects.filter(pk=teammate.user_id).update(is_active=False)
    assert api_keys.viewer_of_key(left) is None
    assert api_keys.viewer_of_key(locked_out) is None


def test_key_is_revoked_by_its_owner_and_by_the_teams_admin_only(
    owner: Viewer, teammate: Viewer, approver: Viewer, admin: Viewer, stranger: Viewer
) -> None:
    row, text = api_keys.create_api_key(owner, name="mine")
    for other in (teammate, approver, stranger):
        with pytest.raises(NotFound):
            api_keys.revoke_api_key(other, row.pk)
    assert api_keys.viewer_of_key(text) is not None
    api_keys.revoke_api_key(admin, row.pk)
    assert api_keys.viewer_of_key(text) is None


def test_keys_are_listed_to_their_owner_and_all_of_them_to_the_admin(
    owner: Viewer, teammate: Viewer, admin: Viewer, stranger: Viewer
) -> None:
    make.make_key(owner)
    make.make_key(teammate)
    listed = {viewer.email: queries.api_keys(viewer).count() for viewer in (owner, teammate, admin, stranger)}
    assert listed == {owner.email: 1, teammate.email: 1, admin.email: 2, stranger.email: 0}


def test_use_is_noted_once_a_minute(owner: Viewer, django_assert_num_queries: Callable[[int], object]) -> None:
    text = make.make_key(owner)
    api_keys.viewer_of_key(text)
    noted = ApiKey.objects.get().last_used_at
    assert noted is not None
    with django_assert_num_queries(2):
        api_keys.viewer_of_key(text)
    assert ApiKey.objects.get().last_used_at == noted
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    api_keys.viewer_of_key(text)
    assert ApiKey.objects.get().last_used_at >= noted
