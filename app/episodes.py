"""Episodes of the supply layer beside the record: exports of 2025, prices of 2010, and what a cut would cost in GDP."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from plots.amounts import level, signed
from plots.diversification import LEAD_TIMES, Reach, diversification_chart
from plots.gdp_of_a_cut import Loss, gdp_of_a_cut_chart
from plots.magnet_exports import Exports, magnet_exports_chart
from plots.numbers import NARROW
from plots.price_path import PricePath, price_path_chart
from plots.style import ACCENT, BLUE, Chart, write_as
from plots.words import the
from sim.analysis.economy import Band
from sim.days import day
from sim.experiments.episodes import dysprosium_2010, experts, gdp, magnets_2025, records
from sim.experiments.episodes.shipped import central, draws

Numbers = NDArray[np.float64]

DRAWS, SEED = 200, 2025
"""Draws over the ranges, and what they begin with."""
FEWER = 60
"""Draws of an episode of eight years."""
BAND = (0.05, 0.95)
LOOKED_AHEAD = 40.0
"""Years to which the building of capacity is shown."""
ENDINGS = (".svg", ".png", ".pdf")
TITLES = {records.WORLD: ("World", ACCENT), records.US: ("United States", BLUE)}
FIRST = 3
"""Months of 2025 before the licence duty."""
CALM = slice(6, 12)
"""Months of 2025 from July on."""
EVENTS = {
    magnets_2025.FIRST: "licence duty on seven heavy rare earths and on magnets",
    datetime.date(2025, 6, 10): "London framework: licences are given again",
    magnets_2025.MONTHS[magnets_2025.PUBLISHED]: "from here on nothing is fitted",
}
SOURCE = "Source: China Customs (GACC) by way of Reuters and Adamas; own simulation"


def episode_shown(episode: str, chart: Path | None) -> str:
    """The table of an episode, by its name on the command line; and its chart where one is asked for."""
    if chart is not None and chart.suffix.lower() not in ENDINGS:
        raise click.UsageError(f"--chart: found {chart.name!r}; the name ends in {', '.join(ENDINGS)}")
    if chart is not None:
        write_as(CHARTS[episode](), chart)
    return "\n".join(TABLES[episode]())


# ── 2025 ─────────────────────────────────────────────────────────────────────────────────────────────


@cache
def played_2025() -> magnets_2025.Played:
    """2025 at the medians of what is shipped."""
    return magnets_2025.play(central().parameters)


@cache
def panels() -> list[Exports]:
    """Published and simulated exports of 2025 by month; nothing is simulated before the licence duty."""
    middle = played_2025()
    ranged = magnets_2025.play(draws(DRAWS, SEED).parameters)
    found = []
    for destination, (title, colour) in TITLES.items():
        series = records.exports(destination)
        starts = [day(one) for one in (*series.starts[-len(magnets_2025.MONTHS) :], datetime.date(2026, 1, 1))]
        low, high = np.quantile(ranged.exports[destination], BAND, axis=0)
        published = series.index[-len(magnets_2025.MONTHS) :]
        some = (100 * one for one in (published, middle.exports[destination][0], low, high))
        found.append(Exports(title, colour, np.array(starts, dtype=np.int32), *some))
    return found


def exports_chart(size: str = "page") -> Chart:
    """Exports by month, with the finding as its title."""
    shown = panels()
    subtitle = "Exports of magnets from China by month, April to December 2025, % of a normal month of 2024"
    events = {day(one): words for one, words in EVENTS.items()}
    return magnet_exports_chart(shown, events, exports_finding(shown), subtitle, SOURCE, size)


def exports_finding(shown: list[Exports]) -> str:
    """What the panels of the world and of the United States show."""
    world, us = shown
    furthest = float(np.abs(world.simulated - world.published).max())
    calm = slice(CALM.start - FIRST, CALM.stop - FIRST)
    gap = float((us.simulated - us.published)[calm].mean())
    return (
        f"Licences account for exports to the world to within {furthest:.0f} points a month; from July on the United "
        f"States bought {abs(gap):.0f} points {'less' if gap > 0 else 'more'} than they allowed"
    )


def of_2025() -> list[str]:
    """Months, and what came of it."""
    shown = panels()
    lines = ["Exports of magnets from China, % of a normal month of 2024", ""]
    heads = ("", *(f"{title} {what}" for title, _ in TITLES.values() for what in ("published", "simulated")))
    rows = [heads]
    for place, month in enumerate(magnets_2025.MONTHS):
        cells = (f"{series[place]:.0f}" for one in shown for series in (one.published, one.simulated))
        rows.append((f"{month:%B}", *cells))
    lines += _aligned(rows)
    lines += ["", *_aligned([("", "record", "simulated"), *milestones(played_2025())])]
    return [*lines, "", f"{exports_finding(shown)}."]


def milestones(played: magnets_2025.Played) -> list[tuple[str, str, str]]:
    """(what, on record, simulated) of one run."""
    hole = {name: magnets_2025.hole(records.exports(name).index[-len(magnets_2025.MONTHS) :]) for name in TITLES}
    ours = {name: magnets_2025.hole(played.exports[name])[0] for name in TITLES}
    first = magnets_2025.first_stoppages(played)[0]
    quoted, least, most = records.quotes()
    then = (quoted - magnets_2025.FIRST).days // 7
    return [
        ("first stoppages (1 % of users), week", "6 to 8", f"{first:.0f}"),
        ("users out of stock at most, %", "a few", f"{100 * played.stopped[records.WORLD][0].max():.1f}"),
        ("full volume again, week", "15 at most", f"{magnets_2025.full_volume(played)[0]:.0f}"),
        ("output lost by users, weeks", "none seen", f"{(1 - played.output[0]).sum():.2f}"),
        (
            "quotes for heavy ones at the end of May, times",
            f"{least:.1f} to {most:.1f}",
            f"{played.quoted[0, then]:.1f}",
        ),
        ("quotes for heavy ones at their highest, times", "", f"{played.quoted[0].max():.1f}"),
        *(
            (f"missing April to June, {title}, weeks", f"{hole[name]:.1f}", f"{ours[name]:.1f}")
            for name, (title, _) in TITLES.items()
        ),
    ]


# ── 2010 ─────────────────────────────────────────────────────────────────────────────────────────────

MEASURES = {
    "price_rise": ("dysprosium oxide at its highest, times", "January 2009 to August 2011"),
    "months_to_peak": ("months to the peak", "from July 2010"),
    "months_flat": ("months after the stop in which prices hardly move", ""),
    "half_life_first": ("half-life of the price in the year after the peak, years", ""),
    "half_life_four": ("half-life over four years, years", ""),
    "recovery": ("years until users are supplied again", ""),
    "japan_non_chinese_end": ("non-Chinese share of what Japan buys after eight years, %", "10 at the start"),
}
PEAK_ON_RECORD = 13.0
"""Months from July 2010 to August 2011."""


def compared_2010() -> list[tuple[str, float, float]]:
    """(what, on record, simulated) with the shipped values of 2025."""
    found = dysprosium_2010.measures(dysprosium_2010.play(central().parameters))
    record = records.dysprosium() | {"months_to_peak": PEAK_ON_RECORD}
    return [
        (f"{words} ({note})" if note else words, record[name], float(found[name][0]))
        for name, (words, note) in MEASURES.items()
    ]


@cache
def price_path() -> PricePath:
    """Quotes of heavy magnets outside China by week over those before the shock; on record is dysprosium oxide."""
    record = {day(one): price for one, price in records.dysprosium_prices().items()}
    middle = dysprosium_2010.play(central().parameters).quoted[0]
    low, high = np.quantile(dysprosium_2010.play(draws(FEWER, SEED).parameters).quoted, BAND, axis=0)
    days = day(dysprosium_2010.QUOTA) + 7 * np.arange(len(middle), dtype=np.int32)
    kept = days <= max(record)
    spans = {
        "export quota 40 % lower": (dysprosium_2010.QUOTA, dysprosium_2010.LIFTED),
        "no rare earths to Japan": (dysprosium_2010.STOP, dysprosium_2010.RESUMED),
    }
    return PricePath(
        days[kept],
        middle[kept],
        low[kept],
        high[kept],
        {one: price / record[min(record)] for one, price in record.items()},
        {words: (day(first), day(last)) for words, (first, last) in spans.items()},
    )


def price_chart(size: str = "page") -> Chart:
    """Prices of 2010, with the finding as its title."""
    path = price_path()
    subtitle = (
        "Prices outside China, times those before the shock (on record: dysprosium oxide, over January 2009; "
        "simulated: magnets with heavy rare earths, over June 2010), log scale"
    )
    source = "Source: Adamas; USGS Mineral Commodity Summaries 2016; own simulation, nothing fitted to 2010"
    return price_path_chart(path, price_finding(path), subtitle, source, size)


def price_finding(path: PricePath) -> str:
    """How far prices ran."""
    ours, theirs = float(path.middle.max()), max(path.on_record.values())
    return (
        f"With the values shipped for 2025 the quota of 2010 raises prices {ours:.1f} times; on record they rose "
        f"{theirs:.0f} times, from a trough"
    )


def of_2010() -> list[str]:
    """The measures of the record."""
    rows = [("", "record", "simulated")]
    rows += [(words, _number(record), _number(ours)) for words, record, ours in compared_2010()]
    return ["The quota of July 2010 and the stop to Japan; values as shipped for 2025", "", *_aligned(rows)]


def _number(value: float) -> str:
    return level(value, 0 if abs(value) >= 10 else 1) if math.isfinite(value) else "never"


# ── A cut ────────────────────────────────────────────────────────────────────────────────────────────


@cache
def losses() -> dict[str, list[Loss]]:
    """Country → our figures by cut and branch, then those of studies."""
    shipped, ranged = central(), draws(DRAWS, SEED)
    found: dict[str, list[Loss]] = {country: [] for country in gdp.COUNTRIES}
    for cut in gdp.CUTS:
        middle, drawn = gdp.lost(shipped.parameters, cut), gdp.lost(ranged.parameters, cut)
        for branch in middle:
            for country, some in found.items():
                one = float(gdp.of_gdp(shipped, country, middle[branch])[0])
                low, high = np.quantile(gdp.of_gdp(ranged, country, drawn[branch]), BAND)
                some.append(Loss(f"{cut.title}: {branch}", float(low), one, float(high), False))
    for study in records.studies():
        middle_of = (study.low + study.high) / 2
        found[study.country].append(Loss(f"{study.study}: {study.shock}", study.low, middle_of, study.high, True))
    return found


def gdp_chart(size: str = "page") -> Chart:
    """What a cut would cost, with the finding as its title."""
    found = losses()
    subtitle = (
        "Change of GDP, %; using sectors as in the world of 2024, losses of their suppliers and buyers included. "
        "Leontief and CES: output by criticality, or by substitution at low elasticity"
    )
    source = "Source: own simulation; studies as named, their shocks differ"
    return gdp_of_a_cut_chart(found, gdp_finding(found), subtitle, source, size)


def gdp_finding(found: dict[str, list[Loss]]) -> str:
    """How the first figure of each country compares with the IMF's, where there is one."""
    told = []
    for country, some in found.items():
        studies = [row for row in some if row.study and row.name.startswith("IMF")]
        if studies:
            told.append(f"{some[0].middle / studies[0].middle:.1f} for {the(country)}")
    return (
        f"Without stocks a cut of 80{NARROW}% costs a multiple of what the IMF finds: {', '.join(told)}; stocks and "
        "ways out take most of it away"
    )


