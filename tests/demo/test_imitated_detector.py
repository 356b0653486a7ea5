"""The imitated detector: the same every time, mostly right, and wrong in all the ways a detector is."""

from webapp.demo.contents import ImageEntry, LabelEntry
from webapp.demo.imitated_detector import detections


def picture(name: str, *truth: LabelEntry) -> ImageEntry:
    return ImageEntry(name, f"{name}.jpg", 960, 540, {}, truth)


def test_it_says_the_same_of_a_picture_every_time_and_something_else_of_another() -> None:
    car = LabelEntry("car", 100, 200, 120, 90, "", {})
    assert detections(picture("a", car)) == detections(picture("a", car))
    assert detections(picture("a", car)) != detections(picture("b", car))


def test_it_finds_what_is_large_and_misses_some_of_what_is_small_and_imagines_things() -> None:
    large, small = LabelEntry("bus", 100, 100, 300, 200, "", {}), LabelEntry("car", 700, 300, 9, 7, "", {})
    said = [detections(picture(str(number), large, small)) for number in range(200)]
    near = sum(any(abs(one.x - 100) < 60 and one.width > 200 for one in boxes) for boxes in said)
    far = sum(any(abs(one.x - 700) < 8 and one.width < 20 for one in boxes) for boxes in said)
    assert near > 190 > far > 80
    assert sum(map(len, said)) > near + far + 40
    labels = {one.label for boxes in said for one in boxes if one.width > 200}
    assert {"bus", "truck"} <= labels
    assert all(0 < (one.confidence or 0) < 1 for boxes in said for one in boxes)
