"""Awkward ways out of dependence for their chart: one row, many, all met, none ever met, long names, no cases."""

from math import inf

import numpy as np

from plots.diversification import LEAD_TIMES, Case, Reach, diversification_chart
from sim.analysis.economy import Band
from tests.plots.awkward_economy import FULL, name_of

SHARES = (25.0, 50.0, 75.0)


def reaches_of(stages, size, scale=20.0, ways=2, long=False, cases=LEAD_TIMES, shares=SHARES):
    chance = np.random.default_rng(17)
    rows = []
    for k in range(stages):
        for share in shares:
            bands = [Band(*np.sort(chance.random(3) * scale * share / 75).tolist()) for _ in range(ways)]
            rows.append(Reach(name_of("Stage", k, long), share, *bands))
    if long:
        cases = [Case(name_of("Case", k, long), k, 2.5 * k, "2020-01-31") for k in range(4)]
    return diversification_chart(rows, tuple(cases), 40.0, *FULL, size)


def of_bands(first, second, size, cases=LEAD_TIMES):
    rows = [Reach(stage, share, first, second) for stage in ("Magnet", "End to end") for share in SHARES]
    return diversification_chart(rows, cases, 30.0, *FULL, size)


NEVER, MET = Band(inf, inf, inf), Band(0, 0, 0)

DIVERSIFICATION = {
    "ways out of five stages": lambda size: reaches_of(5, size),
    "a way out of one stage": lambda size: reaches_of(1, size, shares=(50.0,)),
    "ways out of twelve stages": lambda size: reaches_of(12, size),
    "ways out without cases": lambda size: reaches_of(5, size, cases=()),
    "one way out only": lambda size: reaches_of(5, size, ways=1),
    "ways out, long": lambda size: reaches_of(5, size, long=True),
    "ways out of centuries": lambda size: reaches_of(3, size, scale=900.0),
    "ways out of weeks": lambda size: reaches_of(3, size, scale=0.1, cases=()),
    "no way out": lambda size: of_bands(NEVER, NEVER, size),
    "a way out already taken": lambda size: of_bands(MET, MET, size, cases=()),
    "a way out for some": lambda size: of_bands(Band(0, 5, inf), Band(0.3, inf, inf), size),
}