def of_gdp() -> list[str]:
    """Countries with their figures."""
    lines, found = ["What a near-total cut of magnets would cost, change of GDP, %"], losses()
    for country, some in found.items():
        rows = [
            (row.name, signed(row.middle, 2), f"{level(row.low, 2)} to {level(row.high, 2)}")
            if not row.study
            else (row.name, *_ends(row))
            for row in some
        ]
        lines += ["", country, *_aligned(rows)]
    return [*lines, "", f"{gdp_finding(found)}."]


# ── How long without China ───────────────────────────────────────────────────────────────────────────


@cache
def reaches() -> list[Reach]:
    """Years by stage and share, with Chinese technology and experts as now and without."""
    building = draws(DRAWS, SEED).parameters.building
    ways = [experts.years(building, denied, DRAWS) for denied in (0.0, 1.0)]
    return [
        Reach(name, float(target), *(_spread(way[name, target]) for way in ways))
        for name, _, _ in experts.STAGES
        for target in experts.QUARTERS
    ]


def _spread(years: Numbers) -> Band:
    """5 % point, median and 95 % point of years, some of which may be without end."""
    low, middle, high = np.quantile(years, (BAND[0], 0.5, BAND[1]), method="inverted_cdf")
    return Band(float(low), float(middle), float(high))


