"""The steps of a day that nobody decides: what lapses, what enters into force, courts, meetings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.days import MISSING
from sim.engine.acts import OF_NATURE, carry_out
from sim.instruments import lives, moves
from sim.negotiation.policy import Rows
from sim.world.log import What

if TYPE_CHECKING:
    from sim.engine.simulation import Simulation


def open_day(simulation: Simulation) -> None:
    """Steps 1–3: derived states change, exogenous events happen, meetings are held."""
    _lapse_threats(simulation)
    _lapse_agreements(simulation)
    _note_boundaries(simulation)
    record_in_force(simulation)
    _decide_courts(simulation)
    _hold_milestones(simulation)


def _falls(simulation: Simulation, array: str, column: int, offset: int = 0) -> bool:
    return simulation.calendar.falls(array, column, simulation.world.today, offset)


def _tell(simulation: Simulation, rows: Rows, what: What, section: str, column: int) -> None:
    simulation.log.add(rows, simulation.world.today, what, simulation.plan.subject(section, column))


def _lapse_threats(simulation: Simulation) -> None:
    for i in range(len(simulation.plan.instruments)):
        if not (_falls(simulation, "effective", i) or _falls(simulation, "effective", i, 1)):
            continue
        rows = np.flatnonzero(
            lives.threat_lapses_on(simulation.world, i, simulation.whole_lag(i)) == simulation.world.today
        )
        if len(rows):
            moves.lapse(simulation.world, i, rows, simulation.world.today)
            simulation.touched("effective", i, rows)
            _tell(simulation, rows, What.threat_lapses, "instruments", i)


def _lapse_agreements(simulation: Simulation) -> None:
    world = simulation.world
    for column in range(world.expires.shape[1]):
        if not _falls(simulation, "expires", column, 1):
            continue
        first_day_without = world.expires[:, column] + 1 == world.today
        rows = np.flatnonzero(first_day_without & (world.left_on[:, column] != world.expires[:, column]))
        first = rows[world.agreement_lapsed_on[rows, column] == MISSING]
        world.agreement_lapsed_on[first, column] = world.today
        _tell(simulation, rows, What.agreement_lapses, "agreements", column)


def _note_boundaries(simulation: Simulation) -> None:
    """Instruments whose derived state may change today."""
    world = simulation.world
    agreements = {
        column
        for column in range(world.expires.shape[1])
        if _falls(simulation, "expires", column, 1) or _falls(simulation, "since", column)
    }
    bases = {column for column in range(world.invalid_from.shape[1]) if _falls(simulation, "invalid_from", column)}
    for i, standing in enumerate(simulation.plan.standings):
        if (
            world.today == simulation.plan.start
            or standing.basis in bases
            or not agreements.isdisjoint(standing.suspended_by)
            or _falls(simulation, "effective", i)
            or _falls(simulation, "ends", i, 1)
            or _falls(simulation, "held_until", i, 1)
        ):
            simulation.dirty.add(i)


def record_in_force(simulation: Simulation) -> None:
    """Note which instruments have entered or left force since they were last looked at."""
    plan, rows, today = simulation.plan, simulation.stirred, simulation.world.today
    world = simulation.view.within(rows).world
    for i in sorted(simulation.dirty):
        now = lives.in_force(world, i, plan.standings[i], today)
        changed = np.flatnonzero(now != world.in_force[:, i])
        if not len(changed):
            continue
        simulation.world.in_force[rows[changed], i] = now[changed]
        if plan.instruments[i].kind == "tariff":
            simulation.series.stale[rows[changed]] = True
        if simulation.economy is not None and i in simulation.economy.levers.felt:
            simulation.economy.stale[rows[changed]] = True
        # On the first day only what becomes effective on it is news.
        told = changed if today > plan.start else changed[world.effective[:, i][changed] == today]
        _tell(simulation, rows[told[now[told]]], What.enters_into_force, "instruments", i)
        _tell(simulation, rows[told[~now[told]]], What.stops_being_in_force, "instruments", i)
    simulation.dirty = set()


def _decide_courts(simulation: Simulation) -> None:
    world = simulation.world
    for column in range(world.decision.shape[1]):
        if _falls(simulation, "decision", column):
            decided = world.decision[:, column] == world.today
            struck = world.struck[:, column]
            _tell(simulation, np.flatnonzero(decided & struck), What.struck_down, "legal_bases", column)
            _tell(simulation, np.flatnonzero(decided & ~struck), What.upheld, "legal_bases", column)


def _hold_milestones(simulation: Simulation) -> None:
    world = simulation.world
    for column in range(world.date.shape[1]):
        if not _falls(simulation, "date", column):
            continue
        today = world.date[:, column] == world.today
        held = today & world.takes_place[:, column] & (world.cancelled_on[:, column] == MISSING)
        _tell(simulation, np.flatnonzero(held), What.takes_place, "milestones", column)
        _tell(simulation, np.flatnonzero(today & ~held), What.does_not_take_place, "milestones", column)
        for act in simulation.plan.events.get(column, ()):
            carry_out(simulation, act, np.flatnonzero(held), OF_NATURE)
