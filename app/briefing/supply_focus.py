"""The part of a country's page on shortage: its stocks, stoppages, output lost in both forms, and the way out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.briefing.content import Block, Bullets, FigureBlock
from app.briefing.seen import Seen
from app.briefing.supply import inner, opened, region
from app.briefing.supply_capacity import END_TO_END, after, slowest
from app.briefing.supply_output import gap, short
from plots.amounts import NEAR, decimals, level
from plots.numbers import long_date, percent, whole
from plots.panels import Measure, Panel, panels_chart
from plots.style import Chart
from plots.weeks_left import between, in_weeks
from sim.analysis.economy import band
from sim.analysis.supply import FORMS, Supply, never, times
from sim.analysis.supply_materials import Materials

OUT, LOST = Measure("% of users out of stock", "out_percent"), Measure("% of output lost", "lost_percent")

FINEST = 2
"""Decimals of a per cent of output; what is less is near 0."""


def its_supply(seen: Seen) -> Iterator[Block]:
    """What shortage means for the region of the country, in sentences and one chart."""
    supply, materials = seen.found.supply, seen.found.materials
    code = None if supply is None else _region(seen, supply)
    if supply is None or materials is None or code is None:
        return
    told = list(_told(seen, supply, code))
    yield Bullets([*told, *_way_out(materials)])
    k = supply.regions.index(code)
    if (supply.worst("stopped_percent")[:, k] > 0).any() or supply.lost("leontief")[:, k].any():
        yield FigureBlock(_over_time(seen, supply, code))


def _region(seen: Seen, supply: Supply) -> str | None:
    """The buying region that the country is in, or None for one that is in none, such as the seller."""
    own = set(seen.scenario.actors[seen.actor].regions)
    return next((code for code, held in supply.about["economy_regions"].items() if own & set(held)), None)


def _told(seen: Seen, supply: Supply, code: str) -> Iterator[str]:
    k, last = supply.regions.index(code), long_date(supply.last)
    place = region(supply, code)
    whose = (
        f"{opened(place)}" if supply.region_names[code] == seen.title else f"{opened(place)}, of which it is a part,"
    )
    cover = times(supply.on("cover_weeks", supply.first)[:, k])
    left = times(supply.weeks_left(supply.first)[:, k])
    lasting = "supplies cover the need" if np.isinf(left.middle) else f"they would last {in_weeks(left.middle)}"
    yield (
        f"{whose} holds {in_weeks(cover.middle)} of need in stock on {long_date(supply.first)} ({between(cover)}); as "
        f"flows are then, {lasting}, at the median."
    )
    wait = supply.weeks_to_stop[:, k].min(axis=1)
    worst = band(supply.worst("stopped_percent")[:, k])
    if np.isinf(wait).all():
        yield f"None of its users runs out of stock in any future to {last}."
    else:
        first = times(wait[np.isfinite(wait)])
        middle, high = (f"{whole(value):.0f} %" for value in (worst.middle, worst.high))
        more = "" if middle == high else f", {high} in 5 of 100 futures"
        yield (
            f"Some of its users run out of stock in {percent(1 - never(wait))} of futures, in these first after "
            f"{in_weeks(first.middle)} at the median ({between(first)}); at the worst moment {middle} of users are out "
            f"at the median{more}."
        )
    losses = supply.lost_by_region()[code]
    if losses.leontief.high == losses.ces.high == 0:
        yield f"It loses no output to shortage in 95 of 100 futures to {last}."
        return
    values = [float(np.median(supply.value_lost(form)[:, k])) for form in FORMS]
    yield (
        f"Output lost to {last} at the median: {gap(losses)}. In value added {short(values[0])} or {short(values[1])} "
        f"bn USD; in 5 of 100 futures {short(losses.leontief.high)} or {short(losses.ces.high)} weeks and more."
    )


def _way_out(materials: Materials) -> Iterator[str]:
    """Years to half of the demand without China, for the material that takes longest."""
    code = slowest(materials)
    if code is not None:
        half = materials.years(code, END_TO_END, 50)
        yield (
            f"Half of the demand outside China for {inner(materials.names[code])}, which takes longest, can be met "
            f"without China from end to end {after(half, materials.about['horizon'][:4])}."
        )


def _over_time(seen: Seen, supply: Supply, code: str) -> Chart:
    out = supply.path("stopped_percent", code)
    panels = [Panel("Users out of stock, %", OUT, out.days, out.values)]
    for form, name in zip(FORMS, ("fixed proportions", "other inputs stand in"), strict=True):
        path = supply.path(f"output_{form}_percent", code)
        panels.append(Panel(f"Output lost, %: {name}", LOST, path.days, 100 - path.values))
    worst = [np.quantile(panel.values.max(axis=1), 0.5) for panel in panels[1:]]
    most = [_less(level(one, min(FINEST, decimals(worst)))) for one in worst]
    title = opened(
        f"at the worst moment {region(supply, code)} makes {most[0]} at the median if nothing can stand in for the "
        f"missing material, {most[1]} if other inputs can"
    )
    subtitle = (
        f"Users out of stock and output lost of the sectors that use the materials, %, weighed by their value added, "
        f"every 28 days to {long_date(supply.last)}"
    )
    return panels_chart(panels, 3, title, subtitle, seen.found.source, called="focus_supply")


def _less(percent_lost: str) -> str:
    return "hardly less" if percent_lost == NEAR else f"{percent_lost} % less"
