"""Awkward episodes of the supply layer for their charts: nothing exported, absurd exports, one month, long names."""

import numpy as np

from plots.gdp_of_a_cut import Loss, gdp_of_a_cut_chart
from plots.magnet_exports import Exports, magnet_exports_chart
from plots.price_path import PricePath, price_path_chart
from plots.style import ACCENT, BLUE, GREEN
from sim.days import day
from tests.plots.awkward_economy import FIRST, FULL, name_of


def exports_of(panels, months, size, long=False, scale=120.0, events=2):
    chance = np.random.default_rng(12)
    starts = np.array([day(f"{2025 + k // 12}-{1 + k % 12:02}-01") for k in range(months + 1)], dtype=np.int32)
    found = []
    for k in range(panels):
        low, one, other, high = np.sort(chance.random((4, months)), axis=0) * scale
        shade = (ACCENT, BLUE, GREEN)[k]
        found.append(Exports(name_of("Destination", k, long), shade, starts, other, one, low, high))
    told = {int(starts[0]) + 9 * k: name_of("Event", k, long) for k in range(events)}
    return magnet_exports_chart(found, told, *FULL, size)


def losses_of(countries, rows, size, long=False, scale=2.0):
    chance = np.random.default_rng(13)
    found = {}
    for k in range(countries):
        some = []
        for j in range(rows):
            low, middle, high = (np.sort(chance.random(3) - 0.8) * scale).tolist()
            study = j % 3 == 2
            some.append(Loss(name_of("Cut", j, long), low, high if study else middle, high, study))
        found[name_of("Country", k, long)] = some
    return gdp_of_a_cut_chart(found, *FULL, size)


def prices_of(days, size, scale=10.0, points=5, long=False):
    chance = np.random.default_rng(14)
    span = FIRST + np.arange(0, days, max(1, days // 60), dtype=np.int32)
    low, one, high = np.sort(scale ** chance.random((3, len(span))), axis=0)
    known = {FIRST - 300 + k * days // 4: float(scale ** chance.random()) for k in range(points)}
    spans = {name_of("Quota", k, long): (FIRST + k * days // 9, FIRST + days // 2) for k in range(2)}
    return price_path_chart(PricePath(span, one, low, high, known, spans), *FULL, size)


EPISODES = {
    "exports to one": lambda size: exports_of(1, 12, size),
    "exports to two": lambda size: exports_of(2, 12, size),
    "exports to three, long": lambda size: exports_of(3, 12, size, long=True),
    "exports of one month": lambda size: exports_of(2, 1, size, events=0),
    "exports of six years": lambda size: exports_of(2, 72, size, events=9),
    "no exports at all": lambda size: exports_of(2, 12, size, scale=0.0),
    "absurd exports": lambda size: exports_of(2, 12, size, scale=90_000.0),
    "prices of five years": lambda size: prices_of(1826, size),
    "prices of three weeks": lambda size: prices_of(21, size, points=0),
    "prices that hardly move": lambda size: prices_of(400, size, scale=1.01, long=True),
    "absurd prices": lambda size: prices_of(900, size, scale=1e9),
    "one loss": lambda size: losses_of(1, 1, size),
    "losses of four": lambda size: losses_of(4, 6, size),
    "losses of three, long": lambda size: losses_of(3, 3, size, long=True),
    "losses of nothing": lambda size: losses_of(2, 3, size, scale=0.0),
    "absurd losses": lambda size: losses_of(2, 3, size, scale=9_000.0),
}
