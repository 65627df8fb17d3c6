"""The economy of a block of runs: solved at every change of policy on the run's own elasticities, and recorded.

On `as_of`, before anybody moves, the policy of that day is solved for every run and held: it is the reference. After
it a run is solved again where its wedges or limits change, and, while it deviates or after a tariff has been announced,
on the first days of half-years and on the horizon, since flows adjust with time. What is to be solved waits until
somebody reads the economy or the end has come: then the first waiting policies of all runs are solved together, then
the second, …, each from the run's own last state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from sim.economy.collection import collected_percent
from sim.economy.equilibrium import State
from sim.economy.measures import BN, Measures, Picture
from sim.economy.problem import Problem
from sim.economy.solution import Solution
from sim.economy.solver import Solved
from sim.engine.hikes import HikeRecord
from sim.engine.levers import Levers, Rows, distinct, report_days
from sim.engine.wedges import Policy, Wedges

if TYPE_CHECKING:
    from sim.engine.simulation import Simulation

Numbers = NDArray[np.float64]
TOGETHER = 64
"""Runs whose trade is looked at together."""
MOST_WAITING = 4_000
"""Policies that may wait; more would take too much memory."""
MEASURES = (
    "real_income_percent", "real_income_bn", "revenue_bn", "revenue_change_bn", "rent_bn", "imports_bn", "exports_bn",
    "imports_change_percent", "exports_change_percent", "consumer_prices_percent", "statutory_percent",
    "applied_percent", "collected_percent", "pass_through", "rerouted_bn",
)  # fmt: skip
"""Columns of the record by region; `docs/economy.md` says what they are."""


@dataclass(eq=False)
class _Waiting:
    """Policies that are still to be solved."""

    row: Rows
    day: NDArray[np.int64]
    held: NDArray[np.bool_]
    """the policy is the one held: nothing is to be solved"""
    policy: Policy

    def take(self, chosen: NDArray[Any]) -> _Waiting:
        rows = np.arange(len(self.row))[chosen]
        return _Waiting(self.row[rows], self.day[rows], self.held[rows], self.policy.take(rows))


class EconomyRecord:
    """The economy of a simulation's rows: states, reference, and everything noted."""

    def __init__(self, simulation: Simulation, levers: Levers) -> None:
        self._simulation = simulation
        self.levers = levers
        self.plan = simulation.plan
        runs, self.base = len(simulation.world), levers.economy.base
        regions, sectors = self.base.regions, self.base.sectors
        self.report = frozenset(report_days(self.plan.as_of, self.plan.horizon))
        self.measures = Measures(self.base, levers.cell, levers.economy.data.taxed)
        self.wedges = Wedges(simulation, levers)
        self.hikes = HikeRecord(simulation, levers)
        self.stale = np.ones(runs, dtype=np.bool_)
        """[run] those in which a tariff or a limit may have changed"""
        self.deviates = np.zeros(runs, dtype=np.bool_)
        """[run] the present policy is not the one held"""
        self.state = self._at_base(runs)
        self.kind = np.zeros(runs, dtype=np.int64)
        """[run] runs of one kind assume the same, and so have the same economy under the policy held"""
        self.held: Picture | None = None
        """[kind] under the policy held"""
        self.reference: Picture | None = None
        """[kind] what effects are against: under the policy held, or that of the base day"""
        self.held_state = self._at_base(0)
        self.held_error = np.zeros(0)
        self.failed = np.zeros(runs, dtype=np.bool_)
        """[run] some state did not converge"""
        self.residual = np.zeros(runs)
        """[run] largest error of the present state"""
        self.now = np.zeros((runs, regions, len(MEASURES)))
        self.imports_bn = np.zeros((runs, regions, regions))
        """[run, importer, exporter] present annual rate"""
        self.since = np.full(runs, self.plan.as_of, dtype=np.int64)
        """[run] day of the last solution"""
        self.off: dict[str, NDArray[Any]] = {
            "flows": np.zeros((runs, sectors, regions, regions), dtype=np.float32),
            "output": np.zeros((runs, sectors, regions)),
            "price": np.zeros((runs, sectors, regions)),
        }
        """present deviations from the reference: million USD a year, percent, percent"""
        self.sums: dict[str, NDArray[Any]] = {name: np.zeros_like(array) for name, array in self.off.items()}
        """the same times days"""
        self._noted: list[dict[str, NDArray[Any]]] = []
        self._waiting: list[_Waiting] = []
        self._to_hold: tuple[Rows, Policy] | None = None
        """(first runs of their kinds, the policy that is held) until it is solved"""
        self._steady = np.zeros(0, dtype=np.int64)
        """runs in which the horizon changes nothing, until that is noted"""

    def _at_base(self, runs: int) -> State:
        shape = (runs, self.base.regions, self.base.sectors)
        limits, places = len(self.levers.slices), len(self.levers.places)
        return State(
            np.zeros(shape), np.zeros(shape), np.ones(shape), np.zeros(shape[:2]), np.zeros((runs, limits)),
            np.zeros((runs, places)),
        )  # fmt: skip

    # ── The clock's calls ────────────────────────────────────────────────────────────────────────────

    def days(self) -> list[int]:
        """Days on which something of the economy may change though nobody moves."""
        return sorted({self.levers.base_day, *self.levers.boundaries, *self.report})

    def open(self) -> None:
        """The day's derived states stand, nobody has moved: on as_of the policy that is held."""
        if self._simulation.world.today == self.plan.as_of:
            rows = np.arange(len(self.stale))
            self.wedges.update(rows)
            self.hikes.look(rows)
            self.stale[:] = False
            first, self.kind = distinct(self.wedges.hold())
            self._to_hold = first, self.wedges.policy(first)

    def record(self) -> None:
        """The day is over: note what has changed; it is solved when somebody asks."""
        world = self._simulation.world
        today = world.today
        if today < min(self.plan.as_of, self.levers.base_day):
            return
        self.stale |= today in self.levers.boundaries
        self.stale |= (world.invalid_from == today).any(1)  # nobody awaits a tariff any more whose basis has fallen
        rows = np.flatnonzero(self.stale)
        changed = rows
        if len(rows):
            changed = rows[self.wedges.update(rows)]
            self.hikes.look(rows)
            self.stale[:] = False
        if today < self.plan.as_of:
            return
        if today in self.report:
            changed = np.union1d(changed, np.flatnonzero(self.deviates | self.hikes.announced()))
        if len(changed):
            held = self.wedges.is_held(changed)
            self.deviates[changed] = ~held
            day = np.full(len(changed), today, dtype=np.int64)
            self._waiting.append(_Waiting(changed, day, held, self.wedges.policy(changed)))
        if today == self.plan.horizon:
            self._steady = np.setdiff1d(np.arange(len(self.stale)), changed)
        elif sum(len(one.row) for one in self._waiting) > MOST_WAITING:
            self.catch_up()

    def catch_up(self) -> None:
        """Solve all that waits: the policy that is held, then wave by wave, of every run the next one."""
        if self._to_hold is not None:
            first, policy = self._to_hold
            self._to_hold = None
            self._hold(first, policy)
        if self._waiting:
            self._solve_waves()
        self._note(self._steady, self.plan.horizon)
        self._steady = self._steady[:0]

    def _solve_waves(self) -> None:
        row, day, held = (
            np.concatenate([getattr(one, name) for one in self._waiting]) for name in ("row", "day", "held")
        )
        rest = _Waiting(row, day, held, Policy.joined([one.policy for one in self._waiting]))
        self._waiting = []
        while len(rest.row):
            chosen = np.zeros(len(rest.row), dtype=np.bool_)
            chosen[np.unique(rest.row, return_index=True)[1]] = True  # the days come in order
            wave, rest = rest.take(chosen), rest.take(~chosen)
            for part, live in ((wave.take(wave.held), self._back), (wave.take(~wave.held), self._solve)):
                if len(part.row):
                    self._add_up(part.row, part.day)
                    live(part)
                    self._note(part.row, part.day)

    # ── Solving ──────────────────────────────────────────────────────────────────────────────────────

    def _hold(self, first: Rows, policy: Policy) -> None:
        """Solve the policy that is held, once for each kind of runs; `first` are the first runs of their kinds."""
        rows = np.arange(len(self.kind))
        self.held, self.held_state, self.held_error, converged = self._by_kind(first, policy)
        self.reference = self.held
        if self.levers.settings.against == "base_year":
            self.reference, _, _, there = self._by_kind(first, self.wedges.on_the_base_day(len(first)))
            converged &= there
        self.failed = ~converged[self.kind]
        everyone = _Waiting(
            rows, np.full(len(rows), self.plan.as_of), np.ones(len(rows), np.bool_), policy.take(self.kind)
        )
        self._back(everyone)
        self._note(rows, everyone.day)

    def _by_kind(self, first: Rows, policy: Policy) -> tuple[Picture, State, Numbers, NDArray[np.bool_]]:
        """(Pictures, states, errors, converged) [kind] under a policy; `first` are the first runs of their kinds."""
        state, error = self._at_base(len(first)), np.zeros(len(first))
        converged, pictures = np.zeros(len(first), dtype=np.bool_), []
        alike = policy.alike()
        for kinds in alike:
            problem = self.wedges.problem(first[kinds], policy.take(kinds))
            solved = self.levers.economy.solver.solve(problem, State.start(problem, self.base))
            pictures += [self._picture(problem, solved, part) for part in _parts(len(kinds))]
            state.put(kinds, self._whole(solved))
            error[kinds], converged[kinds] = solved.error, solved.converged
        joined = Picture(
            *(np.concatenate([getattr(one, name) for one in pictures]) for name in Picture.__dataclass_fields__)
        )
        return joined.take(np.argsort(np.concatenate(alike))), state, error, converged

    def _back(self, wave: _Waiting) -> None:
        """Runs at the policy held: that solution itself, so that what was reversed leaves no trace."""
        assert self.held is not None
        assert self.reference is not None
        here = self.kind[wave.row]
        self.state.put(wave.row, self.held_state.take(here))
        self.residual[wave.row] = self.held_error[here]
        for part in _parts(len(wave.row)):
            now, reference = self.held.take(here[part]), self.reference.take(here[part])
            self._look(wave.row[part], wave.policy.take(part), now, reference)

    def _solve(self, wave: _Waiting) -> None:
        for rows in wave.policy.alike():
            self._solve_alike(wave.take(rows))

    def _solve_alike(self, wave: _Waiting) -> None:
        assert self.reference is not None
        rows = wave.row
        problem = self.wedges.problem(rows, wave.policy)
        solved = self.levers.economy.solver.solve(problem, self._start(rows, problem))
        self.state.put(rows, self._whole(solved))
        lost = rows[~solved.converged]
        self.state.put(lost, self._at_base(len(lost)))
        self.failed[lost] = True
        self.residual[rows] = solved.error
        for part in _parts(len(rows)):
            reference = self.reference.take(self.kind[rows[part]])
            self._look(rows[part], wave.policy.take(part), self._picture(problem, solved, part), reference)

    def _start(self, rows: Rows, problem: Problem) -> State:
        """The runs' own last states; a ban has no end of rent, and what is no longer banned begins without."""
        start = self.state.take(rows)
        if problem.capacity is None:
            start.log_capacity = start.log_capacity[:, :0]
        if problem.limits is None:
            start.log_rent = start.log_rent[:, :0]
        else:
            rent = np.where(np.isfinite(start.log_rent), start.log_rent, 0.0)
            start.log_rent = np.where(problem.limits.allowed == 0, np.inf, rent)
        return start

    def _whole(self, solved: Solved) -> State:
        """The states of a solution, with a place for every slice and output, also where none was limited."""
        state = solved.state.take(np.arange(len(solved.error)))
        if not state.log_rent.shape[1]:
            state.log_rent = np.zeros((len(solved.error), len(self.levers.slices)))
        if not state.log_capacity.shape[1]:
            state.log_capacity = np.zeros((len(solved.error), len(self.levers.places)))
        return state

    def _picture(self, problem: Problem, solved: Solved, part: Rows) -> Picture:
        mine = Solved(
            solved.state.take(part), solved.error[part], solved.labour[part], solved.steps[part], solved.converged[part]
        )
        piece = problem.take(part)
        return Picture.of(Solution(self.base, piece, mine, single=False), piece.tariff)

    # ── What is looked at ────────────────────────────────────────────────────────────────────────────

    def _look(self, rows: Rows, policy: Policy, now: Picture, reference: Picture) -> None:
        """Work out the measures of `rows` and how they deviate from their reference."""
        measures, assumed = self.measures, self.wedges.assumed
        pairs, before = measures.imports_bn(now), measures.imports_bn(reference)
        values = {
            "real_income_percent": measures.real_income_percent(now, reference),
            "real_income_bn": measures.real_income_bn(now, reference),
            "revenue_bn": now.revenue_musd / BN,
            "revenue_change_bn": (now.revenue_musd - reference.revenue_musd) / BN,
            "rent_bn": now.rent_musd / BN,
            "imports_bn": pairs.sum(2),
            "exports_bn": pairs.sum(1),
            "imports_change_percent": 100 * (pairs.sum(2) / before.sum(2) - 1),
            "exports_change_percent": 100 * (pairs.sum(1) / before.sum(1) - 1),
            "consumer_prices_percent": measures.consumer_prices_percent(
                now, reference, assumed["border_to_retail"][rows]
            ),
            "statutory_percent": measures.average_percent(policy.statutory),
            "applied_percent": measures.average_percent(now.tariff),
            "collected_percent": collected_percent(now.revenue_musd, measures.taxed_imports_musd(now)),
            "pass_through": measures.pass_through(now, reference),
            "rerouted_bn": measures.by_importer_bn(
                now, np.where(policy.way_around, assumed["rerouting"][rows, np.newaxis], 0.0)
            ),
        }
        failed = self.failed[rows]
        for column, name in enumerate(MEASURES):
            self.now[rows, :, column] = np.where(failed[:, np.newaxis], np.nan, values[name])
        self.imports_bn[rows] = np.where(failed[:, np.newaxis, np.newaxis], np.nan, pairs)
        self.off["flows"][rows] = now.flows_musd - reference.flows_musd
        self.off["output"][rows] = measures.output_percent(now, reference)
        self.off["price"][rows] = measures.price_percent(now, reference)

    def _add_up(self, rows: Rows, day: NDArray[np.int64]) -> None:
        """Add what has been since the last solution, up to the day before `day` [row], to the sums over days."""
        passed = (day - self.since[rows]).astype(np.float64)
        for name, sums in self.sums.items():
            spread = passed.reshape(-1, *(1,) * (sums.ndim - 1)).astype(sums.dtype)
            sums[rows] += self.off[name][rows] * spread
        self.since[rows] = day

    def _note(self, rows: Rows, day: NDArray[np.int64] | int) -> None:
        if len(rows):
            entry: dict[str, NDArray[Any]] = {
                "row": rows.copy(),
                "day": np.broadcast_to(np.asarray(day, dtype=np.int32), rows.shape).copy(),
            }
            values = {"value": self.now[rows], "failed": self.failed[rows], "residual": self.residual[rows]}
            self._noted.append(entry | values)

    def measure(self, name: str, regions: list[int], partners: list[int]) -> Numbers:
        """[run] a measure of an actor as it is now: of `names.ECONOMY`, over the regions that it speaks for."""
        self.catch_up()
        if name == "imports":
            return self.imports_bn[:, regions][:, :, partners].sum((1, 2))
        columns = {"tariff_revenue": "revenue_bn", "exports": "exports_bn"}
        if name in columns:
            return self.now[:, regions, MEASURES.index(columns[name])].sum(1)
        percent = self.now[:, regions, MEASURES.index(f"{name}_percent")]
        weight = self.base.income[regions] / self.base.income[regions].sum()
        return (percent * weight).sum(1)

    # ── What was ─────────────────────────────────────────────────────────────────────────────────────

    def entries(self) -> dict[str, NDArray[Any]]:
        """Everything noted: row, day, value [entry, region, measure], failed; by row, then by day."""
        shape = (0, self.base.regions, len(MEASURES))
        empty: dict[str, NDArray[Any]] = {
            "row": np.zeros(0, np.int64),
            "day": np.zeros(0, np.int32),
            "value": np.zeros(shape),
        }
        chunks: list[dict[str, NDArray[Any]]] = [
            empty | {"failed": np.zeros(0, np.bool_), "residual": np.zeros(0)},
            *self._noted,
        ]
        noted = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
        # Of several entries on one day the last counts: on as_of the policy that is held comes first.
        order = np.lexsort((np.arange(len(noted["row"])), noted["day"], noted["row"]))
        row, day = noted["row"][order], noted["day"][order]
        last = np.ones(len(row), dtype=np.bool_)
        last[:-1] = (row[1:] != row[:-1]) | (day[1:] != day[:-1])
        return {name: values[order[last]] for name, values in noted.items()}

    # ── Copies and disk ──────────────────────────────────────────────────────────────────────────────

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything that `resume` needs."""
        self.catch_up()
        return self._stored(self._kept(), self.entries(), self.wedges.arrays(), self.hikes.arrays())

    def take(self, index: Rows) -> dict[str, NDArray[Any]]:
        """The `arrays` of some rows, renumbered 0, 1, …; a row taken twice has its past twice."""
        self.catch_up()
        entries = self.entries()
        first, last = np.searchsorted(entries["row"], [index, index + 1])
        chosen = np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)] or [np.empty(0, np.int64)])
        taken = {name: values[chosen] for name, values in entries.items()}
        taken["row"] = np.repeat(np.arange(len(index)), last - first)
        kept = {name: values[index] for name, values in self._kept().items()}
        return self._stored(kept, taken, self.wedges.take(index), self.hikes.take(index))

    def _kept(self) -> dict[str, NDArray[Any]]:
        """Arrays by run."""
        kept: dict[str, NDArray[Any]] = {name: getattr(self, name) for name in _KEPT}
        for group in ("state", "off", "sums"):
            own = getattr(self, group)
            kept |= {
                f"{group}.{name}": values for name, values in (own if isinstance(own, dict) else vars(own)).items()
            }
        return kept

    def _stored(self, kept: Any, entries: Any, wedges: Any, hikes: Any) -> dict[str, NDArray[Any]]:
        groups: dict[str, Any] = {
            "entries": entries,
            "wedges": wedges,
            "hikes": hikes,
            "held_state": vars(self.held_state),
        }
        groups["held"] = {} if self.held is None else vars(self.held)
        groups["reference"] = {} if self.reference is None else vars(self.reference)
        stored = kept | {"held_error": self.held_error}
        for group, arrays in groups.items():
            stored |= {f"{group}.{name}": values for name, values in arrays.items()}
        return stored

    def resume(self, arrays: dict[str, NDArray[Any]]) -> Self:
        """Take up the record that was written down by `arrays`."""

        def group(name: str) -> dict[str, NDArray[Any]]:
            return {key.removeprefix(f"{name}."): array for key, array in arrays.items() if key.startswith(f"{name}.")}

        for name in (*_KEPT, "held_error"):
            setattr(self, name, arrays[name])
        self.state, self.held_state = State(**group("state")), State(**group("held_state"))
        self.off, self.sums, self._noted = group("off"), group("sums"), [group("entries")]
        self.wedges.resume(group("wedges"))
        self.hikes.resume(group("hikes"))
        if held := group("held"):
            self.held, self.reference = Picture(**held), Picture(**group("reference"))
        return self


_KEPT = ("stale", "deviates", "kind", "failed", "residual", "now", "imports_bn", "since")


def _parts(count: int) -> list[Rows]:
    return [np.arange(first, min(count, first + TOGETHER)) for first in range(0, count, TOGETHER)]
