"""Tariff layers and how they stack: from what is in force to the rate on a good, and to averages.

A layer covers tranches and counts in one of four ways (:class:`Mode`). On one cell, with `in force` meaning
in force and not replaced there:

    stack = Σ rates of adds and replaces + Σ over groups of the highest rate + Σ max(0, ceiling − MFN)

A layer may bite on a share of its scope. The stack is then the mean over the goods of the cell: what a narrowed
layer leaves free, the layers that it replaces or outdoes in its group take. Which goods one layer leaves free says
nothing about which another does, so shares multiply (an assumption: scopes overlap as by chance).

Cells on which the same layers count the same way are one class, so that a stack is computed once for each
class. Every figure says what it is: a stack is the legal rate over MFN on a good; an average is at the fixed
weights of the trade data. The order in which layers are given never matters, not even for the last bit.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.instruments.tranches import TrancheTable

Truths = NDArray[np.bool_]
Numbers = NDArray[np.float64]
_Item = TypeVar("_Item", bound=Hashable)


class Mode(StrEnum):
    """How a layer counts on a cell that it covers, while it is in force."""

    adds = "adds"
    """Its rate counts."""
    replaces = "replaces"
    """Its rate counts, and the layers it replaces count for nothing there, nor do those that they replace."""
    highest_of = "highest_of"
    """Its rate counts if it is the highest of its group there."""
    tops_up_to = "tops_up_to"
    """Its rate is an all-in ceiling: what it exceeds the MFN rate of the cell by counts."""


class LayerError(ValueError):
    """A layer that cannot be: `layer` names it."""

    def __init__(self, layer: str, message: str) -> None:
        super().__init__(message)
        self.layer = layer


@dataclass(frozen=True)
class Layer:
    """One tariff instrument as it bears on trade. Patterns are those of :meth:`TrancheTable.fits`."""

    name: str
    importers: tuple[str, ...] = ("*",)
    exporters: tuple[str, ...] = ("*",)
    covers: tuple[str, ...] = ("*",)
    excepts: tuple[str, ...] = ()
    mode: Mode = Mode.adds
    replaces: tuple[str, ...] = ()
    """Layers that it replaces; for that mode only."""
    group: str | None = None
    """The group it is one of; for `highest_of` only."""

    def __post_init__(self) -> None:
        if bool(self.replaces) != (self.mode is Mode.replaces):
            raise LayerError(self.name, "a layer that replaces names another layer, and no other layer does")
        if (self.group is not None) != (self.mode is Mode.highest_of):
            raise LayerError(self.name, "a highest-of layer names its group, and no other layer does")

    def covered(self, table: TrancheTable) -> Truths:
        """[cell] of the table: whether the layer covers it."""
        named = table.fits(self.importers, self.exporters, tranche=self.covers)
        return named & ~table.fits(tranche=self.excepts)


@dataclass(frozen=True)
class _Term:
    """What one layer contributes where the same layers replace it and, if it tops up, at one MFN rate."""

    layer: int
    replaced_by: tuple[int, ...]
    mfn_pp: float | None

    def share(self, bite: Numbers) -> Numbers:
        """[run] share of the cell's goods on which it counts."""
        share = bite[:, self.layer]
        for other in self.replaced_by:
            share = share * (1.0 - bite[:, other])
        return share

    def amount(self, rate_pp: Numbers) -> Numbers:
        """[run] percentage points on a good on which it counts."""
        rate = rate_pp[:, self.layer]
        return rate if self.mfn_pp is None else np.maximum(rate - self.mfn_pp, 0.0)


_Summand = tuple[_Term, ...]
"""Terms of which the highest counts: one term, or those of a group."""


def _contributions(summand: _Summand, bite: Numbers, rate_pp: Numbers) -> Numbers:
    """[run, term] percentage points that each term brings to the mean over the cell's goods."""
    if len(summand) == 1:
        return (summand[0].share(bite) * summand[0].amount(rate_pp))[:, np.newaxis]
    amount = np.stack([term.amount(rate_pp) for term in summand], axis=1)
    share = np.zeros(amount.shape)
    replacing = sorted({other for term in summand for other in term.replaced_by})
    for bites in product((False, True), repeat=len(replacing)):  # goods by which of these bite on them
        met = dict(zip(replacing, bites, strict=True))
        goods = np.ones(len(bite))
        for other, does in met.items():
            goods = goods * (bite[:, other] if does else 1.0 - bite[:, other])
        left = [place for place, term in enumerate(summand) if not any(met[other] for other in term.replaced_by)]
        if left:
            own = bite[:, [summand[place].layer for place in left]]
            share[:, left] += goods[:, np.newaxis] * _taken(own, amount[:, left])
    return share * amount


