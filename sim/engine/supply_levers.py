"""The levers of the supply of materials, compiled from a plan: which control, support or ban reaches whom today.

A supply region is made of regions of the economy's data, its seats, each spoken for by an actor or by nobody. A control
that reaches some of its seats licenses that part of the region's Chinese flow, weighed by the value added of the
sectors that use the material.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.in_order import total
from sim.engine.levers import Rows, data_folder, economy_of
from sim.engine.plan import Plan
from sim.engine.view import value_of
from sim.instruments import lives
from sim.negotiation.policy import Value
from sim.scenario.supply import Support
from sim.supply import Controls
from sim.world.window import window
from sim.world.world import World

Numbers = NDArray[np.float64]
Truths = NDArray[np.bool_]


@lru_cache(maxsize=4)
def supply_levers_of(plan: Plan) -> SupplyLevers | None:
    """The levers of a plan, compiled once; None where no supply is followed."""
    return None if plan.scenario.supply is None else SupplyLevers(plan)


@dataclass(frozen=True)
class Bond:
    """A material that an instrument puts under licence, or bans, for some using sectors."""

    instrument: int
    material: int
    sectors: tuple[int, ...]


@dataclass(frozen=True)
class Aid:
    """A measure by which the holder of an instrument supports supply from elsewhere."""

    instrument: int
    place: int
    """in the instrument's `supports`"""
    measure: str
    materials: tuple[int, ...]


