"""The media column on the real item table: what the ORM and the database let in."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.core.serializers import serialize
from django.db import IntegrityError, connection, models, transaction
from django.db.models.functions import Coalesce, Concat

from tests import make
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Item
from webapp.privacy.fields import MediaUrlField, UnparsedMediaUrl, media_url_shape
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.origins import OriginPolicy

PLAIN = "https://media.harbor.example/plain.jpg?sig=SECRET"
OTHER = MediaUrl.parse(
    "https://media.harbor.example/it's[1].jpg?sig=%2B~!$&()*+,;=:@/", OriginPolicy(frozenset(), False)
)


@pytest.fixture
def item(owner: Viewer, dataset: Dataset) -> Item:
    return make.make_items(owner, dataset, 1)[0]


def rows() -> models.QuerySet[Item]:
    return Item.objects.unscoped()


def with_url(item: Item, url: object) -> Item:
    item.url = url
    return item


def another(item: Item, url: object) -> Item:
    return Item(dataset_id=item.dataset_id, reference_id="another", is_private=True, url=url)


WRITES: dict[str, Callable[[Item, object], object]] = {
    "save": lambda item, url: with_url(item, url).save(),
    "save of one column": lambda item, url: with_url(item, url).save(update_fields=["url"]),
    "save of a new row": lambda item, url: another(item, url).save(force_insert=True),
    "create": lambda item, url: rows().create(
        dataset_id=item.dataset_id, reference_id="another", is_private=True, url=url
    ),
    "get_or_create": lambda item, url: rows().get_or_create(
        dataset_id=item.dataset_id, reference_id="another", defaults={"is_private": True, "url": url}
    ),
    "update_or_create": lambda item, url: rows().update_or_create(pk=item.pk, defaults={"url": url}),
    "bulk_create": lambda item, url: rows().bulk_create([another(item, url)]),
    "bulk upsert": lambda item, url: rows().bulk_create(
        [another(item, url)], update_conflicts=True, update_fields=["url"], unique_fields=["dataset", "reference_id"]
    ),
    "bulk_update": lambda item, url: rows().bulk_update([with_url(item, url)], ["url"]),
    "update": lambda item, url: rows().update(url=url),
}
EXPRESSIONS = {
    "value": models.Value(PLAIN),
    "column": models.F("reference_id"),
    "concatenation": Concat(models.Value("https://"), models.F("reference_id")),
    "coalesce": Coalesce(models.Value(PLAIN), models.F("url")),
    "case": models.Case(models.When(pk__gt=0, then=models.Value(PLAIN)), default=models.Value(None)),
    "subquery": models.Subquery(Item.objects.unscoped().values("reference_id")[:1]),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_plain_text_is_refused_by_every_write(item: Item, write: Callable[[Item, object], object]) -> None:
    with pytest.raises(UnparsedMediaUrl) as caught:
        write(item, PLAIN)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_parsed_address_is_written_by_every_write(item: Item, write: Callable[[Item, object], object]) -> None:
    write(item, OTHER)
    stored = rows().filter(url=OTHER).get()
    assert stored.url is not None
    assert stored.url.reveal() == OTHER.reveal()


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_expression_that_yields_something_else_is_refused(item: Item, expression: models.Expression) -> None:
    with pytest.raises(UnparsedMediaUrl):
        rows().update(url=expression)


def test_column_may_be_copied_from_a_media_column(item: Item) -> None:
    rows().update(url=models.F("url"))
    replacement = models.Value(OTHER, output_field=MediaUrlField())
    rows().update(url=models.Case(models.When(pk=item.pk, then=replacement), default=models.F("url")))
    assert rows().get().url == OTHER


def test_reading_gives_an_address_that_does_not_show_itself(item: Item) -> None:
    assert isinstance(rows().get().url, MediaUrl)
    assert isinstance(rows().values_list("url", flat=True)[0], MediaUrl)
    assert "item-0" not in repr(rows().values("url")[0])


@pytest.mark.parametrize("lookup", ["url", "url__in"])
def test_looking_up_a_plain_text_is_refused(item: Item, lookup: str) -> None:
    with pytest.raises(UnparsedMediaUrl):
        rows().filter(**{lookup: [PLAIN] if lookup.endswith("in") else PLAIN}).exists()


@pytest.mark.parametrize(
    "text",
    [
        "media.harbor.example/a.jpg",
        "HTTPS://media.harbor.example/a.jpg",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "https:///a",
        "https://media.harbor.example/a b",
        "https://media.harbor.example/a\tb",
        "https://media.harbor.example/a\n",
        "https://media.harbor.example/\u00e9",
        "https://media.harbor.example\\@evil.example/a",
        "https://media.harbor.example/a#b",
        'https://media.harbor.example/"',
        "https://media.harbor.example/<",
        "https://media.harbor.example/^",
        "https://media.harbor.example/`",
        "https://media.harbor.example/{",
        "https://media.harbor.example/" + "a" * 4096,
        "s3:/frames/a.jpg",
        "s3:///a.jpg",
        "azure://frames/a.jpg",
        "s3://frames/a b.jpg",
    ],
)
def test_database_refuses_what_raw_sql_writes(item: Item, text: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE datasets_item SET url = %s", [text])


@pytest.mark.parametrize("text", [OTHER.reveal(), "s3://frames/a.jpg", "gs://a.b_c-1/clip%2001/it's.jpg"])
def test_database_accepts_what_the_grammar_accepts(item: Item, text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE datasets_item SET url = %s", [text])
    assert rows().get().url == MediaUrl.from_column(text)


def test_no_form_edits_the_column_and_no_serializer_prints_it(item: Item) -> None:
    field = Item._meta.get_field("url")
    assert isinstance(field, MediaUrlField)
    assert not field.editable
    with pytest.raises(ValidationError):
        field.to_python(PLAIN)
    assert field.to_python(OTHER) is OTHER
    with pytest.raises(TypeError):
        serialize("json", rows())


def test_constraint_is_named_for_what_it_holds() -> None:
    assert media_url_shape("url").name == "%(app_label)s_%(class)s_url_is_a_media_url"
    assert "datasets_item_url_is_a_media_url" in [constraint.name for constraint in Item._meta.constraints]