def _taken(bite: Numbers, amount: Numbers) -> Numbers:
    """[run, term] share of the goods on which each is the highest; of equal ones the first by name."""
    order = np.argsort(-amount, axis=1, kind="stable")
    falling = np.take_along_axis(bite, order, axis=1)
    free = np.cumprod(np.c_[np.ones(len(bite)), 1.0 - falling[:, :-1]], axis=1)
    taken = np.empty(bite.shape)
    np.put_along_axis(taken, order, falling * free, axis=1)
    return taken


@dataclass(frozen=True)
class AverageSeries:
    """A fixed-weight average over some trade, ready to be taken again and again."""

    weights: tuple[tuple[int, float], ...]
    """(class, share of the trade) for each class that holds some of it, in the order of classes"""
    mfn_pp: float
    """average MFN rate, percentage points"""

    def add_on(self, add_on: Numbers) -> Numbers:
        """[run] average over MFN in percentage points, from the [run, class] of `Stacks.add_on`."""
        total = np.zeros(len(add_on))
        # One class after the other: a matrix product may round a run differently next to other runs.
        for column, share in self.weights:
            total += share * add_on[:, column]
        return total

    def average(self, add_on: Numbers) -> Numbers:
        """[run] average tariff in percentage points, MFN included."""
        return self.mfn_pp + self.add_on(add_on)


@dataclass(frozen=True, eq=False)
class Stacks:
    """Layers compiled over a table. `layers` keeps the given order, which is that of the layer axis."""

    layers: tuple[Layer, ...]
    table: TrancheTable
    class_of_cell: NDArray[np.int64]
    """[cell] the class of each cell of the table"""
    classes: tuple[tuple[_Summand, ...], ...]

    @classmethod
    def compile(cls, layers: Sequence[Layer], table: TrancheTable) -> Stacks:
        """Group the cells of the table into classes.

        LayerError for a name given twice, a replaced layer that is not there, or layers that replace each
        other in a circle.
        """
        replacing = _replacing(layers)
        by_name = sorted(range(len(layers)), key=lambda column: layers[column].name)
        covered = np.array([layers[column].covered(table) for column in by_name], dtype=np.bool_)
        tops_up = [column for column in by_name if layers[column].mode is Mode.tops_up_to]
        numbers: dict[tuple[tuple[int, ...], float | None], int] = {}
        class_of_cell = np.empty(len(table), dtype=np.int64)
        for cell in range(len(table)):
            present = tuple(by_name[place] for place in np.flatnonzero(covered[:, cell])) if layers else ()
            mfn_pp = float(table.mfn_pp[cell]) if not set(present).isdisjoint(tops_up) else None
            class_of_cell[cell] = numbers.setdefault((present, mfn_pp), len(numbers))
        classes = tuple(_summands(layers, replacing, present, mfn_pp) for present, mfn_pp in numbers)
        return cls(tuple(layers), table, class_of_cell, classes)

    @cached_property
    def covering(self) -> list[bool]:
        """[layer] whether it covers anything in the table."""
        found = {term.layer for stack in self.classes for summand in stack for term in summand}
        return [column in found for column in range(len(self.layers))]

    @cached_property
    def covered(self) -> list[frozenset[int]]:
        """[layer] the classes that it covers."""
        found: list[set[int]] = [set() for _ in self.layers]
        for cls, stack in enumerate(self.classes):
            for term in (term for summand in stack for term in summand):
                found[term.layer].add(cls)
        return [frozenset(classes) for classes in found]

    @cached_property
    def _steps(self) -> tuple[tuple[_Summand, ...], tuple[tuple[int, ...], ...]]:
        """Distinct summands; classes, as places of summands."""
        summands = _places(summand for stack in self.classes for summand in stack)
        return tuple(summands), tuple(tuple(summands[summand] for summand in stack) for stack in self.classes)

    def add_on(self, bite: Numbers, rate_pp: Numbers) -> Numbers:
        """[run, class] stack over MFN in percentage points, the mean over the goods of the class.

        `bite` is the [run, layer] share of its scope on which a layer is in force, 0 where it is not; `rate_pp`
        [run, layer] is finite, not negative, and of no account where the layer is not in force.
        """
        summands, classes = self._steps
        points = [_sum(_contributions(summand, bite, rate_pp)) for summand in summands]
        total = np.zeros((len(bite), len(classes)), order="F")
        for column, places in enumerate(classes):
            for place in places:
                total[:, column] += points[place]
        return total

    def class_of(self, importer: str, exporter: str, tranche: str, sector: str | None = None) -> int:
        """The class of a named good: its stack is that column of `add_on`.

        ValueError when the trade data do not hold it, or when it is in several sectors and the stack differs
        between them.
        """
        among = f"imports of {importer} from {exporter}"
        cells = self.table.fits(importer, exporter, tranche=tranche)
        held = sorted(set(self.table.sector[cells].tolist()))
        if sector is not None:
            cells = cells & self.table.fits(sector=sector)
        found = np.unique(self.class_of_cell[cells])
        if not len(found):
            where = f" in sector {sector}; it is in {', '.join(held)}" if held else ""
            raise ValueError(f"{among} hold no tranche {tranche!r}{where}")
        if len(found) > 1:
            raise ValueError(f"the stack on tranche {tranche!r} in {among} depends on the sector: {', '.join(held)}")
        return int(found[0])

    def breakdown(self, cls: int, bite: Numbers, rate_pp: Numbers) -> list[tuple[str, float]]:
        """(layer, percentage points) of each layer that brings some to a class in one run, by name.

        `bite` and `rate_pp` are [layer], one row of those of `add_on`; the points sum to its value.
        """
        row, rates = bite[np.newaxis], rate_pp[np.newaxis]
        return sorted(
            (self.layers[term.layer].name, points)
            for summand in self.classes[cls]
            for term, points in zip(summand, _contributions(summand, row, rates)[0].tolist(), strict=True)
            if points > 0
        )

    def series(self, importers: Sequence[str], exporters: Sequence[str], sector: str | None = None) -> AverageSeries:
        """The average tariff on what importers buy from exporters (patterns), all goods or one sector's.

        ValueError when the table has no such trade.
        """
        chosen = self.table.fits(importers, exporters, "*" if sector is None else sector)
        weight = self.table.weight_musd[chosen]
        total = weight.sum()
        if not total > 0:
            among = f"imports of {' '.join(importers)} from {' '.join(exporters)}"
            raise ValueError(f"the trade data hold no {among}" + (f" in sector {sector}" if sector else ""))
        by_class = np.bincount(self.class_of_cell[chosen], weights=weight)
        shares = tuple((int(column), float(by_class[column] / total)) for column in np.flatnonzero(by_class))
        return AverageSeries(shares, float((weight * self.table.mfn_pp[chosen]).sum() / total))


