"""The economy of a block of runs: solved at every change of policy on the run's own elasticities, and recorded.

From the base day on, what the law has changed is noted with its age; on `as_of`, before anybody moves, the policy of
that day is solved for every run and held: it is the reference. After it a run is solved again where its wedges or limits
change, and, while it deviates, on the first days of quarters and on the horizon, since flows adjust with time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from sim import days
from sim.economy.ages import Steps
from sim.economy.collection import applied, collected_percent
from sim.economy.equilibrium import State
from sim.economy.measures import BN, Measures, Picture
from sim.economy.problem import Capacity, Limits, Problem
from sim.economy.solution import Solution
from sim.economy.solver import Solved
from sim.engine.hikes import HikeRecord
from sim.engine.levers import Levers, Rows, Slice, distinct
from sim.engine.view import value_of
from sim.negotiation.policy import Value
from sim.scenario.economy import Economy as Settings

if TYPE_CHECKING:
    from sim.engine.simulation import Simulation

Numbers = NDArray[np.float64]
DEPTH = 6
"""Outstanding steps of a cell that are kept apart."""
LOOKED_AT = 64
"""Runs whose trade is looked at together."""
MEASURES = (
    "real_income_percent", "real_income_bn", "revenue_bn", "revenue_change_bn", "rent_bn", "imports_bn", "exports_bn",
    "imports_change_percent", "exports_change_percent", "consumer_prices_percent", "statutory_percent",
    "applied_percent", "collected_percent", "pass_through", "rerouted_bn",
)  # fmt: skip
"""Columns of the record by region; `docs/economy.md` says what they are."""


def report_days(first: int, last: int) -> list[int]:
    """First days of quarters after `first` and before `last`, and `last`."""
    start, end = days.date(first), days.date(last)
    quarters = [
        days.day(f"{year}-{month:02d}-01") for year in range(start.year, end.year + 1) for month in (1, 4, 7, 10)
    ]
    return [*(day for day in quarters if first < day < last), last]


class Rated(NamedTuple):
    """The wedges of some rows."""

    statutory: Numbers
    """[row, cell]"""
    applied: Numbers
    """[row, cell]"""
    way_around: NDArray[np.bool_]
    """[row, cell]"""


class EconomyRecord:
    """The economy of a simulation's rows: wedges with their ages, states, reference, and everything noted."""

    def __init__(self, simulation: Simulation, levers: Levers) -> None:
        self._simulation = simulation
        self.levers = levers
        self.plan = simulation.plan
        world = simulation.world
        runs, self.base = len(world), levers.economy.base
        regions, sectors, cells = self.base.regions, self.base.sectors, len(levers.cell)
        self.report = frozenset(report_days(self.plan.as_of, self.plan.horizon))
        self.measures = Measures(self.base, levers.cell)
        self.stale = np.ones(runs, dtype=np.bool_)
        """[run] those in which a tariff or a limit may have changed"""
        self.on_base_day = np.zeros((0, cells))
        self.steps = Steps.at_rest(np.log1p(np.broadcast_to(levers.base_rate, (runs, cells))), DEPTH)
        self.statutory = np.broadcast_to(levers.base_rate, (runs, cells)).copy()
        self.way_around = np.zeros((runs, cells), dtype=np.bool_)
        self.limits = np.full((runs, len(levers.slices), 2), np.inf)
        """[run, slice, (share, allowed)] as they are"""
        self.capacity = np.full((runs, len(levers.capped)), np.inf)
        self.state = State(
            np.zeros((runs, regions, sectors)), np.zeros((runs, regions, sectors)), np.ones((runs, regions, sectors)),
            np.zeros((runs, regions)),
            np.zeros((runs, len(levers.slices))), np.zeros((runs, len(levers.capped))),
        )  # fmt: skip
        self.held_limits, self.held_capacity = self.limits, self.capacity
        """those of the policy held"""
        self.reference: Picture | None = None
        """[kind] runs that assume the same have the same reference"""
        self.reference_state: State | None = None
        self.reference_error = np.zeros(0)
        self.reference_of = np.zeros(runs, dtype=np.int64)
        """[run] which of the kinds a run is of"""
        self.deviates = np.zeros(runs, dtype=np.bool_)
        self.failed = np.zeros(runs, dtype=np.bool_)
        """[run] some state did not converge"""
        self.residual = np.zeros(runs)
        """[run] largest error of the present state"""
        self.now = np.zeros((runs, regions, len(MEASURES)))
        self.imports_bn = np.zeros((runs, regions, regions))
        """[run, importer, exporter] present annual rate"""
        self.since = np.full(runs, self.plan.as_of, dtype=np.int64)
        """[run] day of the last solution"""
        shape = (sectors, regions)
        self.off = {
            "flows": np.zeros((runs, sectors, regions, regions), dtype=np.float32),
            "output": np.zeros((runs, *shape)),
            "price": np.zeros((runs, *shape)),
        }
        """present deviations from the reference: million USD a year, percent, percent"""
        self.sums = {name: np.zeros_like(array) for name, array in self.off.items()}
        """the same times days"""
        self.hikes = HikeRecord(simulation, levers)
        self._bound = np.zeros(0, dtype=np.int64)
        """slices that limit anything in the problem at hand"""
        self._noted: list[dict[str, NDArray[Any]]] = []
        self._set_parameters(simulation)

    # ── What a run assumes ───────────────────────────────────────────────────────────────────────────

    def _set_parameters(self, simulation: Simulation) -> None:
        settings, runs = self.levers.settings, len(simulation.world)

        def drawn(key: str) -> Numbers:
            value = self._value(getattr(settings, key), f"economy.{key}")
            return np.ascontiguousarray(np.broadcast_to(np.asarray(value, dtype=np.float64), runs))

        self.elasticity = self._elasticities(settings, runs, drawn("elasticity_factor"))
        names = ("labour_supply", "income_tax", "rent_share", "non_collection", "rerouting", "border_to_retail")
        self.assumed = {name: drawn(name) for name in (*names, "response_first_year", "adjustment_time")}
        self.tax_relief = self._words(settings.revenue, "economy.revenue", runs) == "tax_relief"
        purged = settings.deficits == "purged"
        self.deficit = np.zeros(self.base.regions) if purged else self.base.deficit

    def _value(self, scalar: Any, path: str) -> Value:
        return value_of(scalar, path, self._simulation.assumptions)

    def _words(self, scalar: Any, path: str, runs: int) -> NDArray[np.str_]:
        """[run] a choice."""
        labels = np.array(scalar.distribution.labels)
        if scalar.fixed:
            return np.full(runs, labels[0])
        return labels[np.asarray(self._simulation.assumptions[path], dtype=np.int64)]

    def _elasticities(self, settings: Settings, runs: int, factor: Numbers) -> Numbers:
        data = self.levers.economy.data
        sets = self._words(settings.elasticities, "economy.elasticities", runs)
        found = np.stack([data.elasticities[str(name)] for name in sets]) * factor[:, np.newaxis]
        for code, scalar in settings.sector_elasticities.items():
            value = self._value(scalar, f"economy.sector_elasticities.{code}")
            found[:, data.sectors.index(code)] = value
        return found

    # ── The clock's calls ────────────────────────────────────────────────────────────────────────────

    def open(self) -> None:
        """The day's derived states stand, nobody has moved: on as_of the policy that is held."""
        world = self._simulation.world
        if world.today == self.plan.as_of:
            rows = np.arange(len(world))
            self._age(rows)
            self.stale[:] = False
            self._hold(rows)

    def record(self) -> None:
        """The day is over: note what has changed, and solve where it matters."""
        world = self._simulation.world
        if world.today < self.levers.base_day or self.plan.as_of < self.levers.base_day:
            return
        rows = np.flatnonzero(self.stale)
        changed = rows[self._age(rows)] if len(rows) else rows
        self.stale[:] = False
        if world.today < self.plan.as_of:
            return
        if world.today in self.report:
            changed = np.union1d(changed, np.flatnonzero(self.deviates))
        if len(changed):
            back = self._is_held(changed)
            for part, solve in ((changed[back], self._back), (changed[~back], self._solve)):
                if len(part):
                    solve(part)
        if world.today in self.report:
            steady = np.setdiff1d(np.arange(len(world)), changed)
            if world.today == self.plan.horizon and len(steady):
                self._note(steady)

    def _age(self, rows: Rows) -> NDArray[np.bool_]:
        """Bring wedges and limits of `rows` up to date; tells which have changed."""
        world = self._simulation.world
        if not len(self.on_base_day):
            self._begin()
        rated = self._rated(rows)
        wedge = np.log1p(rated.applied)
        moved = (wedge != self.steps.wedge[rows]).any(1)
        self.steps.push(rows[moved], world.today, wedge[moved])
        self.statutory[rows], self.way_around[rows] = rated.statutory, rated.way_around
        limits, capacity = self._limits_of(rows), self._capacity_of(rows)
        moved |= (limits != self.limits[rows]).any((1, 2)) | (capacity != self.capacity[rows]).any(1)
        self.limits[rows], self.capacity[rows] = limits, capacity
        self.hikes.look(rows)
        return moved

    def _begin(self) -> None:
        """Take the stacks of the base day, and what the law changed from then to the day before the first."""
        world, levers = self._simulation.world, self.levers
        rows, today = np.arange(len(world)), world.today
        before = levers.past_days(world) if today > levers.base_day else []
        try:
            world.today = levers.base_day
            stack, place = levers.stack(world, rows, whole=True)
            self.on_base_day = stack[place]
            for day in before:
                if day < today:
                    world.today = day
                    wedge = np.log1p(self._rated(rows, whole=True).applied)
                    moved = np.flatnonzero((wedge != self.steps.wedge).any(1))
                    self.steps.push(moved, day, wedge[moved])
        finally:
            world.today = today

    def _rated(self, rows: Rows, whole: bool = False) -> Rated:
        levers, assumed = self.levers, self.assumed
        stack, place = levers.stack(self._simulation.world, rows, whole)
        first, kind = distinct(np.concatenate([stack[place], self.on_base_day[rows]], axis=1))
        rate = np.maximum(0.0, levers.base_rate + stack[place[first]] - self.on_base_day[rows[first]])
        around = levers.ways_around(rate)
        statutory, way_around = rate[kind], around[kind]
        rerouting = np.where(way_around, assumed["rerouting"][rows, np.newaxis], 0.0)
        levied = applied(statutory, levers.base_rate, assumed["non_collection"][rows, np.newaxis], rerouting)
        return Rated(statutory, levied, way_around)

    def _limits_of(self, rows: Rows) -> Numbers:
        """[row, slice, (share, allowed)]; no limit is infinite."""
        world, levers = self._simulation.world, self.levers
        found = np.full((len(rows), len(levers.slices), 2), np.inf)
        for column, one in enumerate(levers.slices):
            bound = levers.in_force(world, rows, one)
            share = self._restriction(one, "share", rows) * world.share[rows, one.instrument]
            found[:, column, 0] = share
            if one.has_own_allowance:
                allowed: Any = self._restriction(one, "allowed", rows)
            else:
                allowed = world.approval[rows, one.instrument]
            found[:, column, 1] = np.where(bound, allowed, np.inf)
        return found

    def _restriction(self, one: Slice, key: str, rows: Rows) -> Any:
        name = self.plan.names("instruments")[one.instrument]
        place = int(one.path.rpartition(".")[2])
        scalar = getattr(self.plan.scenario.instruments[name].restricts[place], key)
        value = self._value(scalar, f"{one.path}.{key}")
        return value[rows] if isinstance(value, np.ndarray) else value

    def _capacity_of(self, rows: Rows) -> Numbers:
        today = self._simulation.world.today
        found = np.full((len(rows), len(self.levers.capped)), np.inf)
        for column, (_, _, first, last, path) in enumerate(self.levers.capped):
            if first <= today <= last:
                scalar = self.levers.settings.capacity[int(path.split(".")[2])].limit
                value: Any = self._value(scalar, path)
                found[:, column] = value[rows] if isinstance(value, np.ndarray) else value
        return found

    # ── Solving ──────────────────────────────────────────────────────────────────────────────────────

    def _problem(self, rows: Rows) -> Problem:
        levers, assumed = self.levers, self.assumed
        tariff = np.expm1(self.steps.wedge[rows])
        steps = self.steps.take(rows)
        pace = (assumed["response_first_year"][rows], assumed["adjustment_time"][rows])
        acted_on = np.expm1(steps.acted_on(self._simulation.world.today, *pace))
        limits = capacity = None
        self._bound = np.flatnonzero(np.isfinite(self.limits[rows][:, :, 1]).any(0))
        if len(self._bound):
            cell = np.array([levers.slices[column].cell for column in self._bound])
            share, allowed = self.limits[rows][:, self._bound].transpose(2, 0, 1).copy()
            limits = Limits(cell, _within_whole(cell, share), allowed, assumed["rent_share"][rows])
        if levers.capped:
            sector, region = (np.array([one[k] for one in levers.capped]) for k in (0, 1))
            capacity = Capacity(sector, region, self.capacity[rows])
        return Problem(
            self.elasticity[rows],
            levers.cell,
            tariff,
            acted_on,
            None,
            self.deficit,
            self.tax_relief[rows],
            assumed["labour_supply"][rows],
            assumed["income_tax"][rows],
            limits,
            capacity,
        )

    def _hold(self, rows: Rows) -> None:
        """Solve and hold the policy of as_of: rows that assume the same have the same reference."""
        assumed = self.assumed
        self.steps = self.steps.held(
            self.plan.as_of, assumed["response_first_year"], assumed["adjustment_time"]
        )
        kinds = [self.elasticity, self.steps.wedge, self.steps.adjusted, self.limits.reshape(len(rows), -1)]
        kinds += [self.capacity, self.tax_relief[:, np.newaxis].astype(np.float64)]
        kinds += [values[:, np.newaxis] for values in assumed.values()]
        first, self.reference_of = distinct(np.concatenate(kinds, axis=1))
        problem = self._problem(first)
        solved = self._solved(problem, State.start(problem, self.base))
        pictures = [self._picture(problem, solved, part) for part in _parts(len(first))]
        self.reference = Picture(
            *(np.concatenate([getattr(one, name) for one in pictures]) for name in Picture.__dataclass_fields__)
        )
        self._put(rows, solved.state, self.reference_of)
        self.held_limits, self.held_capacity = self.limits.copy(), self.capacity.copy()
        self.reference_state, self.reference_error = self.state.take(first), solved.error
        self.failed = ~solved.converged[self.reference_of]
        self.residual = solved.error[self.reference_of]
        for part in _parts(len(rows)):
            here = self.reference_of[part]
            self._look(part, self.reference.take(here), self.reference.take(here))
        self._note(rows)

    def _back(self, rows: Rows) -> None:
        """Runs that are back at the policy held: the reference itself, so that what was reversed leaves no trace."""
        assert self.reference is not None and self.reference_state is not None
        self._add_up(rows)
        here = self.reference_of[rows]
        self.state.put(rows, self.reference_state.take(here))
        self.residual[rows] = self.reference_error[here]
        for part in _parts(len(rows)):
            chosen = rows[part]
            picture = self.reference.take(self.reference_of[chosen])
            self._look(chosen, picture, picture)
        self.deviates[rows] = False
        self._note(rows)

    def _is_held(self, rows: Rows) -> NDArray[np.bool_]:
        """[row] whether wedges, limits and capacities are those of the policy held."""
        same = (self.steps.wedge[rows] == self.steps.base[rows]).all(1)
        same &= (self.limits[rows] == self.held_limits[rows]).all((1, 2))
        return same & (self.capacity[rows] == self.held_capacity[rows]).all(1)

    def _solve(self, rows: Rows) -> None:
        problem = self._problem(rows)
        solved = self._solved(problem, self._start(rows, problem))
        self._put(rows, solved.state, np.arange(len(rows)))
        self.failed[rows] |= ~solved.converged
        self.residual[rows] = solved.error
        assert self.reference is not None
        self._add_up(rows)
        for part in _parts(len(rows)):
            chosen = rows[part]
            self._look(chosen, self._picture(problem, solved, part), self.reference.take(self.reference_of[chosen]))
        self.deviates[rows] = True
        self._note(rows)

    def _solved(self, problem: Problem, start: State) -> Solved:
        return self.levers.economy.solver.solve(problem, start)

    def _start(self, rows: Rows, problem: Problem) -> State:
        """The run's own last state; a ban has no end of rent, and what is no longer banned begins without."""
        start = self.state.take(rows)
        if problem.limits is None:
            start.log_rent = np.zeros((len(rows), 0))
        else:
            banned = problem.limits.allowed == 0
            rent = start.log_rent[:, self._bound]
            start.log_rent = np.where(banned, np.inf, np.where(np.isfinite(rent), rent, 0.0))
        return start

    def _put(self, rows: Rows, state: State, place: NDArray[np.int64]) -> None:
        """Keep the states `place` of a solution as those of `rows`."""
        rent = np.zeros((len(rows), len(self.levers.slices)))
        rent[:, self._bound] = state.log_rent[place]
        kept = state.take(place)
        kept.log_rent = rent
        self.state.put(rows, kept)

    def _picture(self, problem: Problem, solved: Solved, part: Rows) -> Picture:
        mine = Solved(solved.state.take(part), *(array[part] for array in list(vars(solved).values())[1:]))
        piece = problem.take(part)
        return Picture.of(Solution(self.base, piece, mine, single=False), piece.tariff)

    # ── What is looked at ────────────────────────────────────────────────────────────────────────────

    def _look(self, rows: Rows, now: Picture, reference: Picture) -> None:
        """Work out the measures of `rows` and how they deviate from their reference."""
        measures, assumed = self.measures, self.assumed
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
            "statutory_percent": measures.average_percent(self.statutory[rows]),
            "applied_percent": measures.average_percent(now.tariff),
            "collected_percent": collected_percent(now.revenue_musd, BN * pairs.sum(2)),
            "pass_through": measures.pass_through(now, reference),
            "rerouted_bn": measures.by_importer_bn(
                now, np.where(self.way_around[rows], assumed["rerouting"][rows, np.newaxis], 0.0)
            ),
        }
        failed = self.failed[rows]
        for column, name in enumerate(MEASURES):
            self.now[rows, :, column] = np.where(failed[:, np.newaxis], np.nan, values[name])
        self.imports_bn[rows] = np.where(failed[:, np.newaxis, np.newaxis], np.nan, pairs)
        self.off["flows"][rows] = now.flows_musd - reference.flows_musd
        self.off["output"][rows] = measures.output_percent(now, reference)
        self.off["price"][rows] = measures.price_percent(now, reference)

    def _add_up(self, rows: Rows) -> None:
        """Add what has been since the last solution to the sums over days."""
        today = self._simulation.world.today
        passed = (today - self.since[rows]).astype(np.float64)
        for name, sums in self.sums.items():
            spread = passed.reshape(-1, *(1,) * (sums.ndim - 1)).astype(sums.dtype)
            sums[rows] += self.off[name][rows] * spread
        self.since[rows] = today

    def _note(self, rows: Rows) -> None:
        day = np.full(len(rows), self._simulation.world.today, dtype=np.int32)
        entry = {"row": rows.copy(), "day": day, "value": self.now[rows]}
        self._noted.append(entry | {"failed": self.failed[rows], "residual": self.residual[rows]})

    def measure(self, name: str, regions: list[int], partners: list[int]) -> Numbers:
        """[run] a measure of an actor as it is now: of `names.ECONOMY`, over the regions that it speaks for."""
        if name == "imports":
            return self.imports_bn[:, regions][:, :, partners].sum((1, 2))
        columns = {"tariff_revenue": "revenue_bn", "exports": "exports_bn"}
        if name in columns:
            return self.now[:, regions, MEASURES.index(columns[name])].sum(1)
        if name == "real_income":
            bn, percent = (self.now[:, regions, MEASURES.index(f"real_income_{unit}")] for unit in ("bn", "percent"))
            weight = self.base.income[regions] / self.base.income[regions].sum()
            return percent[:, 0] if len(regions) == 1 else (percent * weight).sum(1) + 0 * bn[:, 0]
        weight = self.base.income[regions] / self.base.income[regions].sum()
        return (self.now[:, regions, MEASURES.index("consumer_prices_percent")] * weight).sum(1)

    # ── Tables ───────────────────────────────────────────────────────────────────────────────────────

    def entries(self) -> dict[str, NDArray[Any]]:
        """Everything noted: row, day, value [entry, region, measure], failed; by row, then by day."""
        shape = (0, self.base.regions, len(MEASURES))
        empty = {"row": np.zeros(0, np.int64), "day": np.zeros(0, np.int32), "value": np.zeros(shape)}
        chunks = [empty | {"failed": np.zeros(0, np.bool_), "residual": np.zeros(0)}, *self._noted]
        noted = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
        # Of several entries on one day the last counts: on as_of the policy that is held comes first.
        order = np.lexsort((np.arange(len(noted["row"])), noted["day"], noted["row"]))
        row, day = noted["row"][order], noted["day"][order]
        last = np.ones(len(row), dtype=np.bool_)
        last[:-1] = (row[1:] != row[:-1]) | (day[1:] != day[:-1])
        return {name: values[order[last]] for name, values in noted.items()}

    def tables(self, outcome: NDArray[np.int16]) -> dict[str, dict[str, NDArray[Any]]]:
        """The tables of a block that has reached its horizon; see `sim/results/economy.py`."""
        return {
            "economy": self._by_region(),
            "economy_sectors": self._by_sector(),
            "economy_pairs": self._by_pair(),
            "economy_trade": self._by_outcome(outcome),
        }

    def _by_region(self) -> dict[str, NDArray[Any]]:
        entries, regions = self.entries(), self.base.regions
        row, day = entries["row"], entries["day"]
        until = np.append(day[1:], self.plan.horizon + 1).astype(np.int32)
        until[:-1][row[1:] != row[:-1]] = self.plan.horizon + 1
        until[-1:] = self.plan.horizon + 1
        run = self._simulation.world.run
        table: dict[str, NDArray[Any]] = {
            "run": np.repeat(run[row], regions),
            "day": np.repeat(day, regions),
            "region": np.tile(np.arange(regions, dtype=np.int16), len(row)),
        }
        table |= {name: entries["value"][:, :, column].reshape(-1) for column, name in enumerate(MEASURES)}
        table["front_loaded_bn"] = self.hikes.front_loaded_bn(row, day, until).reshape(-1)
        table["residual"] = np.repeat(entries["residual"], regions)
        table["converged"] = np.repeat(~entries["failed"], regions).astype(np.int8)
        return table

    def _days(self) -> int:
        return self.plan.horizon + 1 - self.plan.as_of

    def _mean(self, name: str) -> NDArray[Any]:
        """Mean deviation over as_of to the horizon; NaN in runs that did not converge."""
        left = (self.plan.horizon + 1 - self.since).astype(np.float64)
        off = self.off[name]
        spread = left.reshape(-1, *(1,) * (off.ndim - 1)).astype(off.dtype)
        mean = (self.sums[name] + off * spread) / off.dtype.type(self._days())
        mean[self.failed] = np.nan
        return mean

    def _by_sector(self) -> dict[str, NDArray[Any]]:
        run, (sectors, regions) = self._simulation.world.run, self.base.output.shape
        output, price = (self._mean(name).transpose(0, 2, 1).reshape(-1) for name in ("output", "price"))
        return {
            "run": np.repeat(run, regions * sectors),
            "region": np.tile(np.repeat(np.arange(regions, dtype=np.int16), sectors), len(run)),
            "sector": np.tile(np.arange(sectors, dtype=np.int16), len(run) * regions),
            "output_percent": output,
            "price_percent": price,
        }

    def _by_pair(self) -> dict[str, NDArray[Any]]:
        run, regions = self._simulation.world.run, self.base.regions
        assert self.reference is not None
        before = self.measures.imports_bn(self.reference)[self.reference_of]
        change = self._mean("flows").sum(1, dtype=np.float64) / BN
        importer, exporter = np.nonzero(~np.eye(regions, dtype=np.bool_))
        pairs = len(importer)
        return {
            "run": np.repeat(run, pairs),
            "importer": np.tile(importer.astype(np.int16), len(run)),
            "exporter": np.tile(exporter.astype(np.int16), len(run)),
            "imports_bn": (before + change)[:, importer, exporter].reshape(-1),
            "reference_bn": before[:, importer, exporter].reshape(-1),
        }

    def _by_outcome(self, outcome: NDArray[np.int16]) -> dict[str, NDArray[Any]]:
        """Moments of trade in the runs of each outcome that converged."""
        assert self.reference is not None
        sectors, regions = self.base.output.shape
        sector, importer, exporter = np.nonzero(
            np.broadcast_to(~np.eye(regions, dtype=np.bool_), (sectors, regions, regions))
        )
        columns: dict[str, list[NDArray[Any]]] = {}
        change = self._mean("flows")
        for one in np.unique(outcome[~self.failed]):
            rows = np.flatnonzero((outcome == one) & ~self.failed)
            total, squared, before = (np.zeros(len(sector)) for _ in range(3))
            for row in rows:  # one after the other: no other run's company touches the rounding
                reference = self.reference.flows_musd[self.reference_of[row]][sector, importer, exporter] / BN
                value = reference + change[row][sector, importer, exporter] / BN
                total += value
                squared += value**2
                before += reference
            found = {
                "outcome": np.full(len(sector), one, np.int16),
                "importer": importer.astype(np.int16),
                "exporter": exporter.astype(np.int16),
                "sector": sector.astype(np.int16),
                "runs": np.full(len(sector), len(rows), np.int64),
                "total_bn": total,
                "total_squared_bn2": squared,
                "reference_total_bn": before,
            }
            for name, values in found.items():
                columns.setdefault(name, []).append(values)
        return {name: np.concatenate(parts) for name, parts in columns.items()}

    # ── Copies and disk ──────────────────────────────────────────────────────────────────────────────

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything that `resume` needs."""
        return self._stored(self._kept(), self.entries(), self.steps.arrays(), self.hikes.arrays())

    def take(self, index: Rows) -> dict[str, NDArray[Any]]:
        """The `arrays` of some rows, renumbered 0, 1, …; a row taken twice has its past twice."""
        entries = self.entries()
        first, last = np.searchsorted(entries["row"], [index, index + 1])
        chosen = np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)] or [np.empty(0, np.int64)])
        taken = {name: values[chosen] for name, values in entries.items()}
        taken["row"] = np.repeat(np.arange(len(index)), last - first)
        kept = {name: values[index] for name, values in self._kept().items()}
        return self._stored(kept, taken, self.steps.take(index).arrays(), self.hikes.take(index))

    def _kept(self) -> dict[str, NDArray[Any]]:
        """Arrays by run."""
        kept: dict[str, NDArray[Any]] = {name: getattr(self, name) for name in _KEPT}
        kept |= {f"state.{name}": values for name, values in vars(self.state).items()}
        kept |= {f"off.{name}": values for name, values in self.off.items()}
        return kept | {f"sums.{name}": values for name, values in self.sums.items()}

    def _stored(self, kept: Any, entries: Any, steps: Any, hikes: Any) -> dict[str, NDArray[Any]]:
        stored: dict[str, NDArray[Any]] = dict(kept)
        for group, arrays in (("entries", entries), ("steps", steps), ("hikes", hikes)):
            stored |= {f"{group}.{name}": values for name, values in arrays.items()}
        if self.reference is not None and self.reference_state is not None:
            stored |= {f"reference.{name}": values for name, values in vars(self.reference).items()}
            stored |= {f"reference_state.{name}": values for name, values in vars(self.reference_state).items()}
            stored["reference_error"] = self.reference_error
        return stored

    def resume(self, arrays: dict[str, NDArray[Any]]) -> Self:
        """Take up the record that was written down by `arrays`."""
        for name in _KEPT:
            setattr(self, name, arrays[name])

        def group(start: str) -> dict[str, NDArray[Any]]:
            return {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}

        self.state = State(**group("state."))
        self.off, self.sums = group("off."), group("sums.")
        self._noted = [group("entries.")]
        self.steps = Steps.restore(group("steps."))
        self.hikes.resume(group("hikes."))
        reference = group("reference.")
        if reference:
            self.reference, self.reference_state = Picture(**reference), State(**group("reference_state."))
            self.reference_error = arrays["reference_error"]
        return self


_KEPT = (
    "stale", "on_base_day", "statutory", "way_around", "limits", "capacity", "reference_of", "deviates", "failed", "residual",
    "held_limits", "held_capacity", "now", "imports_bn", "since",
)  # fmt: skip


def _parts(count: int) -> list[Rows]:
    return [np.arange(first, min(count, first + LOOKED_AT)) for first in range(0, count, LOOKED_AT)]


def _within_whole(cell: NDArray[np.int64], share: Numbers) -> Numbers:
    """[run, limit] shares of which those of one cell sum to 1 at most: where they would be more they overlap."""
    first = np.unique(cell, return_index=True)[1]
    total = np.maximum(1.0, np.add.reduceat(share, first, axis=1))
    return share / np.repeat(total, np.diff(np.append(first, len(cell))), axis=1)
