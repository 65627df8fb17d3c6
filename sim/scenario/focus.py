"""Focus: the actor for which a page of its own is made, named by a region of the trade data or by its own name."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.findings import Finding
from sim.scenario.model import Scenario
from sim.scenario.problems import closest, describe


def speaker(scenario: Scenario, name: str) -> str | None:
    """The actor that a region code (`DEU`) or an actor's name (`germany`) stands for; None if nothing has it."""
    return name if name in scenario.actors else _holders(scenario).get(name)


def code(scenario: Scenario, name: str) -> str:
    """How the page of a focus is called: the region, where it is one or the actor holds one; else the actor's name."""
    if name in _holders(scenario):
        return name
    return next(iter(scenario.actors[name].regions), name)


def unknown(scenario: Scenario, name: str) -> tuple[str, str | None]:
    """What is wrong with a focus that nobody speaks for, and the closest one that somebody does."""
    regions = _holders(scenario)
    listed = f"regions: {', '.join(sorted(regions)) or 'none are held'}; actors: {', '.join(sorted(scenario.actors))}"
    message = f"found {describe(name)}; a focus is a region that an actor speaks for, or an actor ({listed})"
    return message, closest(name, [*regions, *scenario.actors])


def check(scenario: Scenario) -> Iterator[Finding]:
    """A focus that nobody speaks for."""
    if scenario.focus is not None and speaker(scenario, scenario.focus) is None:
        message, near = unknown(scenario, scenario.focus)
        yield Finding(("focus",), message, near, unknown=scenario.focus)


def _holders(scenario: Scenario) -> dict[str, str]:
    """Region → the actor that speaks for it."""
    return {region: name for name, actor in scenario.actors.items() for region in actor.regions}
