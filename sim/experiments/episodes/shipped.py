"""What a scenario gets for magnets where its file says nothing, as parameters: at the medians, or drawn.

The episodes have no table of their own, so what is held against the record is what is shipped. Known by the end of
2025, every default may be used.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from sim.engine.plan import plan
from sim.engine.supply_levers import SupplyLevers, supply_levers_of
from sim.engine.supply_values import Values
from sim.sampling.distributions import quantile
from sim.scenario.load import load

HERE = Path(__file__).parent
LIGHT, HEAVY = "light_rare_earths", "heavy_rare_earths"


@cache
def levers() -> SupplyLevers:
    """Regions, sectors and materials, in the order of the parameters, and what their sectors are of the economy."""
    found = supply_levers_of(plan(load(HERE / "magnets.yaml")))
    assert found is not None
    return found


@cache
def central() -> Values:
    """One run with everything at its median."""
    return Values.central(levers())


@cache
def draws(count: int, seed: int) -> Values:
    """Latin hypercube over all that is uncertain: each value has one draw in each of `count` equally likely parts."""
    chance = np.random.default_rng(seed)
    drawn = {}
    for path, scalar in levers().plan.scalars.items():
        if path.startswith("supply.") and not scalar.fixed:
            parts = (chance.permutation(count) + chance.random(count)) / count
            drawn[path] = quantile(scalar.distribution, parts, scalar.dimension)
    for name in levers().settings.projects:
        drawn[f"supply.projects.{name}.built"] = (chance.permutation(count) + chance.random(count)) / count
    return Values(levers(), drawn, count)
