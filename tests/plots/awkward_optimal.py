"""Awkward optimal tariffs for their chart: one region, nobody with power, absurd rates, long names, no war."""

import numpy as np

from plots.optimal_tariff import Optimum, optimal_tariff_chart
from tests.plots.awkward_economy import FULL, name_of


def optima_of(rows, size, long=False, scale=20.0, war=True):
    chance = np.random.default_rng(11)
    found = []
    for k in range(rows):
        low, middle, high, nash = (np.sort(chance.random(4)) * scale).tolist()
        name = name_of("Region", k, long)
        found.append(Optimum(name, middle, low, high, nash if war else None, scale / 100, -scale / 90))
    return optimal_tariff_chart(found, *FULL, size)


def below_zero(size):
    rows = [Optimum(f"Region {k}", k - 2.0, k - 5.0, k, k - 1.0, 0.1, -0.1) for k in range(4)]
    return optimal_tariff_chart(rows, *FULL, size)


OPTIMAL = {
    "optimum of one region": lambda size: optima_of(1, size),
    "optima of eighteen regions": lambda size: optima_of(18, size),
    "optima without a war": lambda size: optima_of(6, size, war=False),
    "optima of zero": lambda size: optima_of(3, size, scale=0.0),
    "optima of an absurd rate": lambda size: optima_of(5, size, scale=9_000.0),
    "optima next to nothing": lambda size: optima_of(5, size, scale=1e-4),
    "optima below zero": below_zero,
    "optima, long": lambda size: optima_of(7, size, long=True),
}
