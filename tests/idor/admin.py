"""What is expected of the admin: a line for each table in it, one for each page that is not about a row of a table.

Operators come in, and whoever decides in a team: its approvers and admins. The others are led to its sign-in, whatever
they ask for and whether it is there: 302 to `admin/login/`.
"""

from dataclasses import dataclass

Status = int | tuple[int, ...]
# Where other rows name it, the page says so instead.
DELETED = (200, 302)


@dataclass(frozen=True)
class Of:
    """A page: what an operator gets, then somebody who decides, then one who decides in another team; GET and POST."""

    operator: tuple[Status, Status]
    decider: tuple[Status, Status]
    stranger: tuple[Status, Status]


def same(get: Status, post: Status) -> Of:
    """For all who come in."""
    return Of((get, post), (get, post), (get, post))


@dataclass(frozen=True)
class Table:
    """A table in the admin, `app/model`, and what an operator may do with its rows besides looking at them.

    `is_decided`: whoever decides sees the rows of their team, and no other's; without it they see nothing of it.
    """

    path: str
    add: bool = False
    change: bool = False
    delete: bool = False
    is_decided: bool = False

    @property
    def pages(self) -> dict[str, Of]:
        """The routes that Django makes for it."""
        here = f"admin/{self.path}/"
        row = f"{here}<path:object_id>/"
        adding, changing, deleting = (200 if one else 403 for one in (self.add, self.change, self.delete))
        gone = (302, 302) if self.is_decided else (403, 403)
        seen = (200, 200) if self.is_decided else (403, 403)
        changed = (200, 403) if self.is_decided else (403, 403)
        return {
            here: Of((200, 200), seen, seen),
            f"{here}add/": Of((adding, adding), (403, 403), (403, 403)),
            f"{row}change/": Of((200, changing), changed, gone),
            f"{row}delete/": Of((deleting, DELETED if self.delete else 403), (403, 403), (403, 403)),
            f"{row}history/": Of((200, 200), seen, gone),
            row: same(302, 302),
        }


TABLES = [
    Table("accounts/user", add=True, change=True, delete=True),
    Table("accounts/team", add=True, change=True, delete=True),
    Table("accounts/apikey"),
    Table("accounts/auditentry"),
    Table("jobs/job"),
    Table("datasets/dataset"),
    Table("datasets/mediaorigin"),
    Table("datasets/datasetorigin"),
    Table("datasets/bucketcopy"),
    Table("labels/model"),
    Table("labels/modelrun"),
]
NO_ADDING = same(403, 403)
# What is decided in a team: the key of a row is of ours, and an approver of another team does not find it. Forms that
# say nothing do nothing; what a whole one does is in tests/promotions.
P, R, C = "admin/promotions/promotion/", "admin/promotions/originrule/", "admin/promotions/courierstop/"
OF_PROMOTIONS: dict[str, Of] = {
    P: same(200, 409),
    f"{P}bulk/": same(400, 400),
    f"{P}<int:pk>/decide/": Of((200, 403), (200, 400), (404, 404)),
    f"{P}<int:pk>/progress/": Of((200, 200), (200, 200), (404, 404)),
    f"{P}<path:object_id>/change/": Of((302, 302), (302, 302), (404, 404)),
    f"{P}<path:object_id>/history/": Of((200, 200), (200, 200), (302, 302)),
    f"{P}<path:object_id>/": same(302, 302),
    R: same(200, 200),
    f"{R}<int:pk>/": Of((200, 400), (200, 400), (404, 404)),
    f"{R}<path:object_id>/": Of((200, 400), (200, 400), (404, 404)),
    f"{R}<path:object_id>/change/": same(302, 302),
    f"{R}<path:object_id>/history/": same(302, 302),
    C: same(200, 404),
    f"{C}<path:object_id>/": same(302, 302),
    f"{C}<path:object_id>/change/": same(302, 302),
    f"{C}<path:object_id>/history/": same(302, 302),
    **{f"{table}{page}": NO_ADDING for table in (P, R, C) for page in ("add/", "<path:object_id>/delete/")},
}
PAGES: dict[str, Of] = {
    "admin/": same(200, 200),
    "admin/confirm/": same(200, 400),
    "admin/second-factor/": same(302, 302),
    "admin/login/": same(302, 302),
    "admin/logout/": same(302, 302),
    "admin/password_change/": same(200, 200),
    "admin/password_change/done/": same(200, 405),
    # The list of an app's tables, and all else.
    "admin/^(?P<app_label>accounts|jobs|datasets|labels|promotions)/$": same(302, 302),
    "admin/(?P<url>.*)$": same(404, 404),
}
