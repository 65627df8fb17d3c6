"""The part of the briefing on stocks: weeks to a stoppage by region and sector, users out of stock over time."""

from __future__ import annotations

import numpy as np

from app.briefing.content import Block, FigureBlock, Paragraph, Table
from app.briefing.findings import Findings
from plots.numbers import long_date, percent, whole
from plots.panels import Measure, Panel, panels_chart
from plots.stoppages import Stops, stoppages_chart
from plots.style import Chart
from plots.weeks_left import Wait, between, in_weeks, weeks, weeks_chart
from plots.words import the
from sim.analysis.economy import Band, band
from sim.analysis.supply import Supply, never, times

PANELS = 6
"""Regions whose users are drawn over time."""
AT_WORST = "At the worst moment"
OUT_OF_STOCK = Measure("% of users out of stock", "percent")


def weeks_to_a_stoppage(found: Findings) -> list[Block]:
    """Charts of the first stoppage, of what stocks would last, of users out of stock; a table by region."""
    supply = found.supply
    if supply is None:
        return []
    notes = [Paragraph(_note(supply), note=True)]
    if not supply.short:
        said = f"No user of {named(found)} runs out of stock in any region and future to {long_date(supply.last)}."
        return [Paragraph(said), *map(FigureBlock, _lasting(found, supply)), *notes]
    charts = [_first(found, supply), *_stoppages(found, supply), _out(found, supply), *_lasting(found, supply)]
    return [*map(FigureBlock, charts), _table(found, supply), *notes]


# ── Words that the parts on supply share ─────────────────────────────────────────────────────────────


def named(found: Findings) -> str:
    """The materials in words, within a sentence: light rare earths, gallium and graphite."""
    materials = found.materials
    assert materials is not None
    listed = [inner(materials.names[code]) for code in materials.materials]
    *most, last = listed
    return f"{', '.join(most)} and {last}" if most else last


def inner(title: str) -> str:
    """A name of a thing as it stands within a sentence: heavy rare earths in magnets."""
    title = title.replace(", in ", " in ")
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def opened(sentence: str) -> str:
    """A sentence with a capital."""
    return sentence[:1].upper() + sentence[1:]


def bracketed(one: Band) -> str:
    """Weeks with their range: 9 (3 to never)."""
    middle, ends = weeks(one.middle), between(one)
    return middle if middle == ends else f"{middle} ({ends})"


def region(supply: Supply, code: str) -> str:
    """A buying region within a sentence."""
    return the(supply.region_names[code])


def _note(supply: Supply) -> str:
    return (
        "Stocks, licences and flows are followed week by week for each region, sector and material; a user stops when "
        "its own stock is empty, and users hold unequal stocks. Medians and ranges are over all futures: assumptions "
        f"and chance together. Figures by day stand on every 28th day from {long_date(supply.first)} on."
    )


# ── First stoppages ──────────────────────────────────────────────────────────────────────────────────


def _first(found: Findings, supply: Supply) -> Chart:
    """Weeks from as_of to the first stoppage in any sector."""
    first = supply.weeks_to_stop.min(axis=2)
    cover = supply.on("cover_weeks", supply.first)
    rows = {
        code: Wait(
            supply.region_names[code], times(first[:, k]), never(first[:, k]), weeks(float(np.median(cover[:, k])))
        )
        for k, code in enumerate(supply.regions)
    }
    order = sorted(rows, key=lambda code: (rows[code].never, rows[code].weeks.middle))
    title = _first_finding(supply, order[0], rows[order[0]])
    subtitle = (
        f"Weeks from {long_date(supply.first)} until users of some sector run out of stock. Dot: median; line: 5–95 % "
        f"of futures; never: not by {long_date(supply.last)}. Right: weeks of need held on the first day, median"
    )
    shown = [rows[code] for code in order]
    return weeks_chart({"": shown}, "weeks", "cover, weeks", title, subtitle, found.source, called="supply_first_stop")


