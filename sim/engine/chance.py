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
from sim.scenario.scalars import Scalar

if TYPE_CHECKING:
    from sim.engine.simulation import Simulation


def is_chance(path: str) -> bool:
    """Dates of milestones and of court decisions are left to chance; every other assumption is not known."""
    return path.endswith(".challenge.decision") or (path.startswith("milestones.") and path.endswith(".date"))


def draw(
    plan: Plan, known: Uniforms, chance: Uniforms, quantiles: Mapping[str, NDArray[np.float64]] | None
) -> dict[str, NDArray[np.float64]]:
    """Every uncertain assumption by path, [run]."""
    uncertain = {path: scalar for path, scalar in plan.scalars.items() if not scalar.fixed}
    drawn: dict[str, NDArray[np.float64]] = {}
    for uniforms, wanted in ((known, False), (chance, True)):
        group = {path: scalar for path, scalar in uncertain.items() if is_chance(path) == wanted}
        together = [c for c in plan.scenario.correlations if set(c.between) <= set(group)]
        drawn |= draw_assumptions(group, together, uniforms, quantiles)
    return drawn


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
