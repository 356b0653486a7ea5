"""Frame numbers must survive whatever a picture goes through on its way to a screen."""

import io

import pytest
from PIL import Image

from webapp.demo.drawing.marks import paint_marks, read_number


@pytest.mark.parametrize("number", [0, 1, 359, 2047, 2730, 4095])
def test_number_is_read_back_from_a_thumbnail_of_a_poor_jpeg(number: int) -> None:
    picture = paint_marks(Image.new("RGB", (960, 540), (120, 130, 140)), number, "caption")
    out = io.BytesIO()
    picture.resize((240, 135)).save(out, "JPEG", quality=40)
    assert read_number(Image.open(out)) == number


def test_readable_number_is_painted_in_the_top_left_corner() -> None:
    plain = Image.new("RGB", (960, 540), (120, 130, 140))
    one, other = paint_marks(plain, 1, ""), paint_marks(plain, 7, "")
    last_digit = (120, 10, 170, 80)
    assert one.crop(last_digit).tobytes() != other.crop(last_digit).tobytes()
    assert one.crop((200, 100, 960, 500)).tobytes() == plain.crop((200, 100, 960, 500)).tobytes()
