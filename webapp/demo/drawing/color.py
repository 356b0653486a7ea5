"""Colors as three numbers from 0 to 255."""

from typing import NamedTuple


class Color(NamedTuple):
    red: float
    green: float
    blue: float

    def mixed(self, other: "Color", share: float) -> "Color":
        """This color with `share` (0 to 1) of the other."""
        keep = 1.0 - share
        return Color(
            self.red * keep + other.red * share,
            self.green * keep + other.green * share,
            self.blue * keep + other.blue * share,
        )

    def under(self, light: "Color") -> "Color":
        """What a surface of this color looks like under `light` (255 is full light)."""
        return Color(
            min(255.0, self.red * light.red / 255.0),
            min(255.0, self.green * light.green / 255.0),
            min(255.0, self.blue * light.blue / 255.0),
        )

    def times(self, factor: float) -> "Color":
        return Color(min(255.0, self.red * factor), min(255.0, self.green * factor), min(255.0, self.blue * factor))

    def grayed(self, share: float) -> "Color":
        """Nearer to its own gray by `share`."""
        gray = 0.3 * self.red + 0.59 * self.green + 0.11 * self.blue
        return self.mixed(Color(gray, gray, gray), share)

    @property
    def whole(self) -> tuple[int, int, int]:
        return int(self.red), int(self.green), int(self.blue)


WHITE = Color(255, 255, 255)
BLACK = Color(0, 0, 0)
