"""Awkward supplies for their charts: one region, twelve, nothing short, never, a total stop, one future, long names."""

import numpy as np

from plots.at_stake import Amount, at_stake_chart
from plots.panels import Measure, Panel, panels_chart
from plots.stages import Share, stages_chart
from plots.stoppages import Stops, stoppages_chart
from plots.two_forms import Loss, two_forms_chart
from plots.weeks_left import Wait, weeks_chart
from sim.analysis.economy import Band
from sim.analysis.supply import TwoForms, times
from tests.plots.awkward_economy import FIRST, FULL, name_of

PERCENT, WEEKS = Measure("% of users", "percent"), Measure("weeks of exports", "weeks")
RATIO = Measure("times what it was", "times", log=True, base=1.0)
INF = float("inf")


def waits_of(rows, size, panels=1, long=False, scale=10.0, never=0.3, aside="cover, weeks"):
    chance = np.random.default_rng(1)
    shown = {}
    for k in range(panels):
        found = []
        for j in range(rows):
            drawn = chance.lognormal(np.log(scale), 0.6, 40)
            drawn[chance.random(40) < never] = INF
            name = name_of("Region", j, long)
            found.append(Wait(name, times(drawn), float(np.isinf(drawn).mean()), "11" if aside else ""))
        shown[name_of("Day", k, long) if panels > 1 else ""] = found
    return weeks_chart(shown, "weeks", aside, *FULL, size)


def forms_of(rows, size, panels=1, long=False, scale=8.0, held=True, widen=1.0):
    chance = np.random.default_rng(2)

    def band(size_):
        return Band(*(np.sort(chance.random(3)) * size_ * np.array([1, 1, widen])).tolist())

    shown = {}
    for k in range(panels):
        medians = (scale / 3, scale / 40) if held else (None, None)
        losses = [TwoForms(band(scale), band(scale / 12), *medians) for _ in range(rows)]
        named = [Loss(name_of("Sector", j, long), one) for j, one in enumerate(losses)]
        shown[name_of("Region", k, long) if panels > 1 else ""] = named
    return two_forms_chart(shown, "weeks of output lost", *FULL, size)


def stops_of(sectors, regions, size, long=False, share=1.0):
    chance = np.random.default_rng(3)
    shares = np.clip(share * chance.random((sectors, regions)), 0, 1)
    shares[0, 0] = np.nan if sectors * regions > 1 else share
    shares[-1, -1] = min(share, 0.004)
    none = Band(*[float("nan")] * 3)
    weeks = [[Band(0.2, 8.0, 41.0) if cell > 0 else none for cell in row] for row in shares]
    names = [tuple(name_of(kind, k, long) for k in range(count)) for kind, count in (("R", regions), ("S", sectors))]
    return stoppages_chart(Stops(*names, shares, weeks), *FULL, size)


def panels_of(count, columns, size, days=17, runs=40, long=False, measures=(PERCENT,), scale=20.0, held=False):
    chance = np.random.default_rng(4)
    on = (FIRST + 28 * np.arange(days)).astype(np.int32)
    panels = []
    for k in range(count):
        measure = measures[k % len(measures)]
        walk = np.abs(np.cumsum(chance.normal(0.1, 1, (runs, days)), axis=1)) * scale / (k + 1)
        values = np.exp(walk / 20) if measure.log else walk
        panels.append(Panel(name_of("Region", k, long), measure, on, values, 0.6 * values if held else None))
    return panels_chart(panels, columns, *FULL, size, reference="median with the policy of 15 October 2025 held")


def stages_of(materials, stages, size, long=False):
    chance = np.random.default_rng(5)
    shown = {}
    for k in range(materials):
        ends = np.sort(100 * chance.random((stages, 3)), axis=1)
        rows = [Share(name_of("Stage", j, long), float(end[0]), Band(*end.tolist())) for j, end in enumerate(ends)]
        shown[name_of("Material", k, long)] = rows
    return stages_chart(shown, ("15 October 2025", "31 December 2026"), *FULL, size)


def stakes_of(rows, size, long=False, sales=40.0, ratio=250.0, lost=True):
    def amounts(scale, seller):
        whose = "Sales" if seller else "Output"
        return [Amount(name_of(whose, k, long), Band(*[scale / (k + 1)] * 3), seller) for k in range(rows)]

    shown = {"A normal week": amounts(sales, True) + amounts(sales * ratio, False)}
    if lost:
        ends = [
            Amount("Sales lost", Band(0.0, 12.0, 80.0), True),
            Amount("Output lost", Band(0.0, 0.0, 9_000.0), False),
        ]
        shown["Lost by the last day"] = ends
    return at_stake_chart(shown, "million USD", *FULL, size)


SUPPLY = {
    "weeks of six regions on two days": lambda size: waits_of(6, size, panels=2, aside=""),
    "weeks of twelve regions, long": lambda size: waits_of(12, size, long=True, scale=300.0),
    "weeks that never come": lambda size: waits_of(1, size, never=1.1),
    "both forms by sector": lambda size: forms_of(2, size, panels=2),
    "both forms of eight regions, long": lambda size: forms_of(8, size, long=True, widen=500.0),
    "both forms of nothing": lambda size: forms_of(1, size, scale=0.0, held=False),
    "stoppages of twelve regions": lambda size: stops_of(5, 12, size),
    "stoppages of one user, long": lambda size: stops_of(1, 1, size, long=True),
    "four panels": lambda size: panels_of(4, 3, size, measures=(PERCENT,), held=True),
    "four panels of two measures, long": lambda size: panels_of(4, 2, size, long=True, measures=(WEEKS, RATIO)),
    "one panel of one future": lambda size: panels_of(1, 3, size, days=2, runs=1, scale=0.0),
    "stages of three materials": lambda size: stages_of(3, 4, size),
    "one stage, long": lambda size: stages_of(1, 1, size, long=True),
    "sales and what hangs on them": lambda size: stakes_of(3, size),
    "sales and what hangs on them, long": lambda size: stakes_of(2, size, long=True, sales=0.2, ratio=1e7, lost=False),
}
