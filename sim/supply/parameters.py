"""All parameters of the supply layer, and the same by cell.

Every array has the run as its first axis, or length 1 there where all runs agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from sim.supply.capacity import Building, narrowest, share
from sim.supply.cells import Cells
from sim.supply.licences import Licensing, Rules
from sim.supply.output import Production
from sim.supply.prices import Market
from sim.supply.stockpile import Reserve
from sim.supply.stocks import Holding

Numbers = NDArray[np.float64]

WITHOUT_RUNS = ("military", "material", "stage")
"""Arrays that say what sectors and projects are, the same in all runs."""


class ByCell(NamedTuple):
    """What a step reads of the parameters, [run, cell] or [run, 1]; the first axis may have length 1."""

    need: Numbers
    chinese: Numbers
    """normal Chinese flow, weeks of need a week"""
    substitutable: Numbers
    cover: Numbers
    """target of the median firm, weeks"""
    pipeline: Numbers
    """unused licences and goods at sea at rest, weeks of need"""
    dependence: Numbers
    adaptation_limit: Numbers
    non_chinese_at_rest: Numbers
    """[run, material] narrowest share of the chain, NaN where it has no stages"""
    normal_exports: Numbers
    """[run, material] tonnes a week"""
    tonnes: Numbers
    """[run, material] need, tonnes a week"""


@dataclass(frozen=True, eq=False)
class Parameters:
    """What a supply layer is made of."""

    need: Numbers
    """[run, region, sector, material] tonnes a week at rest"""
    chinese_share: Numbers
    """[run, region, material] share of need that China meets at rest"""
    substitutable: Numbers
    """[run, sector] share of need that can be met otherwise at once"""
    dependence: Numbers
    """[run, sector, material] share of the sector's output that needs the material"""
    licensing: Licensing
    holding: Holding
    reserve: Reserve
    production: Production
    market: Market
    building: Building

    def __post_init__(self) -> None:
        """ValueError where runs disagree in number or a number is out of its range."""
        lengths = {len(array) for _, array in self._arrays() if len(array) != 1}
        if len(lengths) > 1:
            raise ValueError(f"found parameters for {sorted(lengths)} runs; all arrays have one number of runs, or 1")
        for name, array in self._arrays():
            if name in _POSITIVE and not (array > 0).all():
                raise ValueError(f"{name} is {array[~(array > 0)].flat[0]:g}; more than 0 is meant")
            if name in _SHARES and not ((array >= 0) & (array <= 1)).all():
                raise ValueError(f"{name} is {array[~((array >= 0) & (array <= 1))].flat[0]:g}; 0 to 1 is meant")
            if name in _NOT_NEGATIVE and not (array >= 0).all():
                raise ValueError(f"{name} is {array[~(array >= 0)].flat[0]:g}; at least 0 is meant")
        if not np.isfinite(self.licensing.general_hazard).all():
            raise ValueError("general_hazard is infinite; a number a week is meant")

    @property
    def runs(self) -> int:
        """The number of runs, 1 where all agree in everything."""
        return max(len(array) for _, array in self._arrays())

    def take(self, rows: NDArray[np.intp] | slice) -> Self:
        """The parameters of some runs."""
        return _take(self, rows)

    @cached_property
    def cells(self) -> Cells:
        """The uses that there are."""
        return Cells(self.need)

    @cached_property
    def rules(self) -> Rules:
        """Those of the licence queue, by cell."""
        licensing, cells = self.licensing, self.cells
        granted = np.where(licensing.military, _column(licensing.granted_military), _column(licensing.granted_civil))
        return Rules(
            cells.of_sector(granted),
            _column(licensing.refiled),
            _column(licensing.validity),
            _column(licensing.shipping),
            _column(licensing.export_capacity) * self.by_cell.chinese,
            licensing.staff_cap,
            self.by_cell.need,
        )

    @cached_property
    def by_cell(self) -> ByCell:
        """What a step reads, by cell."""
        cells, holding = self.cells, self.holding
        need = cells.of(self.need)
        chinese = cells.of_store(self.chinese_share)
        used = need > 0
        return ByCell(
            need,
            chinese,
            cells.of_sector(self.substitutable),
            cells.of(holding.cover),
            chinese * (1 / _column(self.licensing.shipping) + _column(holding.transit)),
            np.where(used, self.dependence.transpose(1, 2, 0)[cells.sector, cells.material].T, 0.0),
            cells.of_sector(holding.adaptation_limit),
            narrowest(share(np.zeros((1, cells.shape[2])), np.zeros((1, cells.shape[2])), self.building)),
            cells.by_material(need * chinese),
            cells.by_material(need),
        )

    def _arrays(self) -> Iterator[tuple[str, NDArray[Any]]]:
        return _arrays(self)


_POSITIVE = {"validity", "shipping", "restoration", "sigma_short", "sigma_long", "sigma_time", "adaptation_decay"}
_POSITIVE |= {"price", "elasticity", "export_capacity", "half_life", "hoarding"}
_SHARES = {"chinese_share", "substitutable", "dependence", "granted_civil", "granted_military", "refiled", "triage"}
_SHARES |= {"rationing_start", "leakage", "adaptation_limit", "criticality", "cost_share", "recovered", "release_cap"}
_NOT_NEGATIVE = {"need", "general_hazard", "easing", "tightening", "cover", "cover_dispersion", "hoarding_lag"}
_NOT_NEGATIVE |= {
    "transit",
    "leakage_delay",
    "size",
    "decision_lag",
    "staff_cap",
    "adaptation_rate",
    "adaptation_cover",
}


def _arrays(record: Any) -> Iterator[tuple[str, NDArray[Any]]]:
    """All arrays of a record and of the records in it that have runs, with their names."""
    for field in fields(record):
        value = getattr(record, field.name)
        if is_dataclass(value):
            yield from _arrays(value)
        elif field.name not in WITHOUT_RUNS:
            yield field.name, value


def _take(record: Any, rows: NDArray[np.intp] | slice) -> Any:
    changed = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if is_dataclass(value):
            changed[field.name] = _take(value, rows)
        elif field.name not in WITHOUT_RUNS and len(value) != 1:
            changed[field.name] = value[rows]
    return replace(record, **changed)


def _column(array: Numbers) -> Numbers:
    return array[:, np.newaxis]