def _first_finding(supply: Supply, code: str, row: Wait) -> str:
    place, who = region(supply, code), _mostly(supply, code)
    if row.never == 0:
        ends = "" if row.weeks.low == row.weeks.high else f", {between(row.weeks)} in 90 of 100 futures"
        return (
            f"In {place} the first users run out of stock after {in_weeks(row.weeks.middle)} at the median{ends}{who}"
        )
    if row.never < 0.5:
        return (
            f"In {place} the first users run out of stock after {in_weeks(row.weeks.middle)} at the median{who}; "
            f"nobody does in {percent(row.never)} of futures"
        )
    return f"Stocks hold in most futures; the risk is largest in {place}, where some user runs out in {_rest(row)}"


def _mostly(supply: Supply, code: str) -> str:
    """The sector that is the first, alone, in most of the futures in which somebody is; nothing where none is."""
    weeks_to_stop = supply.weeks_to_stop[:, supply.regions.index(code)]
    first = weeks_to_stop.min(axis=1, keepdims=True)
    leads = (weeks_to_stop == first) & np.isfinite(first)
    alone = (leads & (leads.sum(axis=1, keepdims=True) == 1)).sum(axis=0)
    most = int(alone.argmax())
    if alone[most] <= np.isfinite(first).sum() / 2:
        return ""
    return f", most often makers of {inner(supply.sector_names[supply.sectors[most]])}"


def _rest(row: Wait) -> str:
    return f"{percent(1 - row.never)} of futures"


def _stoppages(found: Findings, supply: Supply) -> list[Chart]:
    """How often and when each sector of each region first stops."""
    first = supply.weeks_to_stop
    stopping = np.isfinite(first)
    if not stopping.any():
        return []
    shares = np.where(supply.uses, stopping.mean(axis=0), np.nan).T
    rows = [k for k in range(len(supply.sectors)) if not np.isnan(shares[k]).all()]
    by_cell = [
        [
            times(np.where(stopping[:, column, row], first[:, column, row], np.nan))
            for column in range(len(supply.regions))
        ]
        for row in rows
    ]
    stops = Stops(
        tuple(supply.region_names[code] for code in supply.regions),
        tuple(supply.sector_names[supply.sectors[row]] for row in rows),
        shares[rows],
        by_cell,
    )
    most = np.unravel_index(int(np.nanargmax(stops.shares)), stops.shares.shape)
    share, wait = float(stops.shares[most]), by_cell[int(most[0])][int(most[1])]
    title = (
        f"{stops.sectors[most[0]]} in {region(supply, supply.regions[most[1]])}: some users stop in {percent(share)} "
        f"of futures, the first after {in_weeks(wait.middle)} at the median"
    )
    subtitle = (
        f"Share of futures in which users of a sector run out of stock by {long_date(supply.last)}; under it the week "
        "of the first stoppage, median of these futures"
    )
    return [stoppages_chart(stops, title, subtitle, found.source)]


def _out(found: Findings, supply: Supply) -> Chart:
    """Share of users out of stock over time, by region."""
    worst = supply.worst("stopped_percent")
    bands = {code: band(worst[:, k]) for k, code in enumerate(supply.regions)}
    order = sorted(supply.regions, key=lambda code: -float(worst[:, supply.regions.index(code)].mean()))
    chosen = [code for code in order if bands[code].high > 0 or code == order[0]][:PANELS]
    panels = []
    for code in chosen:
        path = supply.path("stopped_percent", code)
        panels.append(Panel(supply.region_names[code], OUT_OF_STOCK, path.days, path.values))
    first = bands[order[0]]
    ends = (
        "" if first.low == first.high else f", {whole(first.low):.0f} to {whole(first.high):.0f} % in 90 of 100 futures"
    )
    title = (
        f"At the worst moment {whole(first.middle):.0f} % of users in {region(supply, order[0])} are out of stock at "
        f"the median{ends}"
    )
    left = len(supply.regions) - len(chosen)
    others = f" {left} with fewer or none {'are' if left > 1 else 'is'} not drawn." if left else ""
    subtitle = (
        f"Users out of stock, %, sectors weighed by their value added, by region, every 28 days to "
        f"{long_date(supply.last)}.{others}"
    )
    return panels_chart(panels, 3, title, subtitle, found.source, called="supply_stopped")