def experts_chart(size: str = "page") -> Chart:
    """Years until others can meet shares of the need, with the finding as its title."""
    subtitle = (
        "Years from the end of 2025 until suppliers outside China can meet 25, 50 and 75 % of the demand there for "
        "magnets, by stage. Marks: medians; lines: 5–95 % of draws"
    )
    source = "Source: own simulation with the shipped values; lead times from company reports and trade press"
    rows = reaches()
    return diversification_chart(rows, LEAD_TIMES, LOOKED_AHEAD, experts_finding(rows), subtitle, source, size)


def experts_finding(rows: list[Reach]) -> str:
    """Half of the need from end to end, both ways."""
    half = next(row for row in rows if (row.stage, row.share) == (experts.STAGES[-1][0], 50))
    assert half.second is not None
    ours, denied = half.first, half.second
    return (
        f"Half of the magnets outside China can be made from end to end without China after {ours.middle:.0f} years "
        f"({_years(ours)}), without Chinese technology and experts after {denied.middle:.0f} ({_years(denied)})"
    )


def _years(band: Band) -> str:
    return f"{band.low:.0f} to {band.high:.0f}" if band.high <= LOOKED_AHEAD else f"{band.low:.0f} to beyond"


def of_experts() -> list[str]:
    """Years by stage."""
    rows: list[tuple[str, ...]] = [("", "as now", "5–95 %", "without experts", "5–95 %")]
    for row in reaches():
        assert row.second is not None
        cells = (cell for band in (row.first, row.second) for cell in (_number(band.middle), _years(band)))
        rows.append((f"{row.stage}, {row.share:.0f} % of need", *cells))
    return ["Years from the end of 2025 until others can meet the need outside China", "", *_aligned(rows)]


def _ends(row: Loss) -> tuple[str, str]:
    return (signed(row.middle, 2), "") if row.low == row.high else ("", f"{level(row.low, 2)} to {level(row.high, 2)}")


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    wides = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(wide) if k else cell.ljust(wide) for k, (cell, wide) in enumerate(zip(row, wides, strict=True))
        ).rstrip()
        for row in rows
    ]


TABLES = {"2025": of_2025, "2010": of_2010, "gdp": of_gdp, "experts": of_experts}
CHARTS = {"2025": exports_chart, "2010": price_chart, "gdp": gdp_chart, "experts": experts_chart}
