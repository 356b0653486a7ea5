"""The light and the weather a picture is painted in."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from webapp.demo.drawing.color import Color


class TimeOfDay(StrEnum):
    DAWN = "dawn"
    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"


class Weather(StrEnum):
    CLEAR = "clear"
    CLOUDY = "cloudy"
    RAIN = "rain"
    FOG = "fog"
    SNOW = "snow"


@dataclass(frozen=True, slots=True)
class Air:
    """`sky` runs from zenith to horizon; `ambient` is the light on things; `haze` is what the distance fades into."""

    time: TimeOfDay
    weather: Weather
    sky: tuple[Color, ...]
    haze: Color
    ambient: Color
    sun: Color
    sun_height: float  # above the horizon, as a share of the sky; negative: not to be seen
    visibility_m: float
    lamps: float  # how strongly artificial light shows, 0 to 1
    clouds: float  # how much of the sky they cover, 0 to 1

    @property
    def is_wet(self) -> bool:
        return self.weather is Weather.RAIN

    @property
    def is_snowy(self) -> bool:
        return self.weather is Weather.SNOW

    @property
    def casts_shadows(self) -> bool:
        return self.weather is Weather.CLEAR and self.time in (TimeOfDay.DAY, TimeOfDay.DAWN)

    def through(self, color: Color, distance_m: float) -> Color:
        """How a color shows from a distance, without regard to the light."""
        return color.mixed(self.haze, 1.0 - math.exp(-max(0.0, distance_m) / self.visibility_m))

    def seen(self, color: Color, distance_m: float) -> Color:
        """How a surface shows from a distance in this light."""
        return self.through(color.under(self.ambient), distance_m)


COLD_WHITE = Color(206, 220, 240)
_CLEAR = {
    TimeOfDay.DAWN: Air(
        TimeOfDay.DAWN, Weather.CLEAR,
        (Color(62, 84, 138), Color(132, 140, 182), Color(226, 178, 170), Color(255, 218, 172)),
        haze=Color(222, 190, 178), ambient=Color(206, 184, 184), sun=Color(255, 226, 178), sun_height=0.10,
        visibility_m=210, lamps=0.35, clouds=0.35,
    ),
    TimeOfDay.DAY: Air(
        TimeOfDay.DAY, Weather.CLEAR,
        (Color(52, 112, 190), Color(104, 160, 220), Color(164, 202, 236), Color(214, 230, 240)),
        haze=Color(196, 214, 228), ambient=Color(255, 250, 240), sun=Color(255, 250, 226), sun_height=0.95,
        visibility_m=330, lamps=0.0, clouds=0.35,
    ),
    TimeOfDay.DUSK: Air(
        TimeOfDay.DUSK, Weather.CLEAR,
        (Color(30, 36, 84), Color(84, 66, 124), Color(204, 102, 104), Color(255, 170, 92)),
        haze=Color(190, 120, 112), ambient=Color(142, 118, 146), sun=Color(255, 190, 110), sun_height=0.05,
        visibility_m=190, lamps=0.8, clouds=0.4,
    ),
    TimeOfDay.NIGHT: Air(
        TimeOfDay.NIGHT, Weather.CLEAR,
        (Color(7, 10, 26), Color(12, 18, 42), Color(26, 32, 62), Color(54, 50, 72)),
        haze=Color(36, 38, 58), ambient=Color(100, 98, 128), sun=Color(226, 232, 246), sun_height=0.7,
        visibility_m=170, lamps=1.0, clouds=0.15,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Veil:
    """What a weather does to a clear sky."""

    gray: float
    dim: float
    toward_haze: float
    visibility_m: float
    clouds: float


_VEILS = {
    Weather.CLOUDY: _Veil(gray=0.35, dim=0.9, toward_haze=0.2, visibility_m=220, clouds=0.9),
    Weather.RAIN: _Veil(gray=0.6, dim=0.72, toward_haze=0.45, visibility_m=120, clouds=0.75),
    Weather.FOG: _Veil(gray=0.8, dim=0.95, toward_haze=0.9, visibility_m=34, clouds=0.0),
    Weather.SNOW: _Veil(gray=0.75, dim=0.97, toward_haze=0.55, visibility_m=95, clouds=0.5),
}


def air_of(time: TimeOfDay, weather: Weather) -> Air:
    clear = _CLEAR[time]
    if weather is Weather.CLEAR:
        return clear
    veil = _VEILS[weather]
    haze = clear.haze.grayed(veil.gray).times(veil.dim)
    if weather in (Weather.FOG, Weather.SNOW):
        haze = haze.mixed(COLD_WHITE, 0.07 if time is TimeOfDay.NIGHT else 0.2)
    return replace(
        clear,
        weather=weather,
        sky=tuple(color.grayed(veil.gray).times(veil.dim).mixed(haze, veil.toward_haze) for color in clear.sky),
        haze=haze,
        ambient=clear.ambient.grayed(veil.gray).times(veil.dim * (1.15 if time is TimeOfDay.NIGHT else 0.96)),
        sun_height=-1.0,
        visibility_m=min(veil.visibility_m, clear.visibility_m),
        lamps=max(clear.lamps, 0.0 if weather is Weather.CLOUDY else 0.3),
        clouds=veil.clouds,
    )
