"""Draws the demo's own media: a small street seen from a car, in any light and weather.

From the outside: `library.draw_library`. Inside, `air` is the light, `view` the geometry, `easel` what is painted on;
every thing in the street knows how to paint itself; `picture` puts one picture together, `film` and `stills` make many.
Needs Pillow and PyAV (the `demo` extra), so only the demo's commands import it.
"""
