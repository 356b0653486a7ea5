"""Somebody's own folder becomes items and scenes, with names as they are and nothing that is not theirs."""

import os
from pathlib import Path

import pytest
from PIL import Image

from webapp.demo.folder import ORIENTATION_TAG, walk_folder
from webapp.privacy.refusals import Invalid


def picture(path: Path, size: tuple[int, int] = (40, 30), *, orientation: int = 1) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    Image.new("RGB", size).save(path, exif=exif)


def test_images_become_items_with_their_shown_size_and_videos_become_scenes(tmp_path: Path) -> None:
    picture(tmp_path / "b.jpg", orientation=6)
    picture(tmp_path / "a" / "x y#é.PNG")
    (tmp_path / "a" / "clip.MP4").write_bytes(b"whatever")
    (tmp_path / "notes.txt").write_text("no media")
    walk = walk_folder(tmp_path)
    assert [(image.reference_id, image.width, image.height) for image in walk.images] == [
        ("a/x y#é.PNG", 40, 30),
        ("b.jpg", 30, 40),
    ]
    assert [(scene.reference_id, scene.video_path, scene.frames) for scene in walk.scenes] == [
        ("a/clip.MP4", "a/clip.MP4", ())
    ]
    names = [(dataset.name, dataset.is_scene) for dataset in walk.datasets("mine")]
    assert names == [("mine", False), ("mine videos", True)]


def test_hidden_files_and_links_that_lead_out_are_left_alone(tmp_path: Path) -> None:
    root = tmp_path / "root"
    picture(root / "in.jpg")
    picture(root / ".hidden" / "a.jpg")
    picture(tmp_path / "out.jpg")
    (root / "link.jpg").symlink_to(tmp_path / "out.jpg")
    (root / "loop.jpg").symlink_to(root / "loop.jpg")
    assert [image.reference_id for image in walk_folder(root).images] == ["in.jpg"]


def test_broken_images_and_unreadable_names_are_named_and_skipped(tmp_path: Path) -> None:
    picture(tmp_path / "good.jpg")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8 not really")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.jpg")).write_bytes(b"x")
    walk = walk_folder(tmp_path)
    assert [image.reference_id for image in walk.images] == ["good.jpg"]
    assert sorted(walk.skipped) == ["?.jpg", "broken.jpg"]


def test_folder_without_media_is_refused_with_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(Invalid, match=r"holds no image or video .* \.jpg .*\.mp4"):
        walk_folder(tmp_path)


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="is not a folder"):
        walk_folder(tmp_path / "missing")
