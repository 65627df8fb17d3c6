"""What bites on an actor: for how many days, and on the last one, controls are in force from which it is not freed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.days import MISSING
from sim.negotiation.policy import Act
from sim.results import store
from sim.results.result import Result
from sim.scenario.model import Scenario
from sim.world.log import What

CONTROLS = ("export_control", "quota", "rule")
"""Kinds of instruments that bite on trade without being a tariff."""
ROWS = 2_000
"""Runs that are laid out day by day at a time."""


@dataclass(frozen=True)
class Bite:
    """How a group of instruments bears on an actor."""

    days: NDArray[np.float64]
    """[run] share of the days from as_of to the horizon with one of them in force on it"""
    last: NDArray[np.bool_]
    """[run] one of them is in force on it on the last day"""


def controls(scenario: Scenario, actor: str) -> dict[str, list[str]]:
    """The controls and rules that may bite on the actor, in the order of the file: those of a package as one group.

    Keys are names of packages, and of instruments that stand alone.
    """
    kinds = {name: part.kind for name, part in scenario.instruments.items()}
    aimed = [name for name, kind in kinds.items() if kind in CONTROLS and _aimed(scenario, name, actor)]
    packed: dict[str, str] = {}
    for package, part in scenario.packages.items():
        packed |= {name: package for name in part.instruments if name not in packed}
    found: dict[str, list[str]] = {}
    for name in aimed:
        found.setdefault(packed.get(name, name), []).append(name)
    return found


def _aimed(scenario: Scenario, name: str, actor: str) -> bool:
    part = scenario.instruments[name]
    if part.on:
        return actor in part.on
    holders = scenario.coalitions[part.by].members if part.by in scenario.coalitions else [part.by]
    return actor not in holders


def bites(result: Result, groups: Mapping[str, Sequence[str]], actor: str | None = None) -> dict[str, Bite]:
    """For each group of instruments, how it bears on the actor in every run; on anybody, where none is named."""
    parts: dict[str, list[Bite]] = {group: [] for group in groups}
    for folder in store.blocks(result.folder):
        first, count = (int(text) for text in folder.name.split("-")[1:])
        lives = {
            name: _Life(result, folder, first, count, name, actor) for name in {n for g in groups.values() for n in g}
        }
        for start in range(0, count, ROWS):
            rows = slice(start, min(start + ROWS, count))
            laid = {name: life.by_day(rows) for name, life in lives.items()}
            for group, names in groups.items():
                on = np.logical_or.reduce([laid[name] for name in names])
                parts[group].append(Bite(on.mean(axis=1), on[:, -1].copy()))
    return {
        group: Bite(np.concatenate([one.days for one in some]), np.concatenate([one.last for one in some]))
        for group, some in parts.items()
    }


class _Life:
    """An instrument in the runs of a block: when it enters into force and stops, and when the actor is freed."""

    def __init__(self, result: Result, folder: Path, first: int, count: int, name: str, actor: str | None) -> None:
        self.plan = result.plan
        self.at_start = result.plan_start_in_force[name]
        column = self.plan.column("instruments", name)
        subject = self.plan.subject("instruments", column)
        path = str(folder / "events.parquet")
        run, day, what = store.connect().execute(_CHANGES, [path, subject]).fetchnumpy().values()
        self.row, self.day = run - first, np.maximum(day - self.plan.as_of, 0)
        self.change = np.where(what == What.enters_into_force, 1, -1).astype(np.int8)
        self.freed = np.full(count, MISSING, dtype=np.int64)
        if actor is not None:
            for condition in _freeing(result, column, self.plan.column("deciders", actor)):
                found = store.connect().execute(_FIRST.format(condition), [path]).fetchnumpy()
                row, when = found["run"] - first, found["day"]
                self.freed[row] = np.minimum(self.freed[row], when)

    def by_day(self, rows: slice) -> NDArray[np.bool_]:
        """[run, day] in force on the actor, from as_of to the horizon."""
        days = self.plan.horizon - self.plan.as_of + 1
        changes = np.zeros((rows.stop - rows.start, days), dtype=np.int8)
        chosen = (self.row >= rows.start) & (self.row < rows.stop) & (self.day < days)
        np.add.at(changes, (self.row[chosen] - rows.start, self.day[chosen]), self.change[chosen])
        changes[:, 0] += self.at_start
        on = np.cumsum(changes, axis=1, dtype=np.int8) > 0
        freed = self.freed[rows, np.newaxis] <= self.plan.as_of + np.arange(days)
        held: NDArray[np.bool_] = on & ~freed
        return held


_CHANGES = f"""
    SELECT run, day, what FROM read_parquet(?)
    WHERE subject = ? AND what IN ({int(What.enters_into_force)}, {int(What.stops_being_in_force)})
"""
_FIRST = "SELECT run, min(day) AS day FROM read_parquet(?) WHERE {} GROUP BY run"


def _freeing(result: Result, instrument: int, actor: int) -> list[str]:
    """Conditions on the log under which the actor is freed from the instrument: by a deal, an event, a move."""
    plan = result.plan
    subject = plan.subject("instruments", instrument)

    def frees(acts: Sequence[Act]) -> bool:
        return any(act.verb == "exempt" and instrument in act.targets and actor in act.actors for act in acts)

    found = [
        f"what = {int(What.concluded)} AND subject = {plan.subject('deals', deal)}"
        for deal, (_, terms) in enumerate(plan.deals)
        if frees(terms)
    ]
    found += [
        f"what = {int(What.takes_place)} AND subject = {plan.subject('milestones', event)}"
        for event, acts in plan.events.items()
        if frees(acts)
    ]
    for player in plan.players:
        rules = [rule.index for rule in player.rules if frees(rule.acts)]
        rules += [scripted.index for scripted in player.script if frees(scripted.acts)]
        if rules:
            listed = ", ".join(map(str, rules))
            found.append(f"what = {int(What.exempts)} AND subject = {subject} AND who >= 0 AND rule IN ({listed})")
    return found
