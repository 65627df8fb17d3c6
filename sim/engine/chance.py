"""What is left to chance and what is not known: drawn at the start, and chance drawn again after a fork."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.days import MISSING
from sim.engine.plan import Plan
from sim.negotiation.policy import Truths
from sim.sampling.distributions import quantile_after
from sim.sampling.draws import draw_assumptions
from sim.sampling.uniforms import Uniforms
from sim.scenario.correlations import left_to_chance
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
    return (
        {path: values[place] for path, values in drawn.items()}  # drawn once for the futures that share them
        | draw_assumptions(designed, (), Uniforms(seed, run // chances), given)
        | draw_assumptions(chancy, _together(plan, chancy), Uniforms(seed, run), given)
    )


def _together(plan: Plan, group: Mapping[str, Scalar]) -> list[Correlation]:
    return [correlation for correlation in plan.scenario.correlations if set(correlation.between) <= set(group)]


def redraw(twin: Simulation, children: Truths) -> None:
    """Give children new dates, meetings and rulings where the parent's have not come yet."""
    world, today, plan = twin.world, twin.world.today, twin.plan
    for column, (name, milestone) in enumerate(plan.scenario.milestones.items()):
        ahead = children & (world.date[:, column] > today)
        _redraw_date(twin, world.date[:, column], milestone.date, f"milestones.{name}.date", ahead)
        chance = twin.value(milestone.takes_place, f"milestones.{name}.takes_place")
        drawn = twin.uniforms.draw(f"takes_place:{name}") < chance
        world.takes_place[ahead, column] = drawn[ahead]
    for column, (name, basis) in enumerate(plan.scenario.legal_bases.items()):
        if (challenge := basis.challenge) is None:
            continue
        path = f"legal_bases.{name}.challenge"
        ahead = children & (world.decision[:, column] > today)
        _redraw_date(twin, world.decision[:, column], challenge.decision, f"{path}.decision", ahead)
        struck = twin.uniforms.draw(f"court:{name}") < twin.value(challenge.struck, f"{path}.struck")
        world.struck[ahead, column] = struck[ahead]
        lag = np.asarray(twin.value(challenge.lag, f"{path}.lag"), dtype=np.int32)
        falls = np.where(struck, world.decision[:, column] + lag, MISSING).astype(np.int32)
        world.invalid_from[ahead, column] = falls[ahead]


def _redraw_date(twin: Simulation, dates: NDArray[np.int32], scalar: Scalar, path: str, ahead: Truths) -> None:
    if scalar.fixed or not ahead.any():
        return
    uniform = twin.uniforms.draw(f"assumption:{path}")
    redrawn = quantile_after(scalar.distribution, uniform, twin.world.today, scalar.dimension)
    dates[ahead] = redrawn[ahead]
    twin.assumptions[path] = np.where(ahead, redrawn, twin.assumptions[path])
