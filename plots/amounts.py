"""How changes and levels of the economy are written: signed, in as many decimals as the largest of a chart needs.

Exactly nothing is "0"; what rounds to nothing and is not nothing is "near 0".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from plots.numbers import MINUS
from sim.analysis.economy import Band

NEAR = "near 0"
MOST = 3


def decimals(values: Iterable[float], most: int = MOST) -> int:
    """Decimals that leave the largest of some values with two digits that count."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return 0 if largest == 0 else max(0, min(most, 1 - math.floor(math.log10(largest) + 1e-9)))


def of_steps(values: Sequence[float]) -> int:
    """Decimals that the values of an axis need, which are evenly apart by 1, 2 or 5 of some power of ten."""
    step = values[1] - values[0] if len(values) > 1 else 1.0
    return max(0, -math.floor(math.log10(step) + 1e-9))


def of_bands(bands: Iterable[Band], most: int = MOST) -> int:
    """Decimals for bands in one column: two digits of the largest that count, and one of a middling one.

    A band is as large as its median, or as half its width where that is more: digits below are noise.
    """
    sizes = sorted(size for one in bands if (size := max(abs(one.middle), (one.high - one.low) / 2)) > 0)
    if not sizes:
        return 0
    return max(decimals(sizes[-1:], most), min(most, decimals(sizes[len(sizes) // 2 :][:1], most + 1) - 1))


def signed(value: float, places: int) -> str:
    """A change: +0.31, −0.31, 0, near 0; a dash where it is no number."""
    words = level(value, places)
    return f"+{words}" if 0 < value < math.inf and words != NEAR else words


def level(value: float, places: int) -> str:
    """A level: 0.31, −0.31, 0, near 0; a dash where it is no number."""
    if not math.isfinite(value):
        return "–"
    half = 10.0**-places / 2
    if value != 0 and abs(value) < half:
        return NEAR
    return "0" if value == 0 else f"{value:,.{places}f}".replace("-", MINUS)


def span(band: Band, places: int) -> str:
    """From the lower to the upper end of a band of changes; one number where they read alike."""
    low, high = signed(band.low, places), signed(band.high, places)
    return low if low == high else f"{low} to {high}"


def levels(band: Band, places: int) -> str:
    """The same for a band of levels."""
    low, high = level(band.low, places), level(band.high, places)
    return low if low == high else f"{low} to {high}"


def told(band: Band, places: int, unit: str = "") -> str:
    """The median of a change with its band: −0.31 % (−0.52 to −0.10)."""
    middle, ends = signed(band.middle, places), span(band, places)
    words = f"{middle} {unit}".strip()
    return words if ends == middle else f"{words} ({ends})"


def told_level(band: Band, places: int) -> str:
    """The median of a level with its band: 57 (52 to 61)."""
    middle, ends = level(band.middle, places), levels(band, places)
    return middle if ends == middle else f"{middle} ({ends})"