# ── What stocks would last ───────────────────────────────────────────────────────────────────────────


def _lasting(found: Findings, supply: Supply) -> list[Chart]:
    """Weeks to stock-out if flows stayed, on the first day and at the worst moment; no chart where there is no end."""
    moments = {long_date(supply.first): supply.weeks_left(supply.first), AT_WORST: supply.weeks_left_at_worst()}
    panels: dict[str, list[Wait]] = {}
    for moment, left in moments.items():
        rows = {
            code: Wait(supply.region_names[code], times(left[:, k]), never(left[:, k]))
            for k, code in enumerate(supply.regions)
        }
        order = sorted(rows, key=lambda code: (rows[code].weeks.middle, rows[code].weeks.low, rows[code].never))
        if any(np.isfinite(row.weeks.low) for row in rows.values()):
            panels[moment] = [rows[code] for code in order]
    if not panels:
        return []
    subtitle = (
        "Weeks until half of the users are out of stock if flows and need stayed as they are then. Dot: median; line: "
        f"5–95 % of futures; never: supplies cover the need. Worst moment: of each future, to {long_date(supply.last)}"
    )
    title = _lasting_finding(panels)
    return [weeks_chart(panels, "weeks", "", title, subtitle, found.source, called="supply_stock_out")]


def _lasting_finding(panels: dict[str, list[Wait]]) -> str:
    """The region whose stocks last shortest at each moment, or how many have half of their users out."""
    said: list[str] = []
    for moment, rows in panels.items():
        first, empty = rows[0], sum(row.weeks.middle == 0 for row in rows)
        median = "" if said else " at the median"
        when = inner(moment) if moment == AT_WORST else f"on {moment}"
        if empty > 1:
            said.append(f"{when} half of the users or more are out of stock in {empty} of {len(rows)} regions{median}")
        elif np.isinf(first.weeks.middle):
            worst = _last(first.weeks.low) + (" or less" if first.weeks.low > 0 else "")
            said.append(
                f"{when} stocks never run out{median}, but in 5 of 100 futures those of {the(first.name)} {worst}"
            )
        else:
            said.append(f"{when} stocks of {the(first.name)} {_last(first.weeks.middle)}{median}")
    return opened("; ".join(said))


def _last(value: float) -> str:
    return "are empty for half of the users" if value == 0 else f"would last {in_weeks(value)}"


# ── By region ────────────────────────────────────────────────────────────────────────────────────────


def _table(found: Findings, supply: Supply) -> Table:
    """Cover, first stoppage, users out of stock and need met, by region."""
    first = supply.weeks_to_stop.min(axis=2)
    cover = supply.on("cover_weeks", supply.first)
    worst = supply.worst("stopped_percent")
    met = -supply.highest("supply", "-need_met_percent", "region", len(supply.regions))
    rows = []
    for code in supply.ranked:
        k = supply.regions.index(code)
        wait = times(first[:, k])
        row = [
            supply.region_names[code],
            f"{weeks(float(np.median(cover[:, k])))}",
            bracketed(wait),
        ]
        row += [percent(never(first[:, k])), _per_cent(band(worst[:, k])), _per_cent(band(met[:, k]))]
        rows.append(row)
    columns = ["Region", "Cover on the first day, weeks", "Weeks to the first stoppage", "No stoppage, of futures"]
    columns += ["Users out of stock at the worst moment, %", "Need met at the worst moment, %"]
    return Table("Stocks by region: medians and 5–95 % ranges", columns, rows, folded=True)


def _per_cent(one: Band) -> str:
    low, middle, high = (f"{whole(value):.0f}" for value in (one.low, one.middle, one.high))
    return middle if low == high else f"{middle} ({low} to {high})"
