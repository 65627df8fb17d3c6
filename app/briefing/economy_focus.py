"""The part of a country's page on its economy: its income by stance, its prices, and imports that change supplier."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from app.briefing.content import Block, Bullets, FigureBlock, Table
from app.briefing.economy import a_head, over_time, region
from app.briefing.findings import Findings
from app.briefing.seen import Seen
from plots.amounts import decimals, level, of_bands, signed, told
from plots.diverted import diverted_chart
from plots.numbers import long_date
from plots.ranges import Measure, Row, ranges_chart
from plots.words import the
from sim.analysis.economy import Band, Economy, band, has_economy
from sim.analysis.economy_trade import Cube, Diverted
from sim.analysis.odds import Difference, difference

SECTORS, OUTCOMES = 6, 3
"""Sectors that are drawn, outcomes that have a column."""
AS_IT_IS = "As the file has it"
ONE_PERSON = 0.5
"""USD below which an amount a person is not told."""


def its_economy(seen: Seen) -> Iterator[Block]:
    """Its income and prices in sentences, its income by stance, its imports by sector and supplier."""
    found, economy = seen.found, seen.found.economy
    if economy is None or not len(economy.runs):
        return
    own = [code for code in seen.scenario.actors[seen.actor].regions if code in economy.regions]
    if not own:
        return
    yield Bullets(list(_told(seen, economy, own)))
    yield from _stances(seen, economy, own)
    yield from _diverted(found, economy, own, seen.title)


def _told(seen: Seen, economy: Economy, own: list[str]) -> Iterator[str]:
    income, amounts = band(economy.income_percent(own)), band(economy.of("real_income_bn", own) * economy.years)
    span = f"from {long_date(economy.first)} to {long_date(economy.last)}, against {economy.reference}"
    if income.zero and amounts.zero:
        yield f"Real income, {span}: the same."
    else:
        percent, money = told(income, of_bands([income]), "%"), told(amounts, of_bands([amounts], 1))
        said = f"Real income, {span}: {percent}, {money} bn USD"
        persons = economy.persons(own)
        if persons:
            per_head = a_head(amounts, persons)
            small = max(abs(per_head.low), abs(per_head.high)) < ONE_PERSON
            said += "; under 1 USD a person" if small else f"; {told(per_head, 0)} USD a person"
            if not small and (size := economy.household):
                whole = Band(*(size * value for value in (per_head.low, per_head.middle, per_head.high)))
                said += f", {told(whole, 0)} USD a household of {size:g}"
        yield f"{said}."
    for code in own:
        prices = economy.bands("consumer_prices_percent")[code]
        whose = f" in {the(region(seen.found, code))}" if len(own) > 1 else ""
        change = "the same" if prices.zero else told(prices, of_bands([prices]), "%")
        yield f"Consumer prices{whose}: {change}, mean over the same time."


# ── Stances ──────────────────────────────────────────────────────────────────────────────────────────


def _stances(seen: Seen, economy: Economy, own: list[str]) -> Iterator[Block]:
    """Its income in each stance that was played with the economy, and the paired change against the file's rules."""
    played = {name: Economy(one) for name, one in seen.focus.results.items() if has_economy(one)}
    played = {name: one for name, one in played.items() if len(one.runs)}
    if not played:
        return
    titles = {name: seen.stance(name).title for name in played}
    bands = {AS_IT_IS: band(economy.income_percent(own))}
    bands |= {titles[name]: band(one.income_percent(own)) for name, one in played.items()}
    changes = {name: _paired(economy, one, own) for name, one in played.items()}
    if all(one.zero for one in bands.values()):
        return
    places = decimals((one.change for one in changes.values()), 2)
    asides = {titles[name]: _clear(one, places) for name, one in changes.items()}
    rows = [Row(name, one, asides.get(name, "–")) for name, one in bands.items()]
    measure = Measure("% of real income", "bn USD against the file’s own rules", "stance")
    subtitle = (
        f"Change of its real income, %, {over_time(economy)}. Dot: median; line: 5–95 % of futures. Right: mean change "
        "over the horizon on the same futures, ± twice the paired error"
    )
    title = _stance_finding(seen, changes, places)
    yield FigureBlock(ranges_chart({"": rows}, measure, title, subtitle, seen.found.source, called="focus_income"))


