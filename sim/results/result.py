"""A finished ensemble: the same methods in memory and at a million runs, because every one reads what it needs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.days import MISSING
from sim.engine.plan import Plan
from sim.results import store
from sim.results.block import digest, outcome_names
from sim.world.log import What

FAN_RUNS = 50_000
"""Fans and shares by day are taken from the first so many runs: their sampling error is then below 0.3 points."""


@dataclass(frozen=True)
class Steps:
    """A series over time in every run."""

    days: NDArray[np.int32]
    """[day]"""
    values: NDArray[np.float64]
    """[run, day]"""


def filled(
    days: NDArray[np.int32],
    runs: int,
    run: NDArray[Any],
    day: NDArray[Any],
    value: NDArray[Any],
    before: float = np.nan,
) -> Steps:
    """Steps from changes: on each of the days the last value at or before it, `before` where there is none.

    `run`, `day` and `value` have one row a change, by run, then by day.
    """
    values = np.full((runs, len(days)), before)
    place = np.searchsorted(days, np.maximum(day, days[0]), side="left")
    seen = place < len(days)
    changed = np.zeros(values.shape, dtype=np.bool_)
    values[run[seen], place[seen]] = value[seen]
    changed[run[seen], place[seen]] = True
    latest = np.maximum.accumulate(np.where(changed, np.arange(len(days)), 0), axis=1)
    return Steps(days, np.take_along_axis(values, latest, axis=1))


class Result:
    """An ensemble of one variant of a scenario (the base or a what-if), read from its folder."""

    def __init__(self, plan: Plan, folder: Path, what_if: str | None = None) -> None:
        self.plan = plan
        self.scenario = plan.written
        self.folder = folder
        self.what_if = what_if

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """How the result came to be: scenario hash, seed, runs, chances, versions, digest."""
        return json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))

    @property
    def runs(self) -> int:
        return int(self.manifest["runs"])

    @property
    def chances(self) -> int:
        return int(self.manifest["chances"])

    @cached_property
    def outcome_names(self) -> list[str]:
        """Outcomes in file order, `other` last."""
        return outcome_names(self.plan)

    def outcome_title(self, name: str) -> str:
        """What an outcome is called in the briefing."""
        return self.scenario.outcomes[name].title if name in self.scenario.outcomes else "Something else"

    def column(self, name: str) -> NDArray[Any]:
        """One column of the runs table, [run] in run order: `outcome`, `indicator.…`, `truce.expires`, …."""
        quoted = name.replace('"', '""')
        return store.read(self.folder, "runs", f'"{quoted}" AS value', order="run")["value"]

    @cached_property
    def outcome(self) -> NDArray[np.int16]:
        """[run] place in `outcome_names`."""
        return self.column("outcome")

    def events(self, where: str = "TRUE") -> store.Columns:
        """The log (run, day, what, who, subject, rule, value), by run, then in the order of happening."""
        return store.read(self.folder, "events", where=where, order="run")

    def digest(self) -> str:
        """The hash of the runs' hashes."""
        return digest(store.each_block(self.folder, "runs", "hash_1, hash_2"))

    def days(self, step: int = 1, since: int | None = None) -> NDArray[np.int32]:
        """Days from `since` (default: as_of) to the horizon, every `step`, the horizon included."""
        first = self.plan.as_of if since is None else since
        days = np.arange(first, self.plan.horizon + 1, step, dtype=np.int32)
        return days if days[-1] == self.plan.horizon else np.append(days, np.int32(self.plan.horizon))

    def path(self, series: str, step: int = 1, since: int | None = None) -> Steps:
        """A tariff series, one of `plan.recorded_series` (`stack.off_list`), in percentage points, as steps.

        From `since` (default: as_of) on; what came before is recorded from `plan.start`.
        """
        column = self.plan.recorded_series.index(series)
        table = store.read(
            self.folder, "rates", "run, day, value", f"series = {column} AND run < {FAN_RUNS}", "run, day"
        )
        return self._filled(table["run"], table["day"], table["value"], self.days(step, since))

    def in_force(self, instrument: str, step: int = 1, since: int | None = None) -> Steps:
        """1 where the instrument is in force, else 0; from `since` (default: as_of) on."""
        subject = self.plan.subject("instruments", self.plan.column("instruments", instrument))
        kinds = f"({int(What.enters_into_force)}, {int(What.stops_being_in_force)})"
        where = f"subject = {subject} AND what IN {kinds} AND run < {FAN_RUNS}"
        table = store.read(self.folder, "events", "run, day, what", where, "run")
        now = (table["what"] == What.enters_into_force).astype(np.float64)
        at_start = float(self.plan_start_in_force[instrument])
        return self._filled(table["run"], table["day"], now, self.days(step, since), at_start)

    @cached_property
    def plan_start_in_force(self) -> dict[str, bool]:
        """Which instruments are in force when the first day begins, by the facts of the file (first run).

        What enters into force on the first day itself is in the log.
        """
        from sim.engine.simulation import Simulation

        opening = Simulation(self.plan, [0], int(self.manifest["seed"]), self.chances)
        opening.advance(self.plan.start)
        names = self.plan.names("instruments")
        found = dict(zip(names, opening.world.in_force[0].tolist(), strict=True))
        entries, first = opening.log.entries(), self.plan.subject("instruments", 0)
        for what, subject in zip(entries.what[::-1].tolist(), entries.subject[::-1].tolist(), strict=True):
            if what in (What.enters_into_force, What.stops_being_in_force):
                found[names[subject - first]] = what == What.stops_being_in_force
        return found

    def _filled(
        self,
        run: NDArray[Any],
        day: NDArray[Any],
        value: NDArray[Any],
        days: NDArray[np.int32],
        before: float = np.nan,
    ) -> Steps:
        return filled(days, min(self.runs, FAN_RUNS), run, day, value, before)

    def first_day(self, what: What, subject: int) -> NDArray[np.int32]:
        """[run] first day of an event on a subject; MISSING where it never happens."""
        where = f"what = {int(what)} AND subject = {subject}"
        table = store.read(self.folder, "events", "run, min(day) AS day", f"{where} GROUP BY run", "run")
        first = np.full(self.runs, MISSING, dtype=np.int32)
        first[table["run"]] = table["day"]
        return first
