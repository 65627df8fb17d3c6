"""Awkward economies for their charts: one region, nothing changed, huge spread, long names."""

import numpy as np

from plots.collected import Rate, collected_chart
from plots.diverted import diverted_chart
from plots.income_paths import income_paths_chart
from plots.ranges import Measure, Row, ranges_chart
from plots.traded import Trade, traded_chart
from sim.analysis.economy import Band
from sim.results.result import Steps

FIRST = 20376  # 15 October 2025
FINDING = "A finding that takes more than one line, because what is found is 100 % surprising to most who read of it"
SOURCE = "Source: a scenario with a long title, as of 15 October 2025; 2,000 futures"
LONG = "A customs matter of some length, with Kraftfahrzeughaftpflichtversicherungsgesellschaften in it, number"
SUBTITLE = "Real income, %, mean to 31 December 2026, against the policy of 15 October 2025 held, told at such length"
FULL = (FINDING, SUBTITLE, SOURCE)


def name_of(kind, k, long):
    return f"{LONG} {k}" if long else f"{kind} {k}"


def band_of(chance, scale, widen=1.0):
    return Band(*np.sort(chance.normal(0, 1, 3) * scale * np.array([1, widen, widen])).tolist())


def ranges_of(rows, size, panels=1, long=False, scale=1.0, aside=True, widen=1.0):
    chance = np.random.default_rng(7)
    shown = {}
    for k in range(panels):
        head = name_of("Region", k, long) if panels > 1 else ""
        shown[head] = [
            Row(name_of("Region", j, long), band_of(chance, scale, widen), "−1,234 (−4,321 to −10)" if aside else "")
            for j in range(rows)
        ]
    measure = Measure("% of real income", "bn USD over the horizon" if aside else "")
    return ranges_chart(shown, measure, *FULL, size)


def traded_of(rows, size, long=False, spread=1.0, moved=0.3):
    chance = np.random.default_rng(8)
    found = []
    for k in range(rows):
        before = float(chance.lognormal(2, spread))
        change = np.sort(np.exp(chance.normal(0, moved, 3)) - 1) if moved else np.zeros(3)
        after = Band(*(before * (1 + change)).tolist())
        found.append(Trade(name_of("Importer from exporter", k, long), before, after, Band(*(change * 100).tolist())))
    return traded_chart(found, *FULL, size)


def new_trade(size):
    none = Band(float("nan"), float("nan"), float("nan"))
    return traded_chart([Trade("Importer from exporter", 0.0, Band(0.0, 1.0, 3.0), none)], *FULL, size)


def collected_of(rows, size, long=False, scale=20.0):
    chance = np.random.default_rng(9)
    found = []
    for k in range(rows):
        steps = np.sort(chance.random(3))[::-1] * scale
        amounts = [Band(*np.sort(chance.random(3) * 10 * scale).tolist()) for _ in range(2)]
        found.append(Rate(name_of("Region", k, long), tuple(steps.tolist()), *amounts))
    return collected_chart(found, *FULL, size)


def paths_of(panels, count, size, long=False, scale=0.1):
    days = np.arange(FIRST, FIRST + count + 1, dtype=np.int32)[:: max(1, count // 60)]
    paths = {}
    for k in range(panels):
        steps = np.random.default_rng(k).normal(-0.3 * k, 1, (50, len(days))) * (np.arange(len(days)) % 7 == 3)
        paths[f"r{k}"] = Steps(days, np.cumsum(steps, axis=1) * scale)
    titles = {code: name_of("Region", k, long) for k, code in enumerate(paths)}
    return income_paths_chart(paths, titles, *FULL, size)


def diverted_of(sectors, exporters, size, long=False, scale=5.0, spread=0.0):
    chance = np.random.default_rng(10)
    before = chance.lognormal(2, 1, (sectors, exporters))
    drawn = chance.normal(0, abs(scale), before.shape) * np.exp(chance.normal(0, spread, before.shape))
    change = -np.abs(drawn) if scale < 0 else drawn
    names = [name_of("Sector", k, long) for k in range(sectors)]
    sellers = [name_of("Exporter", k, long) for k in range(exporters)]
    return diverted_chart(names, sellers, before, change, *FULL, size)


ECONOMY = {
    "gains of one region": lambda size: ranges_of(1, size),
    "gains of eighteen regions": lambda size: ranges_of(18, size),
    "gains of nobody": lambda size: ranges_of(5, size, scale=0.0),
    "gains next to nothing": lambda size: ranges_of(3, size, scale=1e-5, aside=False),
    "gains of a huge spread": lambda size: ranges_of(6, size, widen=9_000.0),
    "gains, long": lambda size: ranges_of(6, size, long=True),
    "sectors of four regions": lambda size: ranges_of(4, size, panels=4, scale=8.0, aside=False),
    "sectors of three regions, long": lambda size: ranges_of(3, size, panels=3, long=True, scale=8.0),
    "trade of one pair": lambda size: traded_of(1, size),
    "trade of twelve pairs": lambda size: traded_of(12, size),
    "trade that stays": lambda size: traded_of(4, size, moved=0.0),
    "trade of a huge spread": lambda size: traded_of(6, size, spread=5.0, moved=2.0),
    "trade that is new": new_trade,
    "trade, long": lambda size: traded_of(6, size, long=True),
    "rates of one region": lambda size: collected_of(1, size),
    "rates of eight regions": lambda size: collected_of(8, size),
    "rates of nothing": lambda size: collected_of(3, size, scale=0.0),
    "rates of thousands": lambda size: collected_of(3, size, scale=3_000.0),
    "rates, long": lambda size: collected_of(4, size, long=True),
    "income of one region": lambda size: paths_of(1, 442, size),
    "income of three regions": lambda size: paths_of(3, 442, size),
    "income of three regions, long": lambda size: paths_of(3, 2190, size, long=True),
    "income that stays": lambda size: paths_of(2, 442, size, scale=0.0),
    "income of a huge spread": lambda size: paths_of(3, 21, size, scale=3_000.0),
    "income next to nothing": lambda size: paths_of(3, 442, size, scale=1e-6),
    "diverted, one sector": lambda size: diverted_of(1, 1, size),
    "diverted, eight sectors": lambda size: diverted_of(8, 17, size),
    "diverted, long": lambda size: diverted_of(6, 17, size, long=True),
    "nothing diverted": lambda size: diverted_of(4, 6, size, scale=0.0),
    "diverted, huge spread": lambda size: diverted_of(5, 6, size, spread=5.0),
    "diverted, only falls": lambda size: diverted_of(1, 2, size, scale=-5.0),
}
