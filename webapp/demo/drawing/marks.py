"""The marks of a film frame: its number to be read by people, and the same in bars to be read by tests.

The bars run along the lower edge, 12 blocks from the highest bit to the lowest, each a twelfth of the width;
a lit block is a one. They survive JPEG, h264 and scaling.
"""

from functools import cache

from PIL import Image, ImageDraw, ImageFont

BITS = 12
BAR_HEIGHT = 10 / 540
DARK, LIT = (16, 17, 20), (255, 196, 96)
# Between the two, far from both.
THRESHOLD = 110


def paint_marks(image: Image.Image, number: int, caption: str) -> Image.Image:
    """The picture with its frame number (0 to 4095) and a line of text."""
    image = image.copy()
    _paint_bars(image, number)
    unit = image.height / 540
    digits = f"{number:04d}"
    cell, top, left = 33 * unit, 20 * unit, 24 * unit
    box = (left - 12 * unit, top - 8 * unit, left + 4 * cell + 10 * unit, top + 56 * unit)
    plate = Image.new("L", image.size)
    ImageDraw.Draw(plate).rounded_rectangle(box, radius=5 * unit, fill=150)
    image.paste(DARK, (0, 0, *image.size), plate)
    pen = ImageDraw.Draw(image)
    for place, digit in enumerate(digits):
        # One cell per digit: a number that changes must not jump about.
        pen.text((left + (place + 0.5) * cell, top + 24 * unit), digit, font=_font(52 * unit), fill=LIT, anchor="mm")
    pen.text(
        (image.width - 20 * unit, top), caption, font=_font(17 * unit), fill=(240, 240, 236), anchor="ra",
        stroke_width=max(1, round(unit)), stroke_fill=(20, 20, 24),
    )  # fmt: skip
    return image


def read_number(image: Image.Image) -> int:
    """The frame number in the bars of a picture of any size."""
    gray = image.convert("L")
    row = int(gray.height * (1 - BAR_HEIGHT / 2))
    number = 0
    for place in range(BITS):
        column = round((place + 0.5) * gray.width / BITS)
        level = gray.getpixel((column, row))
        number = number * 2 + (1 if isinstance(level, int | float) and level > THRESHOLD else 0)
    return number


def _paint_bars(image: Image.Image, number: int) -> None:
    pen = ImageDraw.Draw(image)
    top = image.height - max(2, round(image.height * BAR_HEIGHT))
    # A thin dark rim, where there is room for one.
    rim = image.height // 540
    pen.rectangle((0, top, image.width, image.height), fill=DARK)
    for place in range(BITS):
        if number >> (BITS - 1 - place) & 1:
            left, right = place * image.width / BITS, (place + 1) * image.width / BITS
            pen.rectangle((left + rim, top + rim, right - 1 - rim, image.height - 1 - rim), fill=LIT)


@cache
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
