"""What is in force: rates by group of goods with the law each rests on, measures, agreements and legal bases.

Read from one run at the end of one day, or from several runs of the same scenario side by side. A rate is the legal
stack over MFN; an average is at the fixed weights of the trade data, MFN included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from sim.analysis.groups import Cell, named, words_of
from sim.days import MISSING
from sim.engine.plan import Plan
from sim.engine.tariffs import TariffSeries
from sim.instruments import lives
from sim.instruments.layers import Mode
from sim.scenario.model import Instrument, Scenario
from sim.world.world import World

Pair = tuple[str, str]
"""(importing actor, exporting actor)"""


@dataclass(frozen=True)
class Moment:
    """One run at the end of one day."""

    title: str
    world: World
    """of one run"""
    day: int


# ── Rates ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Levy:
    """What one tariff brings to a good."""

    instrument: str
    title: str
    basis: str
    """title of the law it rests on; empty where the scenario names none"""
    points: float
    """percentage points, the mean over the group's trade"""


@dataclass(frozen=True)
class Group:
    """Goods of a pair on which the same tariffs bring the same points, at every moment looked at."""

    title: str
    cells: tuple[Cell, ...]
    """(sector, tranche), the largest trade first"""
    share: float
    """of the pair's trade at fixed weights"""
    mfn: float
    """percentage points, the mean over its trade"""
    levies: tuple[tuple[Levy, ...], ...]
    """for each moment, the oldest law's first"""

    def over_mfn(self, moment: int = 0) -> float:
        """The stack over MFN in percentage points."""
        return sum(levy.points for levy in self.levies[moment])


@dataclass(frozen=True)
class PairRates:
    """What a country pays in another, by group of goods, at one moment or several."""

    pair: Pair
    importer: str
    """title"""
    exporter: str
    """title"""
    trade: float
    """bn USD a year at fixed weights"""
    mfn: float
    """average MFN rate in per cent"""
    groups: tuple[Group, ...]
    """the largest first; their shares sum to 1"""

    def average(self, moment: int = 0) -> float:
        """Average tariff in per cent at fixed weights, MFN included."""
        return self.mfn + sum(group.share * group.over_mfn(moment) for group in self.groups)

    def range(self, moment: int = 0) -> tuple[float, float]:
        """Lowest and highest stack over MFN."""
        stacks = [group.over_mfn(moment) for group in self.groups]
        return min(stacks), max(stacks)


def folded(rates: PairRates, most: int) -> PairRates:
    """At most so many groups: the smallest are put together as other goods, at their mean rates."""
    if len(rates.groups) <= most:
        return rates
    kept, tail = rates.groups[: most - 1], rates.groups[most - 1 :]
    share = sum(group.share for group in tail)
    weights = [group.share / share if share else 1 / len(tail) for group in tail]
    levies = tuple(_mean([group.levies[moment] for group in tail], weights) for moment in range(len(tail[0].levies)))
    cells = tuple(cell for group in tail for cell in group.cells)
    mfn = sum(weight * group.mfn for weight, group in zip(weights, tail, strict=True))
    return replace(rates, groups=(*kept, Group(f"Other goods ({len(tail)} groups)", cells, share, mfn, levies)))


def _mean(levies: Sequence[tuple[Levy, ...]], weights: Sequence[float]) -> tuple[Levy, ...]:
    """Levies of several groups at their mean points."""
    found: dict[str, Levy] = {}
    for some, weight in zip(levies, weights, strict=True):
        for levy in some:
            before = found.get(levy.instrument, replace(levy, points=0.0))
            found[levy.instrument] = replace(before, points=before.points + weight * levy.points)
    return tuple(found.values())


def pairs(series: TariffSeries) -> list[Pair]:
    """Pairs with trade data that some tariff touches, the largest trade first."""
    found = [pair for pair, average in series.averages.items() if average is not None]
    return sorted(found, key=lambda pair: -_cells(series, pair)[1].sum())


def principal_pairs(plan: Plan, series: TariffSeries) -> list[Pair]:
    """The pairs of the named goods, in the order of the file; else the pair with the largest trade."""
    known = pairs(series)
    asked = dict.fromkeys((good.importer, good.exporter) for good in plan.written.goods.values())
    return [pair for pair in asked if pair in known] or known[:1]


