"""The story of one future: what happened day by day, what was weighed, and by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import days
from sim.engine.plan import Plan
from sim.engine.simulation import Simulation
from sim.negotiation.policy import Considered
from sim.results.block import Block, finish, outcome_names
from sim.world.log import NATURE, What


@dataclass
class StoryDay:
    """One day of a run."""

    day: int
    events: list[str] = field(default_factory=list)
    weighed: list[Considered] = field(default_factory=list)


@dataclass
class Story:
    """A run told."""

    run: int
    outcome: str
    days: list[StoryDay]
    assumptions: Mapping[str, float]
    """the run's draw of every uncertain assumption, by path"""


def tell(plan: Plan, run: int, seed: int, chances: int) -> Story:
    """Play run `run` again, alone and with everything that was weighed; it is the same run in any ensemble."""
    weighed: list[Considered] = []
    simulation = Simulation(plan, [run], seed, chances, consider=weighed.append)
    simulation.advance()
    found: dict[int, StoryDay] = {}
    entries = simulation.log.entries()
    for place in range(len(entries.row)):
        day = int(entries.day[place])
        what, who, subject = (int(column[place]) for column in (entries.what, entries.who, entries.subject))
        told = sentence(plan, What(what), who, subject, float(entries.value[place]))
        found.setdefault(day, StoryDay(day)).events.append(told)
    for option in weighed:
        found.setdefault(option.day, StoryDay(option.day)).weighed.append(option)
    outcome = outcome_names(plan)[int(finish(simulation).runs["outcome"][0])]
    drawn = {path: float(values[0]) for path, values in simulation.stated().items()}
    return Story(run, outcome, [found[day] for day in sorted(found)], drawn)


_BY_SOMEBODY = {
    What.threatens: "{who} threatens: {what}",
    What.enacts: "{who} enacts {what}",
    What.withdraws: "{who} withdraws {what}",
    What.delays: "{who} puts off {what} by {days}",
    What.narrows: "{who} narrows {what} to {percent} of its scope",
    What.sets_rate: "{who} sets {what} to {value:g} pp",
    What.sets_licences: "{who} approves {percent} of the licences under {what}",
    What.exempts: "{who} frees {actors} from {what}",
    What.extends: "{who} extends {what} by {days}",
    What.ends: "{who} leaves {what}",
    What.offers: "{who} offers: {what}",
    What.accepts: "{who} accepts: {what}",
    What.cancels: "{who} calls off {what}",
    What.joins: "{who} joins {what}",
    What.leaves: "{who} leaves {what}",
    What.concluded: "Deal concluded: {what}",
}
_BY_ITSELF = {
    What.threatens: "Threatened: {what}",
    What.enacts: "Enacted: {what}",
    What.withdraws: "Withdrawn: {what}",
    What.delays: "Put off by {days}: {what}",
    What.narrows: "Narrowed to {percent} of its scope: {what}",
    What.sets_rate: "Set to {value:g} pp: {what}",
    What.sets_licences: "{percent} of the licences approved under {what}",
    What.exempts: "{actors} freed from {what}",
    What.extends: "Extended by {days}: {what}",
    What.ends: "Over: {what}",
    What.cancels: "Called off: {what}",
    What.enters_into_force: "In force from today: {what}",
    What.stops_being_in_force: "No longer in force: {what}",
    What.threat_lapses: "Lapses without being carried out: {what}",
    What.agreement_lapses: "Lapses: {what}",
    What.takes_place: "Takes place: {what}",
    What.does_not_take_place: "Does not take place: {what}",
    What.upheld: "The court upholds {what}",
    What.struck_down: "The court strikes down {what}",
}
"""What terms of a deal, events, dates and courts bring about."""


def sentence(plan: Plan, what: What, who: int, subject: int, value: float) -> str:
    """One event of the log in words."""
    section, _, name = plan.subjects[subject].partition(".")
    pattern = _BY_ITSELF[what] if who == NATURE or what not in _BY_SOMEBODY else _BY_SOMEBODY[what]
    mover = "" if who == NATURE else plan.players[who].title
    # A colon may be followed by a title as it is; within a sentence its article is small.
    title = getattr(plan.scenario, section)[name].title
    words = {
        "who": mover,
        "what": title if ": {what}" in pattern else within_sentence(title),
        "value": value,
        "days": "1 day" if value == 1 else f"{value:.0f} days",
        "actors": "1 actor" if value == 1 else f"{value:.0f} actors",
        "percent": f"{value * 100:.3g} %",
    }
    text = pattern.format(**words)
    is_tariff = section == "instruments" and plan.scenario.instruments[name].kind == "tariff"
    points = f" ({value:g} pp)" if is_tariff and what in (What.threatens, What.enacts) else ""
    return text[0].upper() + text[1:] + points


def within_sentence(title: str) -> str:
    """A title whose article no longer opens a sentence."""
    first, space, rest = title.partition(" ")
    return f"{first.lower()}{space}{rest}" if first in ("The", "A", "An") else title


def first_with(blocks: Iterator[Block], plan: Plan, outcome: str) -> int | None:
    """The first run, in run order, with the outcome."""
    place = outcome_names(plan).index(outcome)
    for block in blocks:
        found = block.runs["run"][block.runs["outcome"] == place]
        if len(found):
            return int(found[0])
    return None


def typical(block: Block) -> int:
    """The most typical run: of the runs with the commonest outcome, the one whose dates lie nearest their medians.

    Nearness is the sum, over the dates of what happened, of the distance from the median in standard
    deviations; a date that is missing in a run where the median run has one counts as three.
    """
    outcome = block.runs["outcome"]
    common = np.flatnonzero(outcome == np.bincount(outcome).argmax())
    return int(block.runs["run"][common[nearest_the_medians(block.runs, common)]])


def nearest_the_medians(runs: Mapping[str, NDArray[Any]], among: NDArray[np.int64]) -> int:
    """Place in `among` (rows of the table of runs) of the row whose dates lie nearest their medians there."""
    distance = np.zeros(len(among))
    for name, values in runs.items():
        if values.dtype == np.int32 and not name.startswith("assumption."):
            distance += _distance(values[among])
    return int(distance.argmin())


_MISSING_COUNTS = 3.0
"""Standard deviations that a date there in most runs, and missing in this one (or the reverse), counts for."""


def _distance(dates: NDArray[np.int32]) -> NDArray[np.float64]:
    there = dates < days.MISSING
    if there.mean() <= 0.5:
        return np.where(there, _MISSING_COUNTS, 0.0)
    median, spread = np.median(dates[there]), max(1.0, float(dates[there].std()))
    return np.where(there, np.abs(dates - median) / spread, _MISSING_COUNTS)
