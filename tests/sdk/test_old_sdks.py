"""Both guides with the two old lines of the SDK that are still in use, each in its own environment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nucleus import NucleusClient
from PIL import Image

from tests.live import LiveTransom
from tests.sdk.old_sdk import run_script
from tests.shared_data import SHARED_DATA


def test_both_guides_and_labels_with_0_18_4(
    live: LiveTransom, key: str, stored: Callable[[str], str], tmp_path: Path
) -> None:
    picture = tmp_path / "drawn.png"
    Image.new("RGB", (8, 8), "teal").save(picture)
    coco = str(SHARED_DATA) if SHARED_DATA.exists() else ""
    words = {"KEY": key, "ENDPOINT": live.endpoint, "PICTURE": str(picture), "COCO": coco}
    made = run_script("0.18.4", "guides_0_18_4.py", **words)
    counts = f"items_of('{made['images']}').filter(is_private=True, file=None).count()"
    frames = f"items_of('{made['videos']}').filter(is_private=True, scene__frame_rate=5).count()"
    files = f"items_of('{made['files']}').filter(file=None).count()"
    assert stored(f"{counts}, {frames}, {files}") == "59 4 0"


def test_both_guides_with_0_16_7_where_an_item_may_ask_to_be_shared(
    live: LiveTransom, key: str, client: NucleusClient, stored: Callable[[str], str]
) -> None:
    images = client.create_dataset("my dataset", use_privacy_mode=True).id
    videos = client.create_dataset("my videos", is_scene=True, use_privacy_mode=True).id
    words = {"KEY": key, "ENDPOINT": live.endpoint, "PRIVATE_IMAGES": images, "PRIVATE_VIDEOS": videos}
    made = run_script("0.16.7", "guides_0_16_7.py", **words)
    asked = f"[(one.state, one.item_count) for one in requests_of('{images}')]"
    still_private = f"items_of('{images}').filter(is_private=True, file=None).count()"
    assert stored(f"{asked}, {still_private}") == "[('requested', 1)] 25"
    listed = f"sorted(items_of('{made['ordinary']}').filter(is_private=True).values_list('reference_id', flat=True))"
    assert stored(listed) == "['later', 'private']"
    assert stored(f"items_of('{videos}').filter(is_private=True).count()") == "6"
