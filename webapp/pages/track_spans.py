"""When things are there: frames as spans, and how many at once along a scene. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

MAX_BINS = 600


def spans(frames: Iterable[int]) -> list[int]:
    """The first and last frame of each unbroken stretch, inclusive, one after the other; `frames` ascend."""
    found: list[int] = []
    for frame in frames:
        if found and frame <= found[-1] + 1:
            found[-1] = frame
        else:
            found += [frame, frame]
    return found


def heat(counts: Mapping[int, int], frame_count: int) -> list[int]:
    """The most on any one frame of each bin, of MAX_BINS at most; bin i begins at frame floor(i * frames / bins).

    The most and not the sum: bins may differ by one frame, and a sum would draw stripes.
    """
    bins = min(MAX_BINS, frame_count)
    found = [0] * bins
    for frame, count in counts.items():
        place = ((frame + 1) * bins - 1) // frame_count
        found[place] = max(found[place], count)
    return found
