"""How long others need to make what China makes, with its technology and experts as now and without them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.experiments.episodes.shipped import HEAVY, LIGHT, levers
from sim.supply import Building, capacity

Numbers = NDArray[np.float64]

QUARTERS = (25, 50, 75)
"""Per cent of the need outside China; no data support more of the curve."""
STAGES = (
    ("Separation, light", LIGHT, "separation"),
    ("Separation, heavy", HEAVY, "separation"),
    ("Metal", LIGHT, "metal"),
    ("Magnet", LIGHT, "magnet"),
    ("End to end", LIGHT, "end_to_end"),
)
"""(name, material, stage); metal, magnets and the whole chain are assumed alike for light and heavy ones."""


def years(building: Building, denied: float, runs: int) -> dict[tuple[str, int], Numbers]:
    """(stage, per cent) → [run] years from the end of 2025, prices as at rest; inf where it is never reached.

    `denied` is the part of Chinese technology and experts that is denied, from the first day on.
    """
    materials = len(levers().materials)
    rest, one = np.zeros((runs, materials)), np.full(runs, denied)
    found = {}
    for target in QUARTERS:
        clock = (rest, rest, np.zeros(runs))
        reached = capacity.years_to(target / 100, *clock, one, np.ones((runs, materials)), building)
        for name, material, stage in STAGES:
            found[name, target] = reached[:, levers().materials.index(material), capacity.STAGES.index(stage)]
    return found
