"""Who bears a tariff: pass-through to the border and prices of consumers, by their definitions.

Pass-through to the border is an output that is checked against evidence; only the margin between the border and the
shop is an input. Prices are in a common currency with world value added as the numeraire, as the equilibrium has
them. The regressions of the evidence compare goods under a changed rate with all others over the same months; with
this numeraire so do the figures here, as far as the price of the others keeps step with world value added.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]


def border_pass_through(cost: ArrayLike, wedge_change: ArrayLike, imports_musd: ArrayLike) -> Numbers:
    """Share of tariff changes that the prices of importers show at the border, [.., importer].

    For one cell it is Δln[(1+t)·p] / Δln(1+t) = 1 + Δln p / Δln(1+t), where p is the exporter's price: 1 if that
    stays, less if it gives way. Over the cells of an importer it is the slope of the one on the other through zero
    with the imports of the base as weights, as in the regressions that the evidence rests on:

        1 + Σ m·Δln(1+t)·Δln p / Σ m·Δln(1+t)²

    which for one change of all rates is the mean over imports.

    Parameters
    ----------
    cost : [.., exporter, sector]
        Exporters' prices relative to the base.
    wedge_change : [.., importer, exporter, sector]
        Δln(1+t); cells at 0 do not count, nor does the diagonal.
    imports_musd : [importer, exporter, sector] or with the axes before it
        Flows of the base, million USD.

    NaN for an importer that changed no tariff on goods it imports.
    """
    change, price, imports = _cells(cost, wedge_change, imports_musd)
    weight = imports * change
    shown = _sum_over_cells(weight * np.log(price))
    size = _sum_over_cells(weight * change)
    return 1.0 + np.divide(shown, size, out=np.full(size.shape, np.nan), where=size > 0)


def consumer_prices_percent(
    cost: ArrayLike,
    wage: ArrayLike,
    wedge_change: ArrayLike,
    purchases: ArrayLike,
    border_to_retail: ArrayLike = 0.2,
) -> Numbers:
    """Rise of consumer prices at given wages, percent, [.., importer].

        100·(exp(Σ_j Σ_i a_nij·b·ln[(1+t′)/(1+t)·ĉ_ij / ŵ_n]) − 1)

    with b = `border_to_retail` for imports and 1 at home. That imports show in shops only in part, at equal wages,
    is the evidence; that goods made at home show in full what they cost relative to wages (through the inputs in
    them) is an assumption, as are fixed weights: who turns to other goods pays less. The model's own exact price
    index has neither; this is a figure to set beside measured consumer prices.

    Parameters
    ----------
    cost : [.., exporter, sector]
        Exporters' prices ĉ relative to the base.
    wage : [.., importer]
        Wages ŵ relative to the base.
    wedge_change : [.., importer, exporter, sector]
        Δln(1+t).
    purchases : [importer, exporter, sector]
        Weights a in consumption at tariff-inclusive prices of the base: final share α_nj of the sector times share
        π_nij of the source in it. They sum to 1 for each importer; ValueError otherwise.
    border_to_retail : a number, or one for each run as [run, 1]
    """
    weights = np.asarray(purchases, dtype=np.float64)
    totals = _sum_over_cells(weights)
    if not np.allclose(totals, 1.0, rtol=0, atol=1e-6):
        raise ValueError(f"purchases of importer {np.abs(totals - 1).argmax()} do not sum to 1 over their sources")
    change, price = np.broadcast_arrays(
        np.asarray(wedge_change, dtype=np.float64), np.asarray(cost, dtype=np.float64)[..., None, :, :]
    )
    wages = np.log(np.asarray(wage, dtype=np.float64))[..., :, None, None]
    rise = weights * (change + np.log(price) - wages)
    home = np.eye(weights.shape[-2], dtype=bool)[:, :, None]
    imported, domestic = _sum_over_cells(np.where(home, 0.0, rise)), _sum_over_cells(np.where(home, rise, 0.0))
    return 100.0 * np.expm1(np.asarray(border_to_retail, dtype=np.float64) * imported + domestic)


def _cells(cost: ArrayLike, change: ArrayLike, imports_musd: ArrayLike) -> tuple[Numbers, Numbers, Numbers]:
    """Change of the wedge, exporter's price and imports on one shape [.., importer, exporter, sector], 0 at home."""
    price = np.asarray(cost, dtype=np.float64)[..., None, :, :]
    imports = np.asarray(imports_musd, dtype=np.float64)
    imports = np.where(np.eye(imports.shape[-2], dtype=bool)[:, :, None], 0.0, imports)
    change, price, imports = np.broadcast_arrays(np.asarray(change, dtype=np.float64), price, imports)
    return change, price, imports


def _sum_over_cells(numbers: Numbers) -> Numbers:
    """Sum over exporters and sectors. On one axis, so that a run has the same bits in any batch."""
    return np.ascontiguousarray(numbers).reshape(*numbers.shape[:-2], -1).sum(axis=-1)
