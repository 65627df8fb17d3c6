"""What is left to chance and what is not known: drawn at the start, and chance drawn again after a fork."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.days import MISSING
from sim.engine.plan import Plan
from sim.negotiation.policy import Truths
from sim.sampling.draws import draw_assumptions, redraw_after
from sim.sampling.uniforms import Uniforms
from sim.scenario.correlations import Made, left_to_chance, together
from sim.scenario.model import Correlation
from sim.scenario.scalars import Scalar

if TYPE_CHECKING:
    from sim.engine.simulation import Simulation


def draw(
    plan: Plan,
    seed: int,
    run: NDArray[np.int64],
    chances: int,
    quantiles: Mapping[str, NDArray[np.float64]] | None = None,
) -> dict[str, NDArray[np.float64]]:
    """Every uncertain assumption by path, [run]: run k has row k // chances of what is not known, k of chance.

    `quantiles` is an external design by path, [run] in (0, 1).
    """
    given = quantiles or {}
    uncertain = {path: scalar for path, scalar in plan.scalars.items() if not scalar.fixed}
    unknown = {path: scalar for path, scalar in uncertain.items() if not left_to_chance(path)}
    chancy = {path: scalar for path, scalar in uncertain.items() if left_to_chance(path)}
    rows, place = np.unique(run // chances, return_inverse=True)
    designed = {path: scalar for path, scalar in unknown.items() if path in given}
    shared = {path: scalar for path, scalar in unknown.items() if path not in given}
    drawn = draw_assumptions(shared, _together(plan, unknown), Uniforms(seed, rows))
    projects = () if plan.scenario.supply is None else sorted(plan.scenario.supply.projects)
    built = {path: Uniforms(seed, rows).draw(path) for path in (f"supply.projects.{name}.built" for name in projects)}
    return (
        {path: values[place] for path, values in (drawn | built).items()}  # drawn once for the futures that share them
        | draw_assumptions(designed, (), Uniforms(seed, run // chances), given)
        | draw_assumptions(chancy, _together(plan, chancy), Uniforms(seed, run), given)
    )


def _together(plan: Plan, group: Mapping[str, Scalar]) -> list[Correlation | Made]:
    return [correlation for correlation in together(plan.scenario) if set(correlation.between) <= set(group)]


def redraw(twin: Simulation, children: Truths) -> None:
    """Give children new dates, meetings and rulings where the parent's have not come yet.

    Dates go together as the scenario correlates them, among themselves and with those that have come.
    """
    world, plan = twin.world, twin.plan
    ahead = {path: children & (date > world.today) for path, date in _dates(twin).items()}
    _redraw_dates(twin, ahead)
    for column, (name, milestone) in enumerate(plan.scenario.milestones.items()):
        chance = twin.value(milestone.takes_place, f"milestones.{name}.takes_place")
        drawn = twin.uniforms.draw(f"takes_place:{name}") < chance
        rows = ahead[f"milestones.{name}.date"]
        world.takes_place[rows, column] = drawn[rows]
    for column, (name, basis) in enumerate(plan.scenario.legal_bases.items()):
        if (challenge := basis.challenge) is None:
            continue
        path = f"legal_bases.{name}.challenge"
        rows = ahead[f"{path}.decision"]
        struck = twin.uniforms.draw(f"court:{name}") < twin.value(challenge.struck, f"{path}.struck")
        world.struck[rows, column] = struck[rows]
        lag = np.asarray(twin.value(challenge.lag, f"{path}.lag"), dtype=np.int32)
        falls = np.where(struck, world.decision[:, column] + lag, MISSING).astype(np.int32)
        world.invalid_from[rows, column] = falls[rows]


def _dates(twin: Simulation) -> dict[str, NDArray[np.int32]]:
    """[run] the dates that are left to chance, by path: columns of the World itself."""
    world, scenario = twin.world, twin.plan.scenario
    dates = {f"milestones.{name}.date": world.date[:, column] for column, name in enumerate(scenario.milestones)}
    for column, (name, basis) in enumerate(scenario.legal_bases.items()):
        if basis.challenge is not None:
            dates[f"legal_bases.{name}.challenge.decision"] = world.decision[:, column]
    return dates


def _redraw_dates(twin: Simulation, ahead: dict[str, Truths]) -> None:
    chancy = {path: twin.plan.scalars[path] for path in ahead if not twin.plan.scalars[path].fixed}
    correlations = _together(twin.plan, chancy)
    values = {path: twin.assumptions[path] for path in chancy}
    redrawn = redraw_after(twin.world.today, chancy, correlations, twin.uniforms, values, ahead)
    twin.assumptions.update(redrawn)
    for path, date in _dates(twin).items():
        if path in redrawn:
            date[ahead[path]] = redrawn[path][ahead[path]]