class SupplyLevers:
    """Names of the axes, in alphabetical order, and who is reached by what."""

    def __init__(self, plan: Plan) -> None:
        settings = plan.scenario.supply
        assert settings is not None
        self.plan = plan
        self.settings = settings
        self.regions, self.sectors, self.materials = (
            tuple(sorted(part)) for part in (settings.regions, settings.sectors, settings.materials)
        )
        base, data = self.economy.base, self.economy.data
        self._seats = [
            (region, code, data.regions.index(code))
            for region, name in enumerate(self.regions)
            for code in settings.regions[name].regions
            if code in data.regions
        ]
        speaks = {code: name for name, actor in plan.scenario.actors.items() for code in actor.regions}
        self.speaker = [speaks.get(code) for _, code, _ in self._seats]
        """[seat] actor that speaks for it; None for nobody"""
        added = base.output * base.value_added_share
        columns = [data.sectors.index(settings.sectors[name].sector) for name in self.sectors]
        self.value_added_musd = added[columns][:, [place for _, _, place in self._seats]]
        """[sector, seat] value added of the economy's sector in which the using sector lies, million USD a year"""
        self.gdp_musd = base.value_added[[place for _, _, place in self._seats]]
        """[seat]"""
        self.seat_region = np.array([region for region, _, _ in self._seats])
        self.weight = self._within_regions(self.value_added_musd)
        """[region, sector, seat] part of the sector's value added in the region; 0 for seats of others"""
        self.whole = self._within_regions(self.value_added_musd.sum(0)[np.newaxis])[:, 0]
        """[region, seat] part of the value added of all using sectors"""
        self.bonds, self.aids = list(self._bonds()), list(self._aids())

    @property
    def economy(self) -> Any:
        """The economy whose sizes weigh seats: that of the scenario, or the shipped one."""
        scenario = self.plan.scenario
        return economy_of(None if scenario.economy is None else data_folder(scenario))

    def weight_of(self, actor: str) -> Numbers:
        """[region] parts of an actor's using sectors, by value added, in each supply region."""
        mine = np.array([name == actor for name in self.speaker]) * self.value_added_musd.sum(0)
        by_region = np.array([mine[self.seat_region == place].sum() for place in range(len(self.regions))])
        return by_region / by_region.sum()

    def _within_regions(self, value: Numbers) -> Numbers:
        """[region, sector, seat] shares of [sector, seat] values in those of the seat's region."""
        mine = self.seat_region == np.arange(len(self.regions))[:, np.newaxis]
        held = mine[:, np.newaxis] * value
        return held / np.maximum(held.sum(2, keepdims=True), np.finfo(float).tiny)

    def _bonds(self) -> Iterator[Bond]:
        for column, part in enumerate(self.plan.instruments):
            for item in part.restricts:
                if item.material is not None:
                    names = item.uses or self.sectors
                    sectors = tuple(sorted(self.sectors.index(name) for name in names))
                    yield Bond(column, self.materials.index(item.material), sectors)

    def _aids(self) -> Iterator[Aid]:
        for column, part in enumerate(self.plan.instruments):
            for place, support in enumerate(part.supports):
                yield Aid(column, place, support.measure, self._of_support(support))

    def _of_support(self, support: Support) -> tuple[int, ...]:
        everything = tuple(range(len(self.materials)))
        return everything if support.material is None else (self.materials.index(support.material),)

    # ── Who is reached ───────────────────────────────────────────────────────────────────────────────

    def _holders(self, column: int) -> list[str]:
        holder = self.plan.instruments[column].by
        coalition = self.plan.scenario.coalitions.get(holder)
        return [holder] if coalition is None else list(coalition.members)

    def _cell(self, column: int, actor: str) -> int:
        return column * len(self.plan.players) + self.plan.columns["deciders"][actor]

    def reached(self, world: World, rows: Rows, column: int, stands: Truths) -> Truths:
        """[row, seat] an instrument that `stands` [row] is aimed at whoever speaks for the seat, who is not exempt."""
        part, holders = self.plan.instruments[column], self._holders(column)
        found = np.zeros((len(rows), len(self.speaker)), dtype=np.bool_)
        for seat, actor in enumerate(self.speaker):
            aimed = actor in part.on if part.on else actor not in holders
            if aimed:
                free = False if actor is None else world.exempt[rows, self._cell(column, actor)]
                found[:, seat] = stands & ~np.asarray(free)
        return found

    def held_by(self, world: World, rows: Rows, column: int, stands: Truths) -> Truths:
        """[row, seat] whoever speaks for the seat holds the instrument that `stands` [row], and carries it out."""
        joint = self.plan.instruments[column].by in self.plan.scenario.coalitions
        found = np.zeros((len(rows), len(self.speaker)), dtype=np.bool_)
        for seat, actor in enumerate(self.speaker):
            if actor in self._holders(column):
                found[:, seat] = stands & world.carried[rows, self._cell(column, actor)] if joint else stands
        return found

    # ── What is in force ─────────────────────────────────────────────────────────────────────────────

    def controls(self, world: World, rows: Rows, drawn: dict[str, Numbers], need: Numbers) -> Controls:
        """What is in force today in `rows`. `need` is [row, region, sector, material] at rest, tonnes a week."""
        columns = {bond.instrument for bond in self.bonds} | {aid.instrument for aid in self.aids}
        columns |= {column for column, _ in self._denials()}
        here, today = window(world, rows), world.today
        in_force = {i: lives.in_force(here, i, self.plan.standings[i], today) for i in sorted(columns)}
        licensed, approval = self._licences(world, rows, in_force)
        shape = len(rows), len(self.regions), len(self.materials)
        controls: dict[str, Any] = {
            "licensed": licensed,
            "approval": approval,
            "threatened": self._threatened(here, today),
            "released": np.zeros(shape, dtype=np.bool_),
            "pooled": np.zeros(shape[:2], dtype=np.bool_),
            "price_floor": np.zeros((len(rows), len(self.materials))),
            "floor_scope": np.zeros(len(rows)),
            "subsidy": np.zeros(len(rows)),
        }
        controls |= self._denied(world, rows, in_force, need)
        for aid in self.aids:
            carried = self.held_by(world, rows, aid.instrument, in_force[aid.instrument])
            member = self._by_region(carried)
            self._help(controls, aid, member, self._amount(aid, drawn, rows), need)
        return Controls(**controls)

    def _licences(self, world: World, rows: Rows, in_force: dict[int, Truths]) -> tuple[Numbers, Numbers]:
        """[row, region, sector, material] part of the Chinese flow under licence, and applications approved of it.

        Where several controls reach a seat the strictest decides; what is let through is weighed over the seats.
        """
        shape = (len(rows), len(self.speaker), len(self.sectors), len(self.materials))
        bound, approved = np.zeros(shape), np.ones(shape)
        for bond in self.bonds:
            stands = in_force[bond.instrument]
            if not stands.any():
                continue
            share, granted = world.share[rows, bond.instrument], world.approval[rows, bond.instrument]
            part = self.reached(world, rows, bond.instrument, stands) * share[:, np.newaxis]
            for sector in bond.sectors:
                cell = (slice(None), slice(None), sector, bond.material)
                bound[cell] = 1 - (1 - bound[cell]) * (1 - part)
                approved[cell] = np.where(part > 0, np.minimum(approved[cell], granted[:, np.newaxis]), approved[cell])
        licensed, let_through = (self._weighed(values) for values in (bound, bound * approved))
        return licensed, np.divide(let_through, licensed, out=np.ones_like(licensed), where=licensed > 0)

    def _weighed(self, values: Numbers) -> Numbers:
        """[row, region, sector, material] of [row, seat, sector, material] values, by the sectors' value added."""
        found = np.zeros((len(values), len(self.regions), *values.shape[2:]))
        for seat, region in enumerate(self.seat_region):
            found[:, region] += values[:, seat] * self.weight[region, :, seat, np.newaxis]
        return found

    def _by_region(self, reached: Truths) -> Numbers:
        """[row, region] the part of each region, by value added, of the seats that are reached [row, seat]."""
        found = np.zeros((len(reached), len(self.regions)))
        for seat, region in enumerate(self.seat_region):
            found[:, region] += reached[:, seat] * self.whole[region, seat]
        return found

    def _threatened(self, here: World, today: int) -> Truths:
        """[row, material] some control of it is announced or decided, in force or not: users hoard."""
        found = np.zeros((len(here), len(self.materials)), dtype=np.bool_)
        for bond in self.bonds:
            i = bond.instrument
            found[:, bond.material] |= lives.threatened(here, i, today)
            found[:, bond.material] |= lives.enacted(here, i, self.plan.standings[i], today)
        return found

    def _denials(self) -> Iterator[tuple[int, str]]:
        for column, part in enumerate(self.plan.instruments):
            yield from ((column, what) for what in part.denies)

    def _denied(self, world: World, rows: Rows, in_force: dict[int, Truths], need: Numbers) -> dict[str, Numbers]:
        """Shares of the need outside China for which Chinese technology and experts are denied, each [row]."""
        size = _sizes(need)
        found: dict[str, Numbers] = {"technology": np.zeros(len(rows)), "experts": np.zeros(len(rows))}
        for column, what in self._denials():
            reached = self.reached(world, rows, column, in_force[column])
            found[what] = np.maximum(found[what], total(self._by_region(reached) * size, 1))
        return {f"{what}_denied": share for what, share in found.items()}

    def _help(self, controls: dict[str, Any], aid: Aid, member: Numbers, amount: Value, need: Numbers) -> None:
        """Add what a measure brings; `member` is [row, region] the part of the region whose actors carry it out."""
        scope = total(member * _sizes(need), 1)
        if aid.measure == "stockpile_release":
            controls["released"][:, :, list(aid.materials)] |= (member >= HALF)[:, :, np.newaxis]
        elif aid.measure == "pooling":
            controls["pooled"] |= member >= HALF
        elif aid.measure == "price_floor":
            floor = np.where(scope > 0, amount, 0.0)
            for material in aid.materials:
                controls["price_floor"][:, material] = np.maximum(controls["price_floor"][:, material], floor)
            controls["floor_scope"] = np.maximum(controls["floor_scope"], scope)
        else:  # who buys what a plant makes takes its risk as who pays for it does
            controls["subsidy"] = np.maximum(controls["subsidy"], amount * scope)

    def _amount(self, aid: Aid, drawn: dict[str, Numbers], rows: Rows) -> Value:
        scalar = self.plan.instruments[aid.instrument].supports[aid.place].amount
        if scalar is None:
            return 1.0
        name = self.plan.names("instruments")[aid.instrument]
        value = value_of(scalar, f"instruments.{name}.supports.{aid.place}.amount", drawn)
        return value[rows] if isinstance(value, np.ndarray) else value


HALF = 0.5
"""A region takes part in a release or a pool when actors of half of its using sectors do."""


def _sizes(need: Numbers) -> Numbers:
    """[row, region] parts of the need, over sectors and materials in tonnes."""
    mine = total(need, 2, 3)
    return mine / total(mine, 1)[:, np.newaxis]
