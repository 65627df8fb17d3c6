"""The base year as an equilibrium: what a data set says, in the axes that the solver works in.

Axes of the solver are `[sector, importer, exporter]` for trade and `[sector, region]` for the rest, so that the
shares of one sector are a matrix. Values are million USD a year, rates fractions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.economy.dataset import DataSet

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Base:
    """An equilibrium from which hats are taken."""

    share: Numbers
    """[sector, importer, exporter] part of the importer's expenditure in the sector, tariffs included; rows sum to 1"""
    tariff: Numbers
    """[sector, importer, exporter]"""
    export_tax: Numbers
    """[sector, importer, exporter]"""
    flows: Numbers
    """[sector, importer, exporter] at exporters' prices, before export tax and tariff"""
    expenditure: Numbers
    """[sector, region] at prices that buyers pay"""
    output: Numbers
    """[sector, region] at producers' prices"""
    value_added_share: Numbers
    """[sector, region]"""
    input_coefficient: Numbers
    """[region, input, sector] purchases of the input per unit of output"""
    final_share: Numbers
    """[sector, region] of final demand; columns sum to 1"""
    value_added: Numbers
    """[region]"""
    revenue: Numbers
    """[region] of import tariffs"""
    deficit: Numbers
    """[region] final demand beyond income"""
    income: Numbers
    """[region] value added, revenue of tariffs and export taxes, deficit: what final demand spends"""

    @property
    def regions(self) -> int:
        return len(self.value_added)

    @property
    def sectors(self) -> int:
        return len(self.share)

    @classmethod
    def of(cls, data: DataSet) -> Base:
        """The base of a data set: final demand is the residual at prices with tariffs, or has the shares given.

        With shares given the base may be no equilibrium; solve it once (`Economy` does).
        """
        return cls.from_flows(
            data.flows_musd.transpose(2, 0, 1),
            data.tariff.transpose(2, 0, 1),
            data.export_tax.transpose(2, 0, 1),
            data.value_added_share.T,
            data.input_coefficient,
            None if data.final_share is None else data.final_share.T,
        )

    @classmethod
    def from_flows(
        cls,
        flows: Numbers,
        tariff: Numbers,
        export_tax: Numbers,
        value_added_share: Numbers,
        input_coefficient: Numbers,
        final_share: Numbers | None = None,
    ) -> Base:
        """The base in which these flows are traded; axes as in the fields."""
        at_customs = flows * (1 + export_tax)
        paid = at_customs * (1 + tariff)
        expenditure, output = paid.sum(2), flows.sum(1)
        intermediate = np.einsum("nkj,jn->kn", input_coefficient, output)
        final = expenditure - intermediate
        value_added = (value_added_share * output).sum(0)
        revenue = (at_customs * tariff).sum((0, 2))
        levied = (flows * export_tax).sum((0, 1))
        income = final.sum(0)
        return cls(
            _shares(paid, expenditure),
            np.ascontiguousarray(tariff),
            np.ascontiguousarray(export_tax),
            np.ascontiguousarray(flows),
            expenditure,
            output,
            np.ascontiguousarray(value_added_share),
            np.ascontiguousarray(input_coefficient),
            final / income if final_share is None else np.ascontiguousarray(final_share),
            value_added,
            revenue,
            income - value_added - revenue - levied,
            income,
        )


def _shares(paid: Numbers, expenditure: Numbers) -> Numbers:
    """[sector, importer, exporter]; who buys nothing in a sector has, for form's sake, its own price."""
    nothing = expenditure == 0
    share = paid / np.where(nothing, 1.0, expenditure)[..., np.newaxis]
    sector, region = np.nonzero(nothing)
    share[sector, region, region] = 1.0
    return np.ascontiguousarray(share)
