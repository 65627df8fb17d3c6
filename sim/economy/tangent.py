"""How an equilibrium moves with its wages, to first order: what the solver steps by.

At a state with spending shares π, exporters' flows per unit of expenditure and elasticities θ:

    d ln P = (I − Π Aᵀ)⁻¹ Π B · d ln w                     prices, whatever θ
    d F_ni = F_ni (d ln X_n − θ (d ln c_i − d ln P_n))      flows, linear in θ
    d X    = A dY + α dI,  dI = wL d ln w + d revenue        expenditure, linear in θ

So the slope of excess demand for labour is a matrix without θ plus one matrix for each sector's θ: it is worked out
once at the base and put together for every run's own elasticities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sim.economy.base import Base

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tangent:
    """Slopes at one state. A first axis of 1 + sectors holds the part without θ, then the part of each sector's θ."""

    price_at_home: Numbers
    """[region, sector, sector] (I − diag(own share) Aᵀ)⁻¹"""
    expenditure_at_home: Numbers
    """[region, sector, sector] (I − A diag(own sales) − α revenue)⁻¹"""
    labour_at_home: Numbers
    """[region, sector] demand for labour, over base value added, by a unit of expenditure on goods made at home"""
    price: Numbers
    """[region·sector, region] d ln P / d ln w"""
    expenditure: Numbers
    """[1 + sectors, region·sector, region] d X / d ln w over the base expenditure"""
    excess: Numbers
    """[1 + sectors, region, region] d (demand for labour / base value added) / d ln w, at given supply"""


def tangent(base: Base, share: Numbers, flows: Numbers, duties: Numbers, spent: Numbers, wage: Numbers) -> Tangent:
    """The slopes at a state of the base's economy.

    Parameters
    ----------
    share : [sector, importer, exporter]
        Spending shares of the state.
    flows : [sector, importer, exporter]
        At exporters' prices, million USD.
    duties : [sector, importer, exporter]
        Import tariffs paid, million USD.
    spent : [sector, region]
        Expenditure, million USD.
    wage : [region]
        Wage hats.
    """
    sectors, regions = base.sectors, base.regions
    A, alpha, B = base.input_coefficient, base.final_share, base.value_added_share
    some = np.where(spent > 0, spent, 1.0)
    sold, duty = flows / some[..., np.newaxis], duties.sum(2) / some
    price, cost = _prices(base, share)
    gap = cost[:, np.newaxis] - price[:, :, np.newaxis]  # [sector, importer, exporter, region] d ln (c_i / P_n)
    d_output = -np.einsum("jni,jniw->jiw", flows, gap)
    d_revenue = -np.einsum("jni,jniw->jnw", duties, gap)

    right = np.zeros((1 + sectors, regions, sectors, regions))
    for region in range(regions):
        right[0, region, :, region] = alpha[:, region] * base.value_added[region] * wage[region]
    for sector in range(sectors):
        right[1 + sector] = np.einsum("nk,nw->nkw", A[:, :, sector], d_output[sector])
        right[1 + sector] += np.einsum("kn,nw->nkw", alpha, d_revenue[sector])
    feedback = np.einsum("nkj,jmn->nkmj", A, sold)
    for region in range(regions):
        feedback[region, :, region] += np.outer(alpha[:, region], duty[:, region])
    size = regions * sectors
    columns = right.transpose(1, 2, 0, 3).reshape(size, -1)
    solved = np.linalg.solve(np.eye(size) - feedback.reshape(size, size), columns)
    d_spent = solved.reshape(regions, sectors, 1 + sectors, regions).transpose(2, 0, 1, 3)

    d_sold = np.einsum("jni,cnjw->cijw", sold, d_spent)
    for sector in range(sectors):
        d_sold[1 + sector, :, sector] += d_output[sector]
    excess = np.einsum("ji,cijw->ciw", B, d_sold) / base.value_added[:, np.newaxis]
    scale = np.where(base.expenditure.T > 0, base.expenditure.T, 1.0)
    own = np.arange(regions)
    own_sales = sold[:, own, own].T  # [region, sector]
    at_home = A * own_sales[:, np.newaxis] + alpha.T[:, :, np.newaxis] * duty.T[:, np.newaxis]
    own_share = share[:, own, own].T
    price_at_home = np.linalg.inv(np.eye(sectors) - own_share[:, :, np.newaxis] * A.transpose(0, 2, 1))
    return Tangent(
        np.asarray(price_at_home, dtype=np.float64),
        np.asarray(np.linalg.inv(np.eye(sectors) - at_home), dtype=np.float64),
        (B * own_sales.T / base.value_added).T.copy(),
        np.ascontiguousarray(price.transpose(1, 0, 2).reshape(size, regions)),
        np.ascontiguousarray((d_spent / scale[..., np.newaxis]).reshape(1 + sectors, size, regions)),
        excess,
    )


def _prices(base: Base, share: Numbers) -> tuple[Numbers, Numbers]:
    """([sector, region, w] d ln P, d ln c by the wage of region w)."""
    sectors, regions = base.sectors, base.regions
    size = sectors * regions
    inputs = np.einsum("jni,ikj->jnki", share, base.input_coefficient)  # Π Aᵀ
    wages = share * base.value_added_share[:, np.newaxis]  # Π B
    price = np.linalg.solve(np.eye(size) - inputs.reshape(size, size), wages.reshape(size, regions))
    price = price.reshape(sectors, regions, regions)
    cost = np.einsum("ikj,kiw->jiw", base.input_coefficient, price)
    own = np.arange(regions)
    cost[:, own, own] += base.value_added_share
    return price, cost


@dataclass(frozen=True, eq=False)
class Slopes:
    """A tangent put together for the elasticities of a batch."""

    tangent: Tangent
    wage: Numbers
    """[run, region, region] d ln w by demand for labour that is left over"""
    expenditure: Numbers
    """[run, region·sector, region]"""

    @classmethod
    def of(cls, tangent: Tangent, theta: Numbers, weight: Numbers) -> Self:
        """For elasticities [run, sector]; `weight` [region] are shares of world value added."""
        terms = np.concatenate([np.ones((len(theta), 1)), theta], axis=1)

        def summed(slopes: Numbers) -> Numbers:
            flat = slopes.reshape(len(slopes), -1)
            return np.matmul(terms[:, np.newaxis], flat).reshape(len(theta), *slopes.shape[1:])

        slope = np.eye(len(weight)) - summed(tangent.excess) + weight
        inverse = np.stack([_inverse(one) for one in slope])
        return cls(tangent, inverse, summed(tangent.expenditure))


def _inverse(slope: Numbers) -> Numbers:
    """Of one run's slopes; blocs that do not trade with each other have wages that nothing ties together."""
    try:
        return np.asarray(np.linalg.inv(slope), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(slope), dtype=np.float64)