def pair_rates(plan: Plan, series: TariffSeries, moments: Sequence[Moment], pair: Pair) -> PairRates:
    """The groups of goods that an importer takes from an exporter, with their levies at each moment.

    ValueError where the trade data hold nothing of the pair.
    """
    cells, weight = _cells(series, pair)
    if not weight.sum() > 0:
        raise ValueError(f"the trade data hold no imports of {pair[0]} from {pair[1]}")
    table, classes = series.stacks.table, series.stacks.class_of_cell[cells]
    states = [series.layer_state(moment.world, np.arange(1)) for moment in moments]
    levies = {
        cls: tuple(_levies(plan, series, cls, bite[0], rate[0]) for bite, rate in states)
        for cls in dict.fromkeys(classes.tolist())
    }
    ceilings = _ceilings(series)
    alike: dict[tuple[tuple[tuple[str, float | None], ...], ...], list[int]] = {}
    for place, cls in enumerate(classes.tolist()):
        key = tuple(
            tuple((levy.instrument, None if levy.instrument in ceilings else round(levy.points, 9)) for levy in some)
            for some in levies[cls]
        )
        alike.setdefault(key, []).append(place)
    names, words = [table.cells[cell][2:] for cell in cells], words_of(plan.scenario)
    groups = []
    for places in alike.values():
        places.sort(key=lambda place: -weight[place])
        own, total = weight[places], weight[places].sum()
        mix = own / total
        members = [names[place] for place in places]
        groups.append(
            Group(
                named(members, names, words),
                tuple(dict.fromkeys(members)),
                float(total / weight.sum()),
                float((mix * table.mfn_pp[cells[places]]).sum()),
                tuple(
                    _mean([levies[int(classes[place])][moment] for place in places], mix.tolist())
                    for moment in range(len(moments))
                ),
            )
        )
    groups.sort(key=lambda group: -group.share)
    importer, exporter = (title_of(plan.scenario, name) for name in pair)
    mfn = float((weight * table.mfn_pp[cells]).sum() / weight.sum())
    return PairRates(pair, importer, exporter, float(weight.sum()) / 1000, mfn, tuple(groups))


def title_of(scenario: Scenario, name: str) -> str:
    """What an actor or coalition is called."""
    return (scenario.actors | scenario.coalitions)[name].title


