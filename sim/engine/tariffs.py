"""Tariff series of a run: stacks of named goods and average tariffs by pair, from the state of the instruments."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engine.plan import Plan, plan
from sim.instruments import lives
from sim.instruments.layers import AverageSeries, Layer, LayerError, Mode, Stacks
from sim.instruments.tranches import TrancheTable, combine, from_records, load_dataset
from sim.scenario.checks import Finding
from sim.scenario.model import Good, Instrument, Scenario
from sim.scenario.names import tariff_pairs
from sim.scenario.problems import closest
from sim.world.window import window
from sim.world.world import World


@dataclass(frozen=True)
class LayerSource:
    """Where a layer's state comes from: an instrument, and the actors on whom it depends run by run."""

    instrument: int
    carrier: int | None
    """cell of `carried`: the member of a coalition that carries it out"""
    target: int | None
    """cell of `exempt`: the actor that a side deal may free from it"""


class GoodError(ValueError):
    """A named good that the trade data do not hold, or hold with more than one stack."""

    def __init__(self, good: str, message: str) -> None:
        super().__init__(message)
        self.good = good


class TariffSeries:
    """Computes [run, series] in percentage points: `stack.<good>` over MFN, `average.<pair>` with MFN.

    A pair of which the trade data hold nothing has an average of NaN.
    """

    def __init__(self, plan: Plan, series: Sequence[str] | None = None, table: TrancheTable | None = None) -> None:
        """For the named series, all of the plan if none are given; stacks over `table`, by default what they need."""
        self.plan = plan
        goods, actors = plan.scenario.goods, plan.scenario.actors
        wanted = plan.recorded_series + plan.unrecorded_series if series is None else list(series)
        chosen = [name.removeprefix("stack.") for name in wanted if name.startswith("stack.")]
        pairs = [pair for pair in tariff_pairs(plan.scenario) if f"average.{pair[0]}.{pair[1]}" in wanted]
        sides = [*pairs, *((goods[name].importer, goods[name].exporter) for name in chosen)]
        importers, exporters = (
            {region for side in sides for region in actors[side[place]].regions} for place in (0, 1)
        )
        if table is None:
            table = tranche_table(plan.scenario).select(sorted(importers), sorted(exporters))
        self.sources, self.layers = self._layers()
        self.stacks = Stacks.compile(self.layers, table)
        self._covering = self.stacks.covering
        self.goods = {name: self._class_of(name, goods[name]) for name in chosen}
        self.averages = {pair: self._average(*pair) for pair in pairs}

    def __len__(self) -> int:
        return len(self.goods) + len(self.averages)

    def of(self, world: World, rows: NDArray[np.int64], moved: Collection[int] = ()) -> NDArray[np.float64]:
        """[row, series] for the given rows, goods first; `moved` as in `layer_state`."""
        if not len(self):
            return np.empty((len(rows), 0))
        add_on = self.stacks.add_on(*self.layer_state(world, rows, moved))
        columns = [add_on[:, stack] for stack in self.goods.values()]
        nothing = np.full(len(rows), np.nan)
        columns += [nothing if series is None else series.average(add_on) for series in self.averages.values()]
        return np.stack(columns, axis=1)

    def by_sector(self, world: World, importer: str, exporter: str) -> dict[str, NDArray[np.float64]]:
        """Sector → [run] average tariff of the pair at fixed weights in percentage points, MFN included."""
        add_on = self.stacks.add_on(*self.layer_state(world, np.arange(len(world))))
        return {sector: one.average(add_on) for sector, one in self.average_by_sector(importer, exporter).items()}

    def average_by_sector(self, importer: str, exporter: str) -> dict[str, AverageSeries]:
        """Sector → average of the pair's trade in it, ready to be taken again and again."""
        actors = self.plan.scenario.actors
        sides = actors[importer].regions, actors[exporter].regions
        held = self.stacks.table.fits(*sides) & (self.stacks.table.weight_musd > 0)
        sectors = sorted(set(self.stacks.table.sector[held].tolist()))
        return {sector: self.stacks.series(*sides, sector) for sector in sectors}

    def layer_state(
        self, world: World, rows: NDArray[np.int64], moved: Collection[int] = ()
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """([row, layer] share of its scope on which it is in force, else 0; [row, layer] rate in pp).

        What is in force is taken from the World's record of it, for the instruments in `moved` from their dates.
        """
        bite = np.zeros((len(rows), len(self.sources)), order="F")
        rate = np.zeros(bite.shape, order="F")
        for column, source in enumerate(self.sources):
            if not self._covering[column]:
                continue
            in_force = self._in_force(world, rows, source.instrument, moved)
            if source.carrier is not None:
                in_force = in_force & world.carried[rows, source.carrier]
            if source.target is not None:
                in_force = in_force & ~world.exempt[rows, source.target]
            bite[:, column] = in_force * world.share[rows, source.instrument]
            rate[:, column] = world.rate[rows, source.instrument]
        return bite, rate

    def _in_force(
        self, world: World, rows: NDArray[np.int64], instrument: int, moved: Collection[int]
    ) -> NDArray[np.bool_]:
        if instrument in moved:
            return lives.in_force(window(world, rows), instrument, self.plan.standings[instrument], world.today)
        return world.in_force[rows, instrument]

    def _class_of(self, name: str, good: Good) -> int:
        actors = self.plan.scenario.actors
        importer, exporter = actors[good.importer].regions[0], actors[good.exporter].regions[0]
        try:
            return self.stacks.class_of(importer, exporter, good.tranche, good.sector)
        except ValueError as error:
            raise GoodError(name, str(error)) from None

    def _average(self, importer: str, exporter: str) -> AverageSeries | None:
        actors = self.plan.scenario.actors
        try:
            return self.stacks.series(actors[importer].regions, actors[exporter].regions)
        except ValueError:
            return None

    def _layers(self) -> tuple[list[LayerSource], list[Layer]]:
        freed = _freed(self.plan)
        tariffs = {
            name: (part, self._sides(column, part, freed.get(column, frozenset())))
            for column, (name, part) in enumerate(self.plan.scenario.instruments.items())
            if part.kind == "tariff"
        }
        names = {name: [_name_of(name, place) for place in range(len(sides))] for name, (_, sides) in tariffs.items()}
        sources, layers = [], []
        for name, (part, sides) in tariffs.items():
            replaced = tuple(layer for other in part.replaces for layer in names[other])
            for own_name, (source, importers, exporters) in zip(names[name], sides, strict=True):
                sources.append(source)
                layers.append(_layer(own_name, part, importers, exporters, replaced))
        return sources, layers

    def _sides(
        self, column: int, part: Instrument, freed: frozenset[int]
    ) -> list[tuple[LayerSource, list[str], list[str]]]:
        """One layer for the whole instrument, or one for each member and each target that may differ by run."""
        scenario, width = self.plan.scenario, len(self.plan.players)
        deciders = self.plan.columns["deciders"]

        def regions(actors: list[str]) -> list[str]:
            return [region for actor in actors for region in scenario.actors[actor].regions]

        carriers: list[tuple[int | None, list[str]]] = []
        if part.by in scenario.coalitions:
            members = scenario.coalitions[part.by].members
            carriers += [(column * width + deciders[member], regions([member])) for member in members]
        else:
            carriers.append((None, regions([part.by])))
        single = [actor for actor in part.on if deciders[actor] in freed]
        shared = [actor for actor in part.on if actor not in single]
        targets: list[tuple[int | None, list[str]]] = [
            (column * width + deciders[actor], regions([actor])) for actor in single
        ]
        if shared or not part.on:
            targets.append((None, regions(shared) if part.on else ["*"]))
        return [
            (LayerSource(column, carrier, target), importers, exporters)
            for carrier, importers in carriers
            for target, exporters in targets
        ]


def _freed(plan: Plan) -> dict[int, frozenset[int]]:
    """Instrument → actors that some move may exempt from it."""
    found: dict[int, frozenset[int]] = {}
    for act in plan.every_act():
        if act.verb == "exempt":
            for column in act.targets:
                found[column] = found.get(column, frozenset()) | set(act.actors)
    return found


def _name_of(instrument: str, place: int) -> str:
    """Name of a layer: its instrument's, numbered where the instrument has several."""
    return instrument if place == 0 else f"{instrument}#{place + 1}"


def _layer(
    name: str, part: Instrument, importers: Sequence[str], exporters: Sequence[str], replaced: tuple[str, ...]
) -> Layer:
    mode = Mode.adds
    if replaced:
        mode = Mode.replaces
    elif part.highest_of is not None:
        mode = Mode.highest_of
    elif part.tops_up_to is not None:
        mode = Mode.tops_up_to
    covers, excepts = tuple(part.covers), tuple(part.excepts)
    return Layer(name, tuple(importers), tuple(exporters), covers, excepts, mode, replaced, part.highest_of)


def tranche_table(scenario: Scenario) -> TrancheTable:
    """The cells of the scenario's shipped data sets and of its own tranches."""
    tables = [load_dataset(name) for name in scenario.trade.data]
    own = [
        {
            "importer": region,
            "exporter": partner,
            "sector": tranche.sector,
            "tranche": name,
            "weight_musd": float(tranche.value.value) * 1000,
            "mfn_pp": float(tranche.mfn.value),
        }
        for name, tranche in scenario.trade.tranches.items()
        for region in scenario.actors[tranche.importer].regions
        for partner in scenario.actors[tranche.exporter].regions
    ]
    return combine([*tables, from_records(own)] if own else tables)


def findings(scenario: Scenario) -> list[Finding]:
    """What does not fit between the trade data, the tariff layers and the named goods of a validated scenario."""
    try:
        table = tranche_table(scenario)
    except ValueError as error:
        return [Finding(("trade",), str(error))]
    found = []
    for name, part in scenario.instruments.items():
        if part.kind == "tariff" and len(table):
            for key in ("covers", "excepts"):
                for pattern in getattr(part, key):
                    if not table.fits(tranche=pattern).any():
                        near = closest(pattern, sorted(set(table.tranche.tolist())))
                        message = f"found {pattern!r}, which fits no tranche of the trade data"
                        found.append(Finding(("instruments", name, key), message, near))
    try:
        averages = TariffSeries(plan(scenario)).averages
        untraded = {f"average.{a}.{b}" for (a, b), series in averages.items() if series is None}
        for name, published in scenario.published.items():
            if published.series in untraded:
                message = f"found {published.series!r}, a pair of which the trade data hold nothing"
                found.append(Finding(("published", name, "series"), message))
    except LayerError as error:
        found.append(Finding(("instruments", error.layer.partition("#")[0]), str(error)))
    except GoodError as error:
        near = closest(scenario.goods[error.good].tranche, sorted(set(table.tranche.tolist())))
        found.append(Finding(("goods", error.good, "tranche"), str(error), near))
    return found