def _paired(base: Economy, other: Economy, own: list[str]) -> Difference:
    """Cumulated real income of a stance less that of the base, bn USD, on draws that converged whole in both."""
    chances = base.result.chances
    values = [_by_run(one, own) for one in (base, other)]
    count = min(map(len, values)) // chances * chances or min(map(len, values))
    pairs = np.stack([one[:count] for one in values])
    there = ~np.isnan(pairs).any(axis=0)
    if count % chances == 0:
        there = np.repeat(there.reshape(-1, chances).all(axis=1), chances)
    return difference(pairs[0, there], pairs[1, there], chances)


def _by_run(economy: Economy, own: list[str]) -> NDArray[np.float64]:
    """[run] of all runs; not a number where the run did not converge."""
    found = np.full(economy.result.runs, np.nan)
    found[economy.runs] = economy.of("real_income_bn", own) * economy.years
    return found


def _clear(one: Difference, places: int) -> str:
    if one.changed == 0:
        return "the same"
    error = f"±{level(2 * one.error, places)}"
    return f"{signed(one.change, places)} {error}" if one.clear else f"no clear difference ({error})"


def _stance_finding(seen: Seen, changes: dict[str, Difference], places: int) -> str:
    clear = {name: one for name, one in changes.items() if one.clear}
    if not clear:
        return f"Nothing that {seen.title} can do itself clearly changes its real income"
    name = max(clear, key=lambda key: abs(clear[key].change))
    noun = seen.stance(name).noun
    return (
        f"{noun[0].upper()}{noun[1:]} changes its real income most: {signed(clear[name].change, places)} bn USD over "
        "the horizon on average"
    )


# ── Imports that change supplier ─────────────────────────────────────────────────────────────────────


def _diverted(found: Findings, economy: Economy, own: list[str], title: str) -> Iterator[Block]:
    cube = Cube(economy)
    sectors = [one for one in cube.diverted(own) if one.change.any()]
    if not sectors:
        return
    chosen = sectors[:SECTORS]
    names = [region(found, code) for code in economy.regions]
    before, change = (np.array([getattr(one, name) for one in chosen]) for name in ("before", "change"))
    subtitle = (
        f"Change of its imports by supplier, bn USD a year, mean over futures, {over_time(economy)}. Light: one "
        "supplier; dark: all"
    )
    finding = _diverted_finding(sectors, names, title)
    labels = [economy.sector_names[one.sector] for one in chosen]
    yield FigureBlock(diverted_chart(labels, names, before, change, finding, subtitle, found.source))
    yield _diverted_table(found, cube, own, names)


def _diverted_finding(sectors: list[Diverted], names: list[str], title: str) -> str:
    """From whom it buys more or less, and how much changes supplier."""
    by_supplier = np.sum([one.change for one in sectors], axis=0)
    switched = sum(one.switched for one in sectors)
    most = int(np.abs(by_supplier).argmax())
    places = decimals([float(by_supplier[most]), switched], 1)
    amount, verb = level(abs(float(by_supplier[most])), places), "more" if by_supplier[most] > 0 else "less"
    said = f"{the(title)} imports {amount} bn USD a year {verb} from {the(names[most])}"
    said += f"; goods of {level(switched, places)} bn USD a year change supplier"
    return said[0].upper() + said[1:]


def _diverted_table(found: Findings, cube: Cube, own: list[str], names: list[str]) -> Table:
    """Every sector: what changes supplier, who loses and who gains most, over all futures and by outcome."""
    economy = cube.economy
    outcomes = [name for name in found.ranked if cube.runs(name)][:OUTCOMES]
    by_outcome = {name: {one.sector: one for one in cube.diverted(own, name)} for name in outcomes}
    sectors = [one for one in cube.diverted(own) if one.change.any()]
    places = decimals((value for one in sectors for value in one.change.tolist()), 2)
    rows = []
    for one in sectors:
        row = [economy.sector_names[one.sector], level(float(one.before.sum()), places), signed(one.total, places)]
        row += [_furthest(one, names, sign, places) for sign in (-1, 1)]
        row += [level(one.switched, places)]
        rows.append([*row, *(level(by_outcome[name][one.sector].switched, places) for name in outcomes)])
    columns = ["Sector", "Imports, policy held", "Change", "Falls most from", "Rises most from", "Change supplier"]
    columns += [f"Change supplier in “{found.titles[name]}”" for name in outcomes]
    return Table("Imports by sector, bn USD a year, mean over futures", columns, rows, folded=True)


def _furthest(one: Diverted, names: list[str], sign: int, places: int) -> str:
    """The supplier that loses (−1) or gains (1) most, and how much."""
    place = int((sign * one.change).argmax())
    change = float(one.change[place])
    return f"{the(names[place])} {signed(change, places)}" if change * sign > 0 else "–"
