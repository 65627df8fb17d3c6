"""From the rate in the law to the rate at the border: statutory → applied → collected.

- *Statutory* is the rate that the law has for goods of an exporter.
- *Applied* is the average that is levied on the goods of that exporter, on whichever way they come. Of a rise over
  the base rate a part is never levied (exemptions, claims of a preference, under-valuation), and a part of the
  goods arrives through third countries:

      applied = base + (statutory − base)·(1 − non-collection)·(1 − rerouting)   for a rise
      applied = statutory                                                        for a cut

  A cut counts in full, for nobody gains by escaping it; what escaped the base rate is in the base data already.
- *Collected* is revenue over imports, so it also holds what buyers did: an output of the equilibrium.

Assumptions: non-collection is measured on all new tariffs of the United States and taken to be the same for each
good and importer. Rerouting is measured as a share of Vietnam's exports to the United States and is taken here as
the share of the goods under the higher rate. Rerouted goods pay no added rate on their way in. Only a link under a
higher rise than the importer's median partner is rerouted: of equals none is a way around.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]

NON_COLLECTION = (0.05, 0.10, 0.19)
"""Share of a rise that is not levied, low, central and high. 0.056 to 0.19 by month of 2025–26 and 0.10 assumed by
The Budget Lab at Yale (review of its tariff model, 2026)."""
REROUTING = (0.017, 0.05, 0.165)
"""Share of goods under a higher rate that arrive through third countries, low, central and high. Iyoha, Malesky,
Wen, Wu, Feng, "Exports in Disguise?", 2025 (HBS working paper 24-072; figures as told on VoxChina, 2025-01-22): of
Vietnam's exports to the United States 1.7 % by firm, 16.5 % by product; the central value is a judgement."""


def applied(statutory: ArrayLike, base: ArrayLike, non_collection: ArrayLike, rerouting: ArrayLike = 0.0) -> Numbers:
    """Rates that are levied, where `statutory` is the law and `base` the rates of the base year; fractions.

    Parameters
    ----------
    statutory, base : [.., cell]
        Rates, 0.10 is 10 %.
    non_collection, rerouting : shares in 0 to 1
        Of a rise over the base; see the formula of the module. Rerouting is 0 where :func:`reroutable` is False.

    All are broadcast against each other: a parameter [run] of cells [run, cell] is given as [run, 1]. ValueError
    for shares outside of 0 to 1.
    """
    statutory, base = np.asarray(statutory, dtype=np.float64), np.asarray(base, dtype=np.float64)
    escapes, rerouted = _shares("non_collection", non_collection), _shares("rerouting", rerouting)
    levied = base + (statutory - base) * ((1.0 - escapes) * (1.0 - rerouted))
    return np.where(statutory > base, levied, statutory)


def reroutable(rise: ArrayLike) -> NDArray[np.bool_]:
    """The links whose goods have a way around: a rise that is higher than that of the importer's median partner.

    `rise` is statutory less base rates [.., importer, exporter, sector] over the same regions twice; the median is
    over the partners of each importer in each sector, unweighted. The answer has the same shape, and is False on
    the diagonal.
    """
    rise = np.asarray(rise, dtype=np.float64)
    regions = rise.shape[-2]
    home = np.eye(regions, dtype=bool)
    if regions < 3:
        return np.zeros(rise.shape, dtype=bool)  # there is no third country
    partners = np.nonzero(~home)[1].reshape(regions, regions - 1)
    median = np.median(rise[..., np.arange(regions)[:, None], partners, :], axis=-2, keepdims=True)
    return (rise > np.maximum(median, 0.0)) & ~home[:, :, None]


def collected_percent(revenue_musd: ArrayLike, imports_musd: ArrayLike) -> Numbers:
    """Revenue from tariffs over imports at exporters' prices, percent; NaN where nothing is imported."""
    revenue, imports = np.broadcast_arrays(
        np.asarray(revenue_musd, dtype=np.float64), np.asarray(imports_musd, dtype=np.float64)
    )
    return np.divide(100.0 * revenue, imports, out=np.full(revenue.shape, np.nan), where=imports > 0)


def _shares(name: str, given: ArrayLike) -> Numbers:
    """`given` as numbers, if all are shares."""
    shares = np.asarray(given, dtype=np.float64)
    wrong = ~((shares >= 0) & (shares <= 1))
    if wrong.any():
        raise ValueError(f"{name} is {shares[wrong].flat[0]:g}; a share is 0 to 1")
    return shares
