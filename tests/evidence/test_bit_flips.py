"""One bit of the record, anywhere in it, is enough: of 200 flipped ones 200 are found, in acts and in connections."""

from __future__ import annotations

import random

import pytest
from django.db import DatabaseError, transaction

from tests import make
from tests.accounts.tampering import columns_of, flipped, is_broken, with_the_power_of_the_operator
from tests.evidence.kit import ask, connect
from webapp.accounts.audit import ACTS, record
from webapp.accounts.chained_table import ChainedTable
from webapp.accounts.viewer import Viewer
from webapp.courier.egress_log import CONNECTIONS
from webapp.datasets.models import Dataset

pytestmark = pytest.mark.django_db(transaction=True)
FLIPS = 200


@pytest.fixture
def on_record(owner: Viewer, approver: Viewer, stranger: Viewer, dataset: Dataset) -> None:
    """Acts of two teams, by people and by keys, with details of all kinds; connections that ended in several ways."""
    key = make.create_api_key(owner, name="tests")[0]
    program = Viewer(owner.user_id, owner.email, owner.team_id, owner.team_name, owner.role, api_key_id=key.pk)
    for number in range(13):
        record(owner, "slice.create", subject=f"slc_{number}", recipe={"share": number / 7, "é": [None, 1e-07, True]})
        record(program, "origin.attach", subject="https://media.harbor.example", dataset=f"ds_{number}", size=number)
        record(stranger, "member.add", subject="ünter@elsewhere.example", role="viewer")
    for viewer, own in ((owner, dataset), (stranger, make.make_dataset(stranger))):
        items = make.make_items(viewer, own, 5)
        promotion = ask(viewer, items)
        for number, item in enumerate(items * 2):
            result = ("stored", "link", "unreachable")[number % 3]
            connect(promotion, item, result=result, byte_count=number)


@pytest.mark.parametrize("table", [ACTS, CONNECTIONS], ids=lambda table: table.name)
def test_every_flipped_bit_is_found(table: ChainedTable, on_record: None) -> None:
    dice, columns = random.Random(20), columns_of(table)
    rows = list(table.entries._default_manager.values_list("pk", flat=True))
    assert not is_broken(table)
    tried: list[str] = []
    unseen: list[str] = []
    with with_the_power_of_the_operator(table):
        while len(tried) < FLIPS:
            row, column = dice.choice(rows), dice.choice(columns)
            try:
                # The change is stored and looked at, then taken back.
                with transaction.atomic():
                    if flipped(table, row, column, dice):
                        tried.append(column)
                        if not is_broken(table):
                            unseen.append(f"{column} of {row}")
                    transaction.set_rollback(True)
            except DatabaseError as refusal:
                raise AssertionError(f"{column} of {row}") from refusal
    assert unseen == []
    assert set(tried) == set(columns)
    assert not is_broken(table)
