"""`manage.py demo`: the first run makes everything, the next ones find it there, whatever was moved meanwhile."""

import io
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.http import HttpRequest
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from webapp.accounts.api_keys import viewer_of_key
from webapp.accounts.models import ApiKey, Membership, Team, User
from webapp.accounts.queries import viewer_of_membership
from webapp.accounts.viewer import Role, Viewer
from webapp.datasets import queries
from webapp.datasets.actions import create_dataset, delete_dataset
from webapp.datasets.models import Dataset
from webapp.demo.credentials import Credentials, read_credentials
from webapp.demo.demo_folder import DemoFolder
from webapp.demo.drawing.film import FILMS
from webapp.demo.drawing.library import Plan, draw_library
from webapp.demo.drawing.stills import planned_stills
from webapp.labels import queries as label_queries
from webapp.labels.queries.projects import projects
from webapp.promotions.models import OriginRule

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of a few pictures: the command finds it complete and draws nothing."""
    folder = tmp_path_factory.mktemp("drawn")
    films = replace(FILMS[0], frame_count=3), replace(FILMS[1], frame_count=2)
    draw_library(folder, lambda done, total: None, Plan(films=films, stills=planned_stills()[:20]))
    return folder


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def folder(data_folder: Path, drawn: Path) -> DemoFolder:
    folder = DemoFolder()
    folder.root.mkdir(parents=True, mode=0o700)
    folder.media.symlink_to(drawn)
    return folder


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("demo", *words, stdout=out, stderr=out)
    return out.getvalue()


def member(email: str) -> Viewer:
    return viewer_of_membership(Membership.objects.select_related("user", "team").get(user__email=email))


def dataset(name: str) -> Dataset:
    (found,) = [one for one in queries.datasets(member("viewer@demo.example")) if one.name == name]
    return found


def credentials(folder: DemoFolder) -> Credentials:
    kept = read_credentials(folder)
    assert kept is not None
    return kept


def test_stills_are_private_items_with_addresses_sizes_and_metadata(folder: DemoFolder) -> None:
    run()
    viewer, stills = member("viewer@demo.example"), dataset("dusk-stills")
    assert (stills.use_privacy_mode, stills.is_scene, stills.item_count) == (True, False, 20)
    item = queries.item_by_reference(viewer, stills, "still-001")
    assert item.url is not None
    assert item.url.reveal() == "http://127.0.0.1:8001/stills/still-001.jpg"
    assert (folder.media / "stills" / "still-001.jpg").is_file()
    assert item.is_private
    assert item.width
    assert {"weather", "time_of_day", "cars", "speed_kmh", "camera", "lat", "lon"} <= set(item.metadata)
    assert [str(origin) for origin in queries.dataset_origins(viewer, stills)] == ["http://127.0.0.1:8001"]


def test_scenes_are_frames_with_an_mp4_and_an_mp4_alone(folder: DemoFolder) -> None:
    run("--media-port", "9001")
    viewer, driving = member("viewer@demo.example"), dataset("dusk-driving")
    commute = queries.scene_by_reference(viewer, driving, "evening-commute")
    assert (commute.frame_count, commute.frame_rate, commute.is_private) == (3, 30, True)
    assert commute.video_url is not None
    assert commute.video_url.reveal() == "http://127.0.0.1:9001/driving/evening-commute.mp4"
    frames = queries.frames(viewer, commute)
    assert [frame.metadata["frame"] for frame in frames] == [0, 1, 2]
    rain = queries.scene_by_reference(viewer, driving, "night-rain")
    assert (rain.frame_count, rain.video_url is not None) == (0, True)


def test_pictures_have_the_labels_of_what_was_drawn_and_a_run_to_compare(folder: DemoFolder) -> None:
    run()
    viewer, stills, driving = member("viewer@demo.example"), dataset("dusk-stills"), dataset("dusk-driving")
    for one, pictures in ((stills, 20), (driving, 3)):
        boxes = {label: count for kind, label, count in label_queries.class_counts(viewer, one)}
        assert sum(boxes.values()) > pictures
        (found,) = label_queries.runs_of_dataset(viewer, one, with_predictions=True)
        assert "seeded dice" in found.model.metadata["note"]
    item = queries.item_by_reference(viewer, stills, "still-001")
    labels = [row.label for row in label_queries.labels_of_items(viewer, stills, [item.pk], runs=[])]
    assert labels.count("pedestrian") == item.metadata["pedestrians"]
    assert len(labels) == item.metadata["pedestrians"] + item.metadata["cars"]
    commute = queries.scene_by_reference(viewer, driving, "evening-commute")
    leading = next(track for track in label_queries.scene_tracks(viewer, commute) if "vehicle-00" in track.reference_id)
    assert (leading.label, leading.total) == ("car", 3)


def test_slices_hold_what_their_names_say(folder: DemoFolder) -> None:
    run()
    viewer, stills = member("viewer@demo.example"), dataset("dusk-stills")
    for slice_ in queries.slices(viewer, stills):
        assert slice_.size
        rows = queries.slice_page(viewer, slice_).rows
        if slice_.name == "Rain or snow in the dark":
            assert {row.metadata["weather"] for row in rows} <= {"rain", "snow"}
        else:
            assert all(row.metadata["cars"] + row.metadata["pedestrians"] >= 7 for row in rows)


def test_everybody_can_sign_in_and_the_script_has_a_key(folder: DemoFolder) -> None:
    said = run()
    kept = credentials(folder)
    for email, role in zip(kept.emails, reversed(Role), strict=True):
        assert authenticate(HttpRequest(), username=email, password=kept.password) is not None
        assert member(email).role == role
    viewer = viewer_of_key(kept.api_key)
    assert viewer is not None
    assert (viewer.email, viewer.role) == ("script@demo.example", Role.EDITOR)
    assert folder.credentials.stat().st_mode & 0o777 == 0o600
    assert str(folder.credentials) in said
    assert kept.password not in said


def test_labeler_from_outside_is_on_a_project_and_sees_nothing_else(folder: DemoFolder) -> None:
    run()
    run()
    labeler = member("labeler@demo.example")
    assert [one.name for one in projects(labeler)] == ["Vehicles at dusk"]
    assert queries.datasets(labeler) == []


def test_second_run_changes_nothing_and_says_nothing(folder: DemoFolder) -> None:
    run()
    before = credentials(folder), Dataset.objects.unscoped().count(), dataset("dusk-stills").updated_at
    assert run() == ""
    assert (credentials(folder), Dataset.objects.unscoped().count(), dataset("dusk-stills").updated_at) == before


def test_courier_of_a_demo_may_copy_from_its_own_media_host_and_from_no_other(folder: DemoFolder) -> None:
    run()
    run("--media-url", "https://media.harbor.example")
    rules = OriginRule.objects.values_list("origin__origin", "ranges", "is_http_allowed")
    assert list(rules) == [("http://127.0.0.1:8001", ["127.0.0.0/8"], True)]


def test_dataset_somebody_deleted_does_not_come_back(folder: DemoFolder) -> None:
    run()
    delete_dataset(member("curator@demo.example"), dataset("dusk-stills"))
    run()
    assert [one.name for one in queries.datasets(member("viewer@demo.example"))] == ["dusk-driving"]


def test_media_at_another_port_is_installed_anew(folder: DemoFolder) -> None:
    run()
    first = dataset("dusk-stills").pk
    run("--media-port", "9001")
    again = dataset("dusk-stills")
    assert again.pk != first
    item = queries.item_by_reference(member("viewer@demo.example"), again, "still-001")
    assert str(item.url).startswith("<http://127.0.0.1:9001 ")


def test_interrupted_run_is_completed_by_the_next(folder: DemoFolder) -> None:
    run()
    folder.note_installations([msgspec.structs.replace(one, fingerprint="") for one in folder.installations()])
    before = dataset("dusk-stills").pk
    run()
    stills = dataset("dusk-stills")
    assert (stills.pk, stills.item_count) == (before, 20)
    assert all(one.fingerprint for one in folder.installations())


def test_new_database_gets_everything_with_the_old_password(folder: DemoFolder) -> None:
    run()
    first = credentials(folder)
    # As if none of it were there: what has an audit trail cannot be deleted.
    Team.objects.update(name="Former")
    User.objects.update(email=Concat(Value("former-"), F("email")))
    ApiKey.objects.update(revoked_at=timezone.now())
    run()
    again = credentials(folder)
    assert (again.password, again.api_key == first.api_key) == (first.password, False)
    assert dataset("dusk-stills").item_count == 20


def test_lost_credentials_are_made_anew(folder: DemoFolder) -> None:
    run()
    folder.credentials.unlink()
    run()
    kept = credentials(folder)
    assert authenticate(HttpRequest(), username=kept.emails[0], password=kept.password) is not None


def test_own_folder_is_shown_and_served(data_folder: Path, tmp_path: Path) -> None:
    mine = tmp_path / "holiday pictures"
    mine.mkdir()
    Image.new("RGB", (8, 6)).save(mine / "a #1 é.jpg")
    (mine / "b.jpg").write_bytes(b"broken")
    (mine / "c.mp4").write_bytes(b"video")
    said = run("--media", str(mine))
    assert "cannot be read as an image: b.jpg" in said
    assert [one.name for one in queries.datasets(member("viewer@demo.example"))] == [
        "holiday pictures videos",
        "holiday pictures",
    ]
    item = queries.item_by_reference(member("viewer@demo.example"), dataset("holiday pictures"), "a #1 é.jpg")
    assert item.url is not None
    assert item.url.reveal() == "http://127.0.0.1:8001/a%20%231%20%C3%A9.jpg"
    assert DemoFolder().served() == [mine]


def test_own_dataset_of_the_same_name_is_never_touched(folder: DemoFolder) -> None:
    run()
    mine = create_dataset(member("curator@demo.example"), name="dusk-stills", is_scene=False, use_privacy_mode=False)
    run("--media-port", "9001")
    assert queries.dataset(member("viewer@demo.example"), mine.public_id).item_count == 0


def test_folder_without_media_is_refused_and_makes_nothing(data_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="holds no image or video"):
        run("--media", str(tmp_path))
    assert not Team.objects.exists()


def test_address_that_is_none_is_refused(folder: DemoFolder) -> None:
    with pytest.raises(CommandError, match="file"):
        run("--media-url", "file:///pictures")
