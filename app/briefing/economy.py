"""The part of the briefing on who gains and loses: real income by region, over time and by outcome."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from app.briefing.content import Block, FigureBlock, Paragraph, Table
from app.briefing.findings import Findings
from plots.amounts import NEAR, level, of_bands, signed, span, told
from plots.income_paths import income_paths_chart
from plots.numbers import counted, long_date, percent
from plots.ranges import Measure, Row, ranges_chart
from plots.style import Chart
from plots.words import the
from sim.analysis.economy import Band, Economy, band

DRAWN, PANELS, OUTCOMES, NAMED = 3, 2, 4, 10
"""Regions whose path is drawn, that are drawn by outcome; outcomes that have a column; runs that are named."""
OF_THE_RANGE = 0.1
"""Part of the widest range below which medians are told as near unchanged."""
ENOUGH = 20
"""Futures of an outcome whose range is drawn."""
DAILY = 2_000_000
"""Run-days above which paths are read weekly."""


def gains_and_losses(found: Findings) -> list[Block]:
    """Charts, the table by outcome, and what the figures are."""
    economy = found.economy
    if economy is None:
        return []
    if not len(economy.runs):
        return [Paragraph(_left_out(found, economy))]
    notes = [Paragraph(text, note=True) for text in _notes(found, economy)]
    if not economy.changes("real_income_percent").any():
        text = f"Real income is the same in every region and future as with {economy.reference}."
        return [Paragraph(text), *notes]
    charts = [_chart(found, economy), *_by_outcome(found, economy), _paths(found, economy)]
    return [*map(FigureBlock, charts), _table(found, economy), *notes]


# ── Words that the parts on the economy share ────────────────────────────────────────────────────────


def region(found: Findings, code: str) -> str:
    """What a region is called: its actor, where one speaks for it alone; else its name in the data."""
    alone = [part.title for part in found.scenario.actors.values() if list(part.regions) == [code]]
    names = found.economy.region_names if found.economy is not None else {}
    return alone[0] if alone else names.get(code, code).partition(",")[0]


def over_time(economy: Economy) -> str:
    """The time that figures are means of, and what they are held against."""
    return f"mean from {long_date(economy.first)} to {long_date(economy.last)}, against {economy.reference}"


def foremost(found: Findings, sizes: dict[str, float]) -> list[str]:
    """Regions of those who hold levers, in the order of the file, then the others by size; the unmoved are left out."""
    holders = {part.by for part in found.scenario.instruments.values()}
    held = [code for name, part in found.scenario.actors.items() if name in holders for code in part.regions]
    moved = [code for code in sizes if sizes[code] > 0]
    return sorted(moved, key=lambda code: (held.index(code) if code in held else len(held), -sizes[code]))


def _notes(found: Findings, economy: Economy) -> Iterator[str]:
    size = f"{counted(len(economy.regions), 'region')} and {counted(len(economy.sectors), 'sector')}"
    yield (
        "Real income is exact: income over the price of what it buys, in a general equilibrium of "
        f"{size}, solved again in every future whenever policy changes; {_held_to(economy.residual)}. A gain or loss "
        "in bn USD adds up the days from as_of to the horizon. Medians and ranges are over all futures: assumptions "
        f"and chance together. {_elasticities(economy.elasticity_set)}"
    )
    if len(economy.left_out):
        yield _left_out(found, economy)


def _elasticities(described: str) -> str:
    """Which set of trade elasticities was taken, or between which each future draws."""
    sets = described.split(" | ")
    if len(sets) == 1:
        return f"Trade elasticities: {described}."
    return f"Trade elasticities: each future draws one of {len(sets)} sets, {', '.join(sets)}."


def _held_to(residual: float) -> str:
    """How well the equations hold."""
    if residual <= 0:
        return "its equations hold to the last digit"
    digits = math.floor(-math.log10(residual) + 1e-9)
    return f"its equations hold to {counted(digits, 'decimal')} at least" if digits > 0 else "its equations do not hold"


def _left_out(found: Findings, economy: Economy) -> str:
    """Which futures are in no figure."""
    count = len(economy.left_out)
    named = ", ".join(map(str, economy.left_out[:NAMED].tolist()))
    more = f" and {count - NAMED} more" if count > NAMED else ""
    verb, runs = ("is", "run") if count == 1 else ("are", "runs")
    return (
        f"{count:,} of {counted(found.result.runs, 'future')} {verb} in no figure on the economy, for some equilibrium "
        f"did not converge: {runs} {named}{more}."
    )


# ── Real income by region ────────────────────────────────────────────────────────────────────────────


def _chart(found: Findings, economy: Economy) -> Chart:
    percents, amounts = economy.bands("real_income_percent"), economy.cumulated_bands("real_income_bn")
    places = of_bands(amounts.values(), 1)
    order = sorted(percents, key=lambda code: -percents[code].middle)
    rows = [Row(region(found, code), percents[code], told(amounts[code], places)) for code in order]
    measure = Measure("% of real income", "bn USD over the horizon")
    subtitle = f"Change of real income, %, {over_time(economy)}. Dot: median; line: 5–95 % of futures"
    title = _finding(found, percents)
    return ranges_chart({"": rows}, measure, title, subtitle, found.source, called="economy_gains")


def _finding(found: Findings, percents: dict[str, Band]) -> str:
    """Who loses and who gains most at the median."""
    places = of_bands(percents.values())
    worst = min(percents, key=lambda code: percents[code].middle)
    best = max(percents, key=lambda code: percents[code].middle)
    lowest, highest = percents[worst].middle, percents[best].middle
    losses, gains = (
        f"{the(region(found, code))} {verb}, {level(abs(percents[code].middle), places)} % of real income"
        for code, verb in ((worst, "loses most"), (best, "gains most"))
    )
    loses, gains_some = (level(value, places) not in (NEAR, "0") for value in (lowest, highest))
    widest = max(percents, key=lambda code: percents[code].high - percents[code].low)
    spread = percents[widest].high - percents[widest].low
    if not (loses or gains_some) or max(-lowest, highest) < OF_THE_RANGE * spread:
        ends = f"{span(percents[widest], places)} % in 90 of 100 futures"
        said = (
            f"real income is near unchanged at the median; the range is widest in {the(region(found, widest))}, {ends}"
        )
    elif lowest < 0 < highest and loses and gains_some:
        said = f"{losses} at the median; {the(region(found, best))} gains most, {level(highest, places)} %"
    elif loses:
        said = f"{losses} at the median, and {'gains are near 0' if highest > 0 else 'no region gains'}"
    else:
        said = f"{gains} at the median, and {'losses are near 0' if lowest < 0 else 'no region loses'}"
    return said[0].upper() + said[1:]


def _by_outcome(found: Findings, economy: Economy) -> list[Chart]:
    """Real income of the foremost regions in the futures of each outcome that is not rare."""
    values = economy.mean("real_income_percent")
    parts = {name: economy.of_outcome(values, name) for name in found.ranked}
    parts = {name: part for name, part in parts.items() if len(part) >= ENOUGH}
    if len(parts) < 2:
        return []
    chosen = _foremost(found, economy)[:PANELS]
    bands = {
        code: {name: band(part[:, economy.regions.index(code)]) for name, part in parts.items()} for code in chosen
    }
    panels = {
        region(found, code): [Row(found.titles[name], one, percent(found.odds[name].mean)) for name, one in own.items()]
        for code, own in bands.items()
    }
    subtitle = (
        f"Change of real income, %, {over_time(economy)}. Dot: median; line: 5–95 % of the futures of the outcome"
    )
    measure = Measure("% of real income", "of all futures", "outcome")
    return [
        ranges_chart(panels, measure, _outcome_finding(found, bands), subtitle, found.source, called="economy_outcomes")
    ]


def _outcome_finding(found: Findings, bands: dict[str, dict[str, Band]]) -> str:
    """The region whose median differs most between outcomes, with the ends."""
    places = of_bands(one for own in bands.values() for one in own.values())
    ends = {code: sorted(own, key=lambda name: own[name].middle) for code, own in bands.items()}
    code = max(ends, key=lambda key: bands[key][ends[key][-1]].middle - bands[key][ends[key][0]].middle)
    worst, best = ends[code][0], ends[code][-1]
    low, high = (signed(bands[code][name].middle, places) for name in (worst, best))
    place = the(region(found, code))
    if low == high:
        return f"Real income of {place} is about the same in every outcome at the median, {low} %"
    return (
        f"Real income of {place} is at {low} % in “{found.titles[worst]}” and at {high} % in “{found.titles[best]}” at "
        "the median"
    )


def _foremost(found: Findings, economy: Economy) -> list[str]:
    """Regions by whose real income matters most here."""
    bands = economy.cumulated_bands("real_income_bn")
    sizes = {code: max(abs(one.low), abs(one.high)) for code, one in bands.items()}
    return foremost(found, sizes) or list(economy.regions[:1])


def _paths(found: Findings, economy: Economy) -> Chart:
    chosen = _foremost(found, economy)[:DRAWN]
    step = 1 if len(economy.runs) * (economy.last - economy.first) <= DAILY else 7
    paths = {code: economy.path("real_income_percent", code, step) for code in chosen}
    titles = {code: region(found, code) for code in chosen}
    ends = {code: band(path.values[:, -1]) for code, path in paths.items()}
    places = of_bands(ends.values())
    most = max(ends, key=lambda code: ends[code].high - ends[code].low)
    title = (
        f"On {long_date(economy.last)} the real income of {the(titles[most])} is at "
        f"{signed(ends[most].middle, places)} % at the median, {_between(ends[most], places)}"
    )
    subtitle = (
        f"Change of real income, %, by day, against {economy.reference}. Line: median; dark: 50 of 100 futures; light: "
        "90 of 100"
    )
    return income_paths_chart(paths, titles, title, subtitle, found.source)


def _between(one: Band, places: int) -> str:
    low, high = signed(one.low, places), signed(one.high, places)
    return "the same in 90 of 100 futures" if low == high else f"{low} to {high} % in 90 of 100 futures"


def _table(found: Findings, economy: Economy) -> Table:
    """Cumulated real income, over all futures and by outcome; a head count where there is one."""
    values = economy.cumulated("real_income_bn")
    outcomes = [name for name in found.ranked if len(economy.of_outcome(values, name))][:OUTCOMES]
    whole = economy.cumulated_bands("real_income_bn")
    places = of_bands(whole.values(), 1)
    persons = {code: economy.persons([code]) for code in economy.regions}
    per_head = any(persons.values())
    rows = []
    for code in sorted(economy.regions, key=lambda one: -whole[one].middle):
        place = economy.regions.index(code)
        row = [region(found, code), told(whole[code], places)]
        row += [told(band(economy.of_outcome(values, name)[:, place]), places) for name in outcomes]
        count = persons[code]
        row += [told(a_head(whole[code], count), 0) if count else "–"] if per_head else []
        rows.append(row)
    columns = ["Region", "All futures", *(found.titles[name] for name in outcomes)]
    columns += ["USD a person, all futures"] if per_head else []
    caption = f"Real income from {long_date(economy.first)} to {long_date(economy.last)}, bn USD against "
    return Table(f"{caption}{economy.reference}: median and 5–95 % range", columns, rows, folded=True)


def a_head(amounts: Band, persons: float) -> Band:
    """Amounts of bn USD as USD a person."""
    return Band(*(value * 1e9 / persons for value in (amounts.low, amounts.middle, amounts.high)))


def largest(codes: Iterable[str], bands: dict[str, Band], most: int) -> list[str]:
    """The regions whose median changes most, at most so many."""
    return sorted(codes, key=lambda code: -abs(bands[code].middle))[:most]
