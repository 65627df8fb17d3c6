"""The story of one future: what happened day by day, what was weighed, and by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

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
    weighed: list[str] = field(default_factory=list)


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
        told = sentence(plan, what, who, subject, float(entries.value[place]))
        found.setdefault(day, StoryDay(day)).events.append(told)
    for option in weighed:
        found.setdefault(option.day, StoryDay(option.day)).weighed.append(_weighed(plan, option))
    outcome = outcome_names(plan)[int(finish(simulation).runs["outcome"][0])]
    drawn = {path: float(values[0]) for path, values in sorted(simulation.assumptions.items())}
    return Story(run, outcome, [found[day] for day in sorted(found)], drawn)


_BARE = {
    What.threatens: "{who} threatens {what} ({value:g} pp)",
    What.enacts: "{who} enacts {what}",
    What.withdraws: "{who} withdraws {what}",
    What.delays: "{what} is put off by {value:.0f} days",
    What.narrows: "{what} is narrowed to {value:.0%} of its scope",
    What.sets_rate: "{who} sets {what} to {value:g} pp",
    What.sets_licences: "{who} approves {value:.0%} of the licences under {what}",
    What.exempts: "{what} no longer touches {value:.0f} actor(s)",
    What.extends: "{what} is extended by {value:.0f} days",
    What.ends: "{who} leaves {what}",
    What.offers: "{who} offers: {what}",
    What.accepts: "{who} accepts: {what}",
    What.cancels: "{who} calls off {what}",
    What.joins: "{who} joins {what}",
    What.leaves: "{who} leaves {what}",
    What.concluded: "Deal concluded: {what}",
    What.enters_into_force: "{what} enters into force",
    What.stops_being_in_force: "{what} is no longer in force",
    What.threat_lapses: "The threat of {what} passes its date without being carried out",
    What.agreement_lapses: "{what} lapses",
    What.takes_place: "{what} takes place",
    What.does_not_take_place: "{what} does not take place",
    What.upheld: "The court upholds {what}",
    What.struck_down: "The court strikes down {what}",
}


def sentence(plan: Plan, what: int, who: int, subject: int, value: float) -> str:
    """One event of the log in words."""
    section, _, name = plan.subjects[subject].partition(".")
    title = getattr(plan.scenario, section)[name].title
    mover = "By agreement or event" if who == NATURE else plan.players[who].title
    text = _BARE[What(what)].format(who=mover, what=title, value=value)
    return text[0].upper() + text[1:]


def _weighed(plan: Plan, option: Considered) -> str:
    """A rule that was weighed, with its odds and how the draw fell."""
    who, rule = plan.players[option.player].title, plan.rule_titles[option.rule]
    at = option.occasion.split(":")[0].replace("_", " ")
    result = "acts" if option.acted else "does not act"
    return f"{who}, at {at}: {rule} — probability {option.probability:.0%}, drew {option.uniform:.2f}, {result}"


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
    distance = np.zeros(len(common))
    for name, values in block.runs.items():
        if values.dtype == np.int32 and not name.startswith("assumption."):
            distance += _distance(values[common])
    return int(block.runs["run"][common[distance.argmin()]])


_MISSING_COUNTS = 3.0
"""Standard deviations that a date there in most runs, and missing in this one (or the reverse), counts for."""


def _distance(dates: NDArray[np.int32]) -> NDArray[np.float64]:
    there = dates < days.MISSING
    if there.mean() <= 0.5:
        return np.where(there, _MISSING_COUNTS, 0.0)
    median, spread = np.median(dates[there]), max(1.0, float(dates[there].std()))
    return np.where(there, np.abs(dates - median) / spread, _MISSING_COUNTS)
