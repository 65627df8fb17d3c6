"""A batch of counterfactuals: what differs from the base, run by run."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Limits:
    """Largest quantities of parts of trade: export controls and quotas. The part of a cell is a variety of its own.

    No buyer can have more than `allowed` times what it bought of the part in the base; where that binds a scarcity
    rent makes up the price. Several limits may hold parts of one cell; their shares sum to at most 1.
    """

    cell: Places
    """[limit] place in `[sector, importer, exporter]`, flattened, in ascending order"""
    share: Numbers
    """[run, limit] part of the base trade of the cell"""
    allowed: Numbers
    """[run, limit] largest quantity relative to the base; 0 is a ban, infinity no limit"""
    to_exporter: Numbers
    """[run] share of the rent that stays with the exporter; the importer's licence holders have the rest"""
    order: Places | None = None
    """[limit] place of each in the list that it was given in; None if that is the order here"""


@dataclass(frozen=True, eq=False)
class Capacity:
    """Largest outputs of sectors, relative to the base; the owners there have what scarcity adds to the price."""

    sector: Places
    """[place]"""
    region: Places
    """[place]"""
    limit: Numbers
    """[run, place] above 0; infinity is no limit"""


@dataclass(frozen=True, eq=False)
class Problem:
    """Counterfactuals of one base. Cells that are not named keep the rates of the base."""

    elasticity: Numbers
    """[run, sector] trade elasticities θ = σ − 1"""
    cell: Places
    """[cell] places in `[sector, importer, exporter]`, flattened, where rates may differ"""
    tariff: Numbers
    """[run, cell] import tariff rates"""
    acted_on: Numbers | None
    """[run, cell] the rates that buyers have adjusted to so far; None if to the rates themselves"""
    export_tax: Numbers | None
    """[run, cell] export tax rates; None if those of the base"""
    deficit: Numbers
    """[region] final demand beyond income, million USD; world value added is the unit of account"""
    tax_relief: NDArray[np.bool_]
    """[run] whether tariff revenue lowers the tax on labour (else it is handed out)"""
    labour_supply: Numbers
    """[run] elasticity of labour supply to the real wage after tax"""
    income_tax: Numbers
    """[run] average tax on labour income in the base"""
    limits: Limits | None = None
    capacity: Capacity | None = None
    trade_cost: Numbers | None = None
    """[run, cell] hats of iceberg trade costs: units shipped for one that arrives; None if those of the base"""

    def __len__(self) -> int:
        return len(self.elasticity)

    def take(self, rows: Places) -> Self:
        """The counterfactuals of some runs."""
        return replace(self, **_taken(self, rows, shared=("cell", "deficit")))

    def part(self, way: float, base_tariff: Numbers, base_export_tax: Numbers) -> Self:
        """The same with every wedge a part of the way (0 to 1) from the base, in logs; bans and shares stay.

        `base_tariff` and `base_export_tax` are [cell].
        """

        def between(rate: Numbers | None, start: Numbers) -> Numbers | None:
            if rate is None:
                return None
            return np.exp((1 - way) * np.log1p(start) + way * np.log1p(rate)) - 1

        tariff = between(self.tariff, base_tariff)
        assert tariff is not None
        limits, capacity = self.limits, self.capacity
        if limits is not None:
            limits = replace(limits, allowed=np.where(limits.allowed < 1, limits.allowed**way, limits.allowed))
        if capacity is not None:
            capacity = replace(capacity, limit=np.where(capacity.limit < 1, capacity.limit**way, capacity.limit))
        return replace(
            self,
            tariff=tariff,
            acted_on=between(self.acted_on, base_tariff),
            export_tax=between(self.export_tax, base_export_tax),
            limits=limits,
            capacity=capacity,
            trade_cost=None if self.trade_cost is None else self.trade_cost**way,
        )


def _taken(part: Problem | Limits | Capacity, rows: Places, shared: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields(part):
        value = getattr(part, field.name)
        if isinstance(value, Limits):
            found[field.name] = replace(value, **_taken(value, rows, ("cell", "order")))
        elif isinstance(value, Capacity):
            found[field.name] = replace(value, **_taken(value, rows, ("sector", "region")))
        elif value is not None and field.name not in shared:
            found[field.name] = value[rows]
    return found
