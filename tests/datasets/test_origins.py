"""The team's list of media origins and which dataset uses which."""

from collections.abc import Callable

import pytest

from tests import make
from webapp.accounts import queries as accounts
from webapp.accounts.viewer import Viewer
from webapp.datasets import actions, queries
from webapp.datasets.models import Dataset
from webapp.privacy.refusals import Conflict, Invalid, NotAllowed, NotFound, Refused


def declared(viewer: Viewer) -> list[str]:
    return [row.origin for row in queries.team_origin_rows(viewer)]


def test_admin_declares_attaches_detaches_and_forgets(owner: Viewer, admin: Viewer, dataset: Dataset) -> None:
    row = actions.declare_origin(admin, " https://B.example ")
    assert (declared(owner), row.declared_via) == (["https://b.example"], "settings")
    assert actions.declare_origin(admin, "https://b.example:443").pk == row.pk
    actions.attach_origin(admin, dataset, row.pk)
    actions.attach_origin(admin, dataset, row.pk)
    assert [str(origin) for origin in queries.dataset_origins(owner, dataset)] == ["https://b.example"]
    with pytest.raises(Conflict, match="used by 1 dataset; detach it there first"):
        actions.forget_origin(admin, row.pk)
    actions.detach_origin(admin, dataset, row.pk)
    with pytest.raises(NotFound):
        actions.detach_origin(admin, dataset, row.pk)
    actions.forget_origin(admin, row.pk)
    assert declared(owner) == []
    acts = [entry.action for entry in accounts.audit_entries(admin) if entry.action.startswith("origin")]
    assert acts == ["origin.forget", "origin.detach", "origin.attach", "origin.declare"]


@pytest.mark.parametrize(
    "text",
    ["", "media.example", "https://media.example/", "ftp://media.example", "https://u@media.example", "https://*"],
)
def test_bad_origin_is_refused(admin: Viewer, text: str) -> None:
    with pytest.raises(Invalid):
        actions.declare_origin(admin, text)
    assert declared(admin) == []


def test_only_admins_of_the_team_change_origins(
    owner: Viewer, admin: Viewer, teammate: Viewer, approver: Viewer, stranger: Viewer, dataset: Dataset
) -> None:
    row = actions.declare_origin(admin, make.MEDIA)
    theirs = actions.declare_origin(stranger, "https://their.example")
    changes: list[Callable[[Viewer], object]] = [
        lambda viewer: actions.attach_origin(viewer, dataset, row.pk),
        lambda viewer: actions.detach_origin(viewer, dataset, row.pk),
        lambda viewer: actions.forget_origin(viewer, row.pk),
    ]
    for change in changes:
        for viewer in (owner, teammate, approver):
            with pytest.raises(NotAllowed):
                change(viewer)
        with pytest.raises(NotFound):
            change(stranger)
    for viewer in (owner, teammate, approver):
        with pytest.raises(NotAllowed):
            actions.declare_origin(viewer, "https://more.example")
    for reach in (actions.attach_origin, actions.detach_origin):
        with pytest.raises(Refused):
            reach(stranger, dataset, theirs.pk)
    assert queries.dataset_origins(owner, dataset) == []
    assert declared(owner) == [make.MEDIA]