def _sum(columns: Numbers) -> Numbers:
    """[run] one column after the other: a sum along an axis may round a run differently next to other runs."""
    total = np.zeros(len(columns))
    for column in columns.T:
        total += column
    return total


def _places(items: Iterable[_Item]) -> dict[_Item, int]:
    """Each distinct item and its place among them."""
    return {item: place for place, item in enumerate(dict.fromkeys(items))}


def _replacing(layers: Sequence[Layer]) -> list[set[int]]:
    """For each layer the layers that replace it, directly or through others."""
    columns: dict[str, int] = {}
    for column, layer in enumerate(layers):
        if layer.name in columns:
            raise LayerError(layer.name, f"there are two layers named {layer.name!r}")
        columns[layer.name] = column
    replacing: list[set[int]] = [set() for _ in layers]
    for column, layer in enumerate(layers):
        waiting = list(layer.replaces)
        while waiting:
            name = waiting.pop()
            if name not in columns:
                raise LayerError(layer.name, f"found {name!r}; layers are {', '.join(sorted(columns))}")
            if name == layer.name:
                raise LayerError(name, f"the layer {name!r} replaces itself, directly or through others")
            if column not in replacing[columns[name]]:
                replacing[columns[name]].add(column)
                waiting += layers[columns[name]].replaces
    return replacing


def _summands(
    layers: Sequence[Layer], replacing: list[set[int]], present: tuple[int, ...], mfn_pp: float | None
) -> tuple[_Summand, ...]:
    """What is added up on a cell that the layers `present` (in order of name) cover."""
    summands: dict[str | int, list[_Term]] = {}
    for column in present:
        layer = layers[column]
        term = _Term(
            column,
            tuple(other for other in present if other in replacing[column]),
            mfn_pp if layer.mode is Mode.tops_up_to else None,
        )
        summands.setdefault(column if layer.group is None else layer.group, []).append(term)
    return tuple(tuple(terms) for terms in summands.values())
