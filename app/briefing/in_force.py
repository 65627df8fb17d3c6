"""The part of the briefing on what is in force: rates and measures on the first day, in the branches, by sector."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.briefing.content import Block, FigureBlock, Paragraph, Table
from app.briefing.findings import Findings
from app.in_force import finding, heat_pairs, measured, sector_rates
from app.show import legal_clock
from plots.branch_rates import Column, Standing, branches_chart, differing
from plots.heat_map import Rates, change_chart, heat_map_chart, signed
from plots.in_force import in_force_chart, key_values, number, rate, state_words
from plots.numbers import NARROW, long_date, percent
from plots.style import ACCENT
from plots.words import the
from sim.analysis.branches import Branch, branches, replayed_together
from sim.analysis.in_force import (
    Measure,
    Moment,
    Pair,
    PairRates,
    accords,
    laws,
    measures,
    pair_rates,
    principal_pairs,
)
from sim.engine.tariffs import TariffSeries
from sim.results import store

BRANCHES = 4
"""The likeliest, which have a column each."""


def in_force(found: Findings) -> list[Block]:
    """What is in force on the first day, and what each branch makes of it; tables alone where there are no tariffs."""
    state = _States(found)
    if not found.scenario.instruments:
        return []
    blocks: list[Block] = []
    if state.pairs:
        ahead = found.plan.horizon > found.plan.as_of
        blocks += [_today(found, state), *([_in_branches(found, state)] if ahead else [])]
        blocks += _heat_maps(found, state, ahead)
        blocks += [_groups(pair_rates(found.plan, state.series, [state.today], pair)) for pair in state.pairs[1:]]
    return [*blocks, *_standing(found, state)]


@dataclass
class _States:
    """The moments that are looked at, worked out once."""

    found: Findings

    @cached_property
    def series(self) -> TariffSeries:
        return TariffSeries(self.found.plan)

    @cached_property
    def pairs(self) -> list[Pair]:
        return principal_pairs(self.found.plan, self.series)

    @cached_property
    def today(self) -> Moment:
        """The first day, if nobody has moved yet."""
        day = self.found.plan.as_of
        return Moment("Today", legal_clock(self.found.scenario, day).world, day)

    @cached_property
    def branches(self) -> list[Branch]:
        return branches(self.found.result)[:BRANCHES]

    @cached_property
    def replayed(self) -> tuple[list[Moment], list[Moment]]:
        """The run that stands for each branch, on the first day and at the horizon."""
        days = self.found.plan.as_of, self.found.plan.horizon
        worlds = replayed_together(self.found.result, [one.typical for one in self.branches], days)
        first, last = (
            [Moment(branch.title, world, day) for branch, world in zip(self.branches, some, strict=True)]
            for day, some in zip(days, worlds, strict=True)
        )
        return first, last


def _today(found: Findings, state: _States) -> Block:
    rates = pair_rates(found.plan, state.series, [state.today], state.pairs[0])
    title = finding(rates, long_date(found.plan.as_of))
    listed = measures(found.plan, state.today)
    return FigureBlock(
        in_force_chart(rates, listed, found.deciders, found.colours, title, measured(rates), found.source)
    )


# ── Branches ─────────────────────────────────────────────────────────────────────────────────────────


def _in_branches(found: Findings, state: _States) -> Block:
    first, last = state.replayed
    count_of = len(state.branches)
    moments = [state.today, *last, *first]
    rates = pair_rates(found.plan, state.series, moments, state.pairs[0])
    columns = [Column("Today", long_date(found.plan.as_of).replace(NARROW, " "), 0, 0)]
    for k, branch in enumerate(state.branches, start=1):
        columns.append(Column(branch.title, f"{percent(branch.share)} of futures", k, count_of + k))
    shown = [state.today, *last]
    standing = differing(
        [accords(found.plan, moment) for moment in shown],
        [laws(found.plan, moment) for moment in shown],
        [measures(found.plan, moment) for moment in shown],
        found.colours,
    )
    horizon = long_date(found.plan.horizon)
    subtitle = (
        f"Tariffs of {the(rates.importer)} on goods from {the(rates.exporter)} on {horizon}, percentage points over "
        "MFN, in the run that stands for each branch; tick: the first day, filled where it differs"
    )
    ends = _ends(found, state, rates)
    title = _branches_finding(found, rates, ends)
    peaks = _peaks(found, state, rates)
    return FigureBlock(
        branches_chart(
            rates, columns, [*_spread(ends), *standing], found.colours, title, subtitle, found.source, peaks=peaks
        )
    )


def _ends(found: Findings, state: _States, rates: PairRates) -> list[tuple[float, float]]:
    """Between which averages 90 of 100 futures of each branch end; nothing where the results do not hold the series."""
    name = f"average.{rates.pair[0]}.{rates.pair[1]}"
    if name not in found.plan.recorded_series:
        return []
    where = f"series = {found.plan.recorded_series.index(name)} GROUP BY run"
    last = store.read(found.result.folder, "rates", "run, arg_max(value, day) AS value", where, "run")
    found_ends = []
    for branch in state.branches:
        values = last["value"][np.isin(last["run"], branch.runs)]
        low, high = np.quantile(values, [0.05, 0.95], method="nearest")
        found_ends.append((float(low), float(high)))
    return found_ends


def _spread(ends: list[tuple[float, float]]) -> list[Standing]:
    """A row that says how far the average differs within a branch."""
    if not ends:
        return []
    cells = [(None, "–"), *((None, _between(low, high)) for low, high in ends)]
    return [Standing("Average in 90 of 100 futures of the branch", ACCENT, tuple(cells))]


def _between(low: float, high: float) -> str:
    return rate(high) if number(low) == number(high) else f"{number(low)} to {rate(high)}"


def _branches_finding(found: Findings, rates: PairRates, ends: list[tuple[float, float]]) -> str:
    """The average today, and what it is at the horizon in 90 of 100 futures of the likeliest branch."""
    told = f"{rates.importer} on {rates.exporter}: {rate(rates.average())} on average today"
    horizon = long_date(found.plan.horizon)
    if not ends:
        return f"{told}, {rate(rates.average(1))} on {horizon} in the run that stands for the likeliest branch"
    return f"{told}, {_between(*ends[0])} in 90 of 100 futures of the likeliest branch on {horizon}"


def _peaks(found: Findings, state: _States, rates: PairRates) -> list[float]:
    """Highest average of each column since the first day, where the results hold the series."""
    name = f"average.{rates.pair[0]}.{rates.pair[1]}"
    if name not in found.plan.recorded_series:
        return []
    column, runs = found.plan.recorded_series.index(name), [one.typical for one in state.branches]
    where = f"series = {column} AND day >= {found.plan.as_of} AND run IN ({', '.join(map(str, runs))}) GROUP BY run"
    highest = store.read(found.result.folder, "rates", "run, max(value) AS value", where, "run")
    by_run = dict(zip(highest["run"].tolist(), highest["value"].tolist(), strict=True))
    opening = [rates.average(len(runs) + k) for k in range(1, len(runs) + 1)]
    return [rates.average(), *(max(by_run.get(run, 0.0), first) for run, first in zip(runs, opening, strict=True))]


# ── Sectors ──────────────────────────────────────────────────────────────────────────────────────────


def _heat_maps(found: Findings, state: _States, ahead: bool) -> list[Block]:
    """Rates by sector, and how they change in the likeliest branch where something lies ahead."""
    chosen = heat_pairs(found.plan, state.series)
    moments = [state.today, *((state.replayed[0][0], state.replayed[1][0]) if ahead else ())]
    today, *others = sector_rates(state.series, moments, chosen)
    if len(today.sectors) < 2:
        return []  # the average of the pair has been told
    day = long_date(found.plan.as_of)
    subtitle = f"Average tariff by sector at fixed weights, per cent, MFN included, {day}."
    blocks: list[Block] = [FigureBlock(heat_map_chart(today, _highest(today, day), subtitle, found.source))]
    if not others:
        return blocks
    first, last = others
    branch, horizon = state.branches[0], long_date(found.plan.horizon)
    change = last.values - first.values
    if not (np.abs(np.nan_to_num(change)) > 0.05).any():
        words = (
            f"In the run that stands for “{branch.title}” no sector’s average tariff on {horizon} differs from today’s."
        )
        return [*blocks, Paragraph(words, note=True)]
    subtitle = (
        f"Change of the average tariff by sector, percentage points, {day} to {horizon}, in the run that stands for "
        f"“{branch.title}” ({percent(branch.share)} of futures)."
    )
    chart = change_chart(first, last, _furthest(found, change, today), subtitle, found.source)
    return [*blocks, FigureBlock(chart)]


def _highest(rates: Rates, day: str) -> str:
    sector, pair = np.unravel_index(int(np.nanargmax(rates.values)), rates.values.shape)
    return (
        f"On {day} the highest average tariff is {rate(float(rates.values[sector, pair]))}: "
        f"{_cell(rates, int(sector), int(pair))}"
    )


def _furthest(found: Findings, change: np.ndarray, rates: Rates) -> str:
    sector, pair = np.unravel_index(int(np.nanargmax(np.abs(change))), change.shape)
    return (
        f"In the run that stands for the likeliest branch average tariffs change by at most "
        f"{signed(float(change[sector, pair]))} points by {long_date(found.plan.horizon)}: "
        f"{_cell(rates, int(sector), int(pair))}"
    )


def _cell(rates: Rates, sector: int, pair: int) -> str:
    importer, exporter = rates.pairs[pair]
    return f"{importer} on {rates.sectors[sector].lower()} from {exporter}"


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────


def _groups(rates: PairRates) -> Table:
    """What each group of goods of a further pair pays."""
    columns = {name.replace("_percent", ", %"): values for name, values in key_values(rates).items()}
    caption = f"What goods from {the(rates.exporter)} pay in {the(rates.importer)}, {rate(rates.average())} on average"
    return Table(caption, list(columns), [list(row) for row in zip(*columns.values(), strict=True)], folded=True)


def _standing(found: Findings, state: _States) -> list[Block]:
    """Every instrument with its law, every agreement, every law, on the first day."""
    rows = [_measure(found, one) for one in measures(found.plan, state.today)]
    columns = ["Measure", "Held by", "On", "State", "Rests on"]
    blocks: list[Block] = [Table(f"Tariffs, controls and rules: {len(rows)}", columns, rows, folded=True)]
    law = [[one.title, _validity(one.valid, one.struck), str(one.rest_on_it)] for one in laws(found.plan, state.today)]
    if law:
        blocks.append(Table(f"Legal bases: {len(law)}", ["Law", "Today", "In force on it"], law, folded=True))
    return blocks


def _measure(found: Findings, one: Measure) -> list[str]:
    on = ", ".join(one.on) if one.on else "everybody"
    state = state_words(one)
    if one.rate is not None:
        state += f", {number(one.rate)} points"
    law = one.basis + ("" if one.basis_valid else " (not valid)")
    return [one.title, found.deciders[one.holder], on, state, law or "–"]


def _validity(valid: bool, struck: bool) -> str:
    return "valid" if valid else "struck down" if struck else "not valid"
