"""`parley explain`: one future as a dated story."""

from __future__ import annotations

from collections.abc import Iterator

import click
import numpy as np

from sim import days
from sim.analysis.story import Story, first_with, tell, typical, within_sentence
from sim.engine.plan import Plan, plan
from sim.engine.simulation import Simulation
from sim.negotiation.policy import Considered
from sim.results.block import Block, finish, outcome_names
from sim.scenario.correlations import left_to_chance
from sim.scenario.model import OTHER, Scenario
from sim.scenario.problems import closest
from sim.scenario.units import Dimension

FIRST_BLOCK = 100
"""Runs looked at together when the search for one begins."""


def explained(
    scenario: Scenario,
    run: int | None = None,
    outcome: str | None = None,
    runs: int | None = None,
    seed: int | None = None,
) -> str:
    """The story of run `run`, of the first run with `outcome`, or of the most typical run."""
    made = plan(scenario)
    ensemble = scenario.ensemble
    number, seed = runs or ensemble.runs, ensemble.seed if seed is None else seed
    if outcome is not None:
        run = _with_outcome(made, outcome, number, seed)
    elif run is None:
        run = typical(_block(made, 0, number, seed))
    return told(made, tell(made, run, seed, ensemble.chances))


def _with_outcome(made: Plan, outcome: str, runs: int, seed: int) -> int:
    if outcome not in outcome_names(made):
        near = closest(outcome, outcome_names(made))
        hint = f" Did you mean {near!r}?" if near else ""
        raise click.UsageError(f"no outcome {outcome!r}; there are {', '.join(outcome_names(made))}.{hint}")
    run = first_with(_growing(made, runs, seed), made, outcome)
    if run is None:
        raise click.ClickException(f"none of {runs} futures ends in {outcome!r}; try more --runs")
    return run


def _growing(made: Plan, runs: int, seed: int) -> Iterator[Block]:
    """Blocks of which each is twice as large: what is common is found soon, what is rare at no great cost."""
    first, size = 0, FIRST_BLOCK
    while first < runs:
        last = min(first + size, runs)
        yield _block(made, first, last, seed)
        first, size = last, 2 * size


def _block(made: Plan, first: int, last: int, seed: int) -> Block:
    simulation = Simulation(made, np.arange(first, last), seed, made.scenario.ensemble.chances)
    simulation.advance()
    return finish(simulation)


def told(made: Plan, story: Story) -> str:
    """A story as text: the days on which something happens, and what was weighed in vain on all others."""
    outcomes = made.scenario.outcomes
    ending = "Something else" if story.outcome == OTHER else outcomes[story.outcome].title
    lines = [f"{made.scenario.title}", f"Run {story.run} ends in: {ending}", ""]
    for day in story.days:
        if day.events:
            lines.append(f"{days.date(day.day):%a %d %b %Y}")
            lines += [f"  • {event}" for event in day.events]
            lines += [f"      weighed: {_weighed(made, option)}" for option in day.weighed]
    if in_vain := list(_in_vain(made, story)):
        lines += ["", "Weighed on days on which nothing happened, and not done:", *in_vain]
    lines += ["", "Drawn for this run:"]
    lines += [f"  {path} = {_value(made, path, value)}" for path, value in story.assumptions.items()]
    return "\n".join(lines)


def _weighed(made: Plan, option: Considered) -> str:
    """A rule that was weighed, with its odds and how the draw fell."""
    who, rule = made.players[option.player].title, made.rule_titles[option.rule]
    milestone = made.scenario.milestones.get(option.occasion)
    at = within_sentence(milestone.title) if milestone else option.occasion.split(":")[0]
    result = "acts" if option.acted else "does not act"
    return f"{who}, at {at}: {rule} — probability {_odds(option.probability)}, drew {option.uniform:.2f}, {result}"


def _in_vain(made: Plan, story: Story) -> Iterator[str]:
    """Each rule that was weighed on days without events: how often, between which days, at what odds."""
    quiet = [option for day in story.days if not day.events for option in day.weighed]
    for rule in dict.fromkeys(option.rule for option in quiet):
        options = [option for option in quiet if option.rule == rule]
        first, last = days.date(options[0].day), days.date(options[-1].day)
        odds = sorted({_odds(option.probability) for option in options}, key=lambda text: float(text.split()[0]))
        who = made.players[options[0].player].title
        when = f"{len(options)} times, {first} to {last}" if len(options) > 1 else f"once, {first}"
        between = odds[0] if len(odds) == 1 else f"{odds[0]} to {odds[-1]}"
        yield f"  {who}: {made.rule_titles[rule]} — {when}, probability {between}"


def _odds(probability: float) -> str:
    """Small odds with a digit more."""
    return f"{probability * 100:.2g} %" if probability < 0.095 else f"{probability * 100:.0f} %"


def _value(made: Plan, path: str, value: float) -> str:
    scalar = made.scalars[path]
    chance = " (chance)" if left_to_chance(path) else ""
    if scalar.dimension is Dimension.date:
        return f"{days.date(int(value))}{chance}"
    if scalar.dimension is Dimension.share:
        return f"{value:.1%}"
    if scalar.dimension is Dimension.choice:
        return scalar.distribution.labels[int(value)]
    return f"{value:.4g} {scalar.unit}".rstrip()
