"""What each run assumes of the supply of materials: the section `supply` of a scenario as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import days
from sim.engine.in_order import total
from sim.engine.supply_levers import SupplyLevers
from sim.engine.view import value_of
from sim.sampling.distributions import quantile
from sim.scenario.scalars import Scalar
from sim.scenario.supply import STAGES
from sim.supply import Building, Controls, Holding, Licensing, Market, Parameters, Production, Projects, Reserve
from sim.supply.projects import slipped

Numbers = NDArray[np.float64]
WEEKS_A_YEAR = 365.25 / 7
DAYS_A_YEAR = 365.25
YEARS_AHEAD = 20
"""Years beyond the scenario's horizon to which capacity is followed where the file does not say."""
HALF = 0.5
Leaf = tuple[Scalar, str] | float
"""A scalar and its path, or a number where the file says nothing."""


class Values:
    """Parameters of some runs; arrays have one row where all runs agree."""

    def __init__(self, levers: SupplyLevers, drawn: Mapping[str, Numbers], runs: int) -> None:
        """`drawn` are the uncertain assumptions by path, [run]."""
        self._drawn = drawn
        self._runs = runs
        self.levers = levers
        self.plan = levers.plan
        settings = self.settings = levers.settings
        self.starting_cover = self.each(settings.starting_cover, "starting_cover")
        self.multiplier = self.each(settings.output.network_multiplier, "output.network_multiplier")
        if self.plan.scenario.economy is not None:
            self.multiplier = np.ones(1)  # what spreads from sector to sector is worked out by the economy
        self.is_leontief = self._branch()
        self.years_ahead = (self._horizon() - self.plan.as_of) / DAYS_A_YEAR
        """years from as_of to which capacity is followed"""
        self.parameters = self._parameters()

    def told_apart(self, controls: Controls) -> Numbers:
        """[run, …] all that the supply of a run rests on under controls that stay, to tell kinds of runs by."""
        mine = [values for path, values in sorted(self._drawn.items()) if path.startswith("supply.")]
        standing = [np.asarray(values, dtype=np.float64).reshape(self._runs, -1) for values in _arrays(controls)]
        return np.concatenate([*(values[:, np.newaxis] for values in mine), *standing], axis=1)

    @classmethod
    def central(cls, levers: SupplyLevers) -> Values:
        """One run in which every uncertain value is at its median."""
        uncertain = {
            path: scalar
            for path, scalar in levers.plan.scalars.items()
            if path.startswith("supply.") and not scalar.fixed
        }
        drawn = {
            path: quantile(scalar.distribution, np.array([HALF]), scalar.dimension)
            for path, scalar in uncertain.items()
        }
        return cls(
            levers, drawn | {f"supply.projects.{name}.built": np.array([HALF]) for name in levers.settings.projects}, 1
        )

    # ── Reading ──────────────────────────────────────────────────────────────────────────────────────

    def each(self, scalar: Scalar, key: str) -> Numbers:
        """[run] a value of the section."""
        return self._table([(scalar, f"supply.{key}")], ())

    def _table(self, leaves: Sequence[Leaf], shape: tuple[int, ...]) -> Numbers:
        """[run, *shape] of leaves in C order; one run where all are the same in every run."""
        found = [leaf if isinstance(leaf, float) else value_of(*leaf, self._drawn) for leaf in leaves]
        runs = self._runs if any(isinstance(value, np.ndarray) and value.ndim for value in found) else 1
        return np.stack([np.broadcast_to(np.asarray(value, np.float64), runs) for value in found], 1).reshape(
            runs, *shape
        )

    def _group(self, section: str, keys: dict[str, str]) -> dict[str, Numbers]:
        """Field → [run] values of a section, for fields with the keys of the scenario language."""
        part = getattr(self.settings, section)
        return {field: self.each(getattr(part, key), f"{section}.{key}") for field, key in keys.items()}

    def by_sector(self, key: str) -> Numbers:
        """[run, sector] a key of every using sector."""
        return self._by(self.levers.sectors, "sectors", key)

    def _by(self, names: Sequence[str], section: str, key: str) -> Numbers:
        """[run, name] a key of every part of a section."""
        parts = getattr(self.settings, section)
        leaves: list[Leaf] = [(getattr(parts[name], key), f"supply.{section}.{name}.{key}") for name in names]
        return self._table(leaves, (len(names),))

    def _branch(self) -> NDArray[np.bool_]:
        """[run] whether output follows the branch leontief."""
        scalar = self.settings.production
        labels = scalar.distribution.labels
        if scalar.fixed:
            return np.array([labels[0] == "leontief"])
        return np.array(labels)[self._drawn["supply.production"].astype(np.int64)] == "leontief"

    def _horizon(self) -> int:
        """Day to which capacity is followed."""
        if self.settings.horizon is not None:
            return days.day(self.settings.horizon.isoformat())
        return self.plan.horizon + round(YEARS_AHEAD * DAYS_A_YEAR)

    # ── The parameters ───────────────────────────────────────────────────────────────────────────────

    def _parameters(self) -> Parameters:
        sectors, materials = self.levers.sectors, self.levers.materials
        need = self._need()
        size = len(materials)
        dependence: list[Leaf] = [
            self._material(name, "dependence", (sector,), 1.0) for sector in sectors for name in materials
        ]
        return Parameters(
            need=need / WEEKS_A_YEAR,
            chinese_share=self._by_region("chinese_share", 0.0),
            substitutable=self.by_sector("substitutable"),
            dependence=self._table(dependence, (len(sectors), size)),
            licensing=self._licensing(),
            holding=self._holding(),
            reserve=Reserve(
                size=self._by_region("stockpile", 0.0),
                **self._group("stockpiles", {key: key for key in ("release_cap", "decision_lag")}),
            ),
            production=self._production(),
            market=self._market(),
            building=self._building(total(need, 1, 2)),
        )

    def _need(self) -> Numbers:
        """[run, region, sector, material] tonnes a year."""
        levers = self.levers
        leaves = [
            self._material(name, "need", (region, sector), 0.0)
            for region in levers.regions
            for sector in levers.sectors
            for name in levers.materials
        ]
        return self._table(leaves, (len(levers.regions), len(levers.sectors), len(levers.materials)))

    def _material(self, name: str, key: str, place: tuple[str, ...], otherwise: float) -> Leaf:
        """A leaf of a material's map by region or sector, or what holds where the file says nothing."""
        held: Any = getattr(self.settings.materials[name], key)
        for step in place:
            held = held.get(step) if held is not None else None
        return otherwise if held is None else (held, ".".join((f"supply.materials.{name}.{key}", *place)))

    def _by_region(self, key: str, otherwise: float) -> Numbers:
        """[run, region, material]"""
        regions, materials = self.levers.regions, self.levers.materials
        leaves = [self._material(name, key, (region,), otherwise) for region in regions for name in materials]
        return self._table(leaves, (len(regions), len(materials)))

    def _licensing(self) -> Licensing:
        settings, materials = self.settings, self.levers.materials
        caps: list[Leaf] = [
            (settings.licensing.staff_cap[name], f"supply.licensing.staff_cap.{name}")
            if name in settings.licensing.staff_cap
            else np.inf
            for name in materials
        ]
        keys = (
            "general_hazard", "granted_civil", "granted_military", "refiled", "validity", "shipping", "easing",
            "tightening", "export_capacity",
        )  # fmt: skip
        return Licensing(
            **self._group("licensing", {key: key for key in keys}),
            staff_cap=self._table(caps, (len(materials),)),
            military=np.array([settings.sectors[name].military for name in self.levers.sectors]),
        )

    def _holding(self) -> Holding:
        levers, settings = self.levers, self.settings
        cover: list[Leaf] = []
        for region in levers.regions:
            held = settings.regions[region].cover
            for sector in levers.sectors:
                leaf: Leaf = (held[sector], f"supply.regions.{region}.cover.{sector}") if sector in held else 1.0
                cover += [leaf] * len(levers.materials)
        keys = (
            "cover_dispersion", "restoration", "hoarding", "hoarding_lag", "rationing_start", "triage", "transit",
            "leakage", "leakage_delay", "adaptation_rate", "adaptation_cover", "adaptation_decay",
        )  # fmt: skip
        return Holding(
            **self._group("holding", {key: key for key in keys}),
            cover=self._table(cover, (len(levers.regions), len(levers.sectors), len(levers.materials))),
            adaptation_limit=self.by_sector("adaptation_limit"),
            adaptation_price=np.log(self.each(settings.holding.adaptation_price, "holding.adaptation_price")),
        )

    def _production(self) -> Production:
        keys = ("sigma_short", "sigma_long", "sigma_time", "cost_share", "recovered", "overproduction")
        return Production(
            criticality=self.by_sector("criticality"),
            **self._group("output", {key: key for key in keys}),
        )

    def _market(self) -> Market:
        materials = self.levers.materials
        keys = ("adjustment", "exposed", "chinese_response", "half_life", "deadband", "panic_cover")
        return Market(
            price=self._by(materials, "materials", "price"),
            elasticity=self._by(materials, "materials", "elasticity"),
            cap=self._by(materials, "materials", "price_cap"),
            **self._group("prices", {key: key for key in keys}),
        )

    def _building(self, need: Numbers) -> Building:
        """`need` is [run, material] outside China, tonnes a year."""
        materials, settings = self.levers.materials, self.settings

        def by_stage(key: str) -> Numbers:
            leaves: list[Leaf] = []
            for name in materials:
                held = settings.materials[name].stages
                path = f"supply.materials.{name}.stages"
                leaves += [
                    (getattr(held[stage], key), f"{path}.{stage}.{key}") if stage in held else np.nan
                    for stage in STAGES
                ]
            return self._table(leaves, (len(materials), len(STAGES)))

        keys = (
            "demand_growth", "denial_time", "denial_delay", "access_time", "access", "price_response", "slowest",
            "fastest", "subsidy_response",
        )  # fmt: skip
        until = days.day(settings.building.projects_until.isoformat()) - self.plan.as_of
        return Building(
            stage_share=by_stage("share"),
            stage_growth=by_stage("growth"),
            feed_dependence=self._by(materials, "materials", "feed_dependence"),
            **self._group("building", {key: key for key in keys}),
            projects=self._projects(need),
            projects_until=np.array([max(0.0, until / DAYS_A_YEAR)]),
        )

    def _projects(self, need: Numbers) -> Projects:
        """Each project once for each of its materials, among which its capacity is split by need."""
        settings, materials = self.settings, self.levers.materials
        slip = self.each(settings.building.slip, "building.slip")
        rows: list[tuple[Numbers, Numbers, Numbers, int, int]] = []
        for name, project in sorted(settings.projects.items()):
            path = f"supply.projects.{name}"
            start = (self._table([(project.start, f"{path}.start")], ()) - self.plan.as_of) / DAYS_A_YEAR
            start = slipped(start, slip)
            capacity = self._table([(project.capacity, f"{path}.capacity")], ())
            places = [materials.index(material) for material in project.material if material in materials]
            for place in places:
                mine = need[:, place] / np.maximum(total(need[:, places], 1), np.finfo(float).tiny)
                share = capacity * mine / np.maximum(need[:, place], np.finfo(float).tiny)
                rows.append((self._built(name), start, share, place, STAGES.index(project.stage)))
        runs = max((len(array) for row in rows for array in row[:3]), default=1)

        def column(which: int) -> Numbers:
            return np.stack([np.broadcast_to(row[which], runs) for row in rows], 1) if rows else np.zeros((1, 0))

        keys = ("first_utilisation", "utilisation", "ramp")
        return Projects(
            on=column(0) > 0,
            start=column(1),
            capacity=column(2),
            **self._group("building", {key: key for key in keys}),
            material=np.array([row[3] for row in rows], dtype=np.intp),
            stage=np.array([row[4] for row in rows], dtype=np.intp),
        )

    def _built(self, name: str) -> Numbers:
        """[run] whether a project is built: its draw lies below its chance."""
        project, path = self.settings.projects[name], f"supply.projects.{name}"
        chance = (
            self.each(self.settings.building.realisation, "building.realisation")
            if project.probability is None
            else self._table([(project.probability, f"{path}.probability")], ())
        )
        return (self._drawn[f"{path}.built"] < chance).astype(np.float64)


def _arrays(controls: Controls) -> list[Any]:
    return [value for _, value in sorted(vars(controls).items()) if value is not None]