def _cells(series: TariffSeries, pair: Pair) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Cells of the table with trade of the pair, and their weights in million USD."""
    table, actors = series.stacks.table, series.plan.scenario.actors
    held = table.fits(*(actors[name].regions for name in pair)) & (table.weight_musd > 0)
    cells = np.flatnonzero(held)
    return cells, table.weight_musd[cells]


def _levies(
    plan: Plan, series: TariffSeries, cls: int, bite: NDArray[np.float64], rate: NDArray[np.float64]
) -> tuple[Levy, ...]:
    """Points of each instrument on a class of goods, by date of the act; a ceiling in force counts though it adds 0."""
    points: dict[str, float] = {}
    for layer, amount in series.stacks.breakdown(cls, bite, rate):
        name = layer.partition("#")[0]
        points[name] = points.get(name, 0.0) + amount
    for column, tops_up in enumerate(series.layers):
        if tops_up.mode is Mode.tops_up_to and bite[column] > 0 and cls in series.stacks.covered[column]:
            points.setdefault(tops_up.name.partition("#")[0], 0.0)
    order = list(plan.written.instruments)
    return tuple(
        Levy(name, plan.scenario.instruments[name].title, basis_title(plan.scenario, name), points[name])
        for name in sorted(points, key=order.index)
    )


def _ceilings(series: TariffSeries) -> set[str]:
    """Instruments whose points depend on the MFN rate of each good, so that goods need not pay the same to be alike."""
    return {layer.name.partition("#")[0] for layer in series.layers if layer.mode is Mode.tops_up_to}


def basis_title(scenario: Scenario, instrument: str) -> str:
    """Title of the law that an instrument rests on; empty where none is named."""
    basis = scenario.instruments[instrument].legal_basis
    return "" if basis is None else scenario.legal_bases[basis].title


# ── Measures ─────────────────────────────────────────────────────────────────────────────────────────


class State(StrEnum):
    """Where an instrument is in its life, for a reader."""

    in_force = "in force"
    suspended = "suspended"
    """enacted, and kept out of force by a delay or a live agreement"""
    enacted = "enacted"
    """waits for its date"""
    threatened = "threatened"
    possible = "possible"
    """a lever that could be used"""
    ended = "ended"
    barred = "barred"
    """its legal basis has fallen, or its law has been used up"""


STANDING = (State.in_force, State.suspended, State.enacted, State.threatened)
"""States of an instrument that something has been done about."""


@dataclass(frozen=True)
class Measure:
    """One instrument at one moment."""

    name: str
    title: str
    kind: str
    holder: str
    """name of the actor or coalition"""
    on: tuple[str, ...]
    """actors it touches, by title; nothing means everybody"""
    exempt: tuple[str, ...]
    """actors it was aimed at and does not touch"""
    state: State
    date: int | None
    """suspended: last day of the hold; enacted, threatened: day of entry into force"""
    rate: float | None
    """of a tariff, percentage points"""
    share: float
    """of its scope that it bites on"""
    approval: float | None
    """share of licences approved, of an export control that has licences"""
    basis: str
    """title of the law it rests on"""
    basis_valid: bool


def measures(plan: Plan, moment: Moment) -> list[Measure]:
    """Every instrument of the scenario, in the order of the file."""
    return [_measure(plan, moment, name, part) for name, part in plan.written.instruments.items()]


def _measure(plan: Plan, moment: Moment, name: str, part: Instrument) -> Measure:
    world, day, column = moment.world, moment.day, plan.column("instruments", name)
    deciders = plan.columns["deciders"]
    exempt = [actor for actor in part.on if world.exempt[0, column * len(deciders) + deciders[actor]]]
    state, date = _state(plan, world, column, day)
    standing = plan.standings[column]
    return Measure(
        name,
        part.title,
        part.kind,
        part.by,
        tuple(title_of(plan.scenario, actor) for actor in part.on if actor not in exempt),
        tuple(title_of(plan.scenario, actor) for actor in exempt),
        state,
        date,
        float(world.rate[0, column]) if part.kind == "tariff" else None,
        float(world.share[0, column]),
        float(world.approval[0, column]) if part.approval is not None else None,
        basis_title(plan.scenario, name),
        bool(lives.basis_valid(world, standing, day)[0]),
    )


def _state(plan: Plan, world: World, column: int, day: int) -> tuple[State, int | None]:
    standing = plan.standings[column]
    if lives.in_force(world, column, standing, day)[0]:
        return State.in_force, None
    if lives.suspended(world, column, standing, day)[0]:
        return State.suspended, _held_to(world, column, standing, day)
    if lives.enacted(world, column, standing, day)[0]:
        return State.enacted, _known(int(lives.effective(world, column)[0]))
    if lives.threatened(world, column, day)[0]:
        return State.threatened, _known(int(world.effective[0, column]))
    if lives.ended(world, column, standing, day)[0]:
        return State.ended, None
    return (State.possible if lives.available(world, column, standing, day)[0] else State.barred), None


def _held_to(world: World, column: int, standing: lives.Standing, day: int) -> int | None:
    """Last day of the holds that are on today; those that follow them may keep it out for longer."""
    until = [int(world.expires[0, one]) for one in standing.suspended_by if lives.live(world, one, day)[0]]
    if lives.held(world, column, day)[0]:
        until.append(int(world.held_until[0, column]))
    return _known(max(until))


def _known(day: int) -> int | None:
    return None if day >= MISSING else day


# ── Agreements and law ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Accord:
    """An agreement at one moment."""

    title: str
    parties: tuple[str, ...]
    live: bool
    last_day: int | None
    begun: bool


def accords(plan: Plan, moment: Moment) -> list[Accord]:
    """Every agreement of the scenario, in the order of the file."""
    found = []
    for name, part in plan.written.agreements.items():
        column = plan.column("agreements", name)
        found.append(
            Accord(
                part.title,
                tuple(title_of(plan.scenario, party) for party in part.parties),
                bool(lives.live(moment.world, column, moment.day)[0]),
                _known(int(moment.world.expires[0, column])),
                bool(moment.world.since[0, column] <= moment.day),
            )
        )
    return found


@dataclass(frozen=True)
class Law:
    """A legal basis at one moment."""

    title: str
    valid: bool
    struck: bool
    """by a court's decision that has come"""
    rest_on_it: int
    """instruments in force that rest on it"""


def laws(plan: Plan, moment: Moment) -> list[Law]:
    """Every legal basis of the scenario, in the order of the file."""
    standing = [one for one in measures(plan, moment) if one.state is State.in_force]
    found = []
    for name, part in plan.written.legal_bases.items():
        column, world = plan.column("legal_bases", name), moment.world
        valid = bool(world.invalid_from[0, column] > moment.day)
        struck = bool(world.struck[0, column] and world.decision[0, column] <= moment.day)
        resting = sum(plan.scenario.instruments[one.name].legal_basis == name for one in standing)
        found.append(Law(part.title, valid, struck, resting))
    return found
