"""Output of the sectors that use a material, in two branches: critical inputs without substitute, and CES.

    Leontief   y = 1 − κ (1 − x)                              x: share of need met, κ: criticality
    CES        y = [(1 − β) + β x^((σ−1)/σ)]^(σ/(σ−1))        β: cost share, σ rises from short to long run

They differ widely at moderate shortage, so both are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.supply.prices import WEEKS_A_YEAR

Numbers = NDArray[np.float64]

WHOLE = 1 - 1e-9
"""Share of need from which on nothing is said to be missing."""
COBB_DOUGLAS = 1e-9
"""|(σ − 1)/σ| below which CES is taken as its limit x^β."""


@dataclass(frozen=True, eq=False)
class Production:
    """How output depends on what is met. The first axis is the run, or has length 1."""

    criticality: Numbers
    """[run, sector] output lost for a unit of need that is not met (Leontief branch)"""
    sigma_short: Numbers
    """[run] elasticity of substitution at once (CES branch)"""
    sigma_long: Numbers
    """[run] in the long run"""
    sigma_time: Numbers
    """[run] years, time constant between the two"""
    cost_share: Numbers
    """[run] β, share of the material and its parts in cost"""
    recovered: Numbers
    """[run] share of lost output that is only put off (Leontief branch)"""
    overproduction: Numbers
    """[run] highest output when it is made up for, 1 or more"""


class Output(NamedTuple):
    """[run, region, sector], 1 at rest"""

    leontief: Numbers
    ces: Numbers


def ces(x: Numbers, cost_share: Numbers, sigma: Numbers) -> Numbers:
    """CES output at the share `x` of need; with its limits min(1, x) towards σ = 0 and x^β at σ = 1."""
    rho = (sigma - 1) / sigma
    plain = np.abs(rho) < COBB_DOUGLAS
    with np.errstate(divide="ignore"):
        log = np.log(x)
    whole = np.logaddexp(np.log1p(-cost_share), np.log(cost_share) + np.where(plain, 1.0, rho) * log)
    power = np.where(plain, cost_share * log, whole / np.where(plain, 1.0, rho))
    output: Numbers = np.where(x >= 1, 1.0, np.exp(power))
    return output


def sigma(age: Numbers, production: Production) -> Numbers:
    """Elasticity [run, region, sector] after `age` weeks of shortage: σ₁ − (σ₁ − σ₀) e^(−age/τ)."""
    given = (production.sigma_short, production.sigma_long, production.sigma_time)
    short, long, time = (array[:, np.newaxis, np.newaxis] for array in given)
    return long - (long - short) * np.exp(-age / (time * WEEKS_A_YEAR))


def catch_up(deferred: Numbers, met: Numbers, production: Production, weeks: float) -> Numbers:
    """Extra output with which what was put off is made up for once need is met, [run, region, sector]."""
    most = (production.overproduction - 1)[:, np.newaxis, np.newaxis]
    return np.where(met >= WHOLE, np.minimum(most, deferred / weeks), 0.0)


def produced(
    met: Numbers, extra: Numbers, deferred: Numbers, age: Numbers, production: Production, weeks: float
) -> Output:
    """Output of a step; `deferred` (weeks of output) and `age` (weeks of shortage) move in place.

    `met` is the share of what is required that is met, with `extra` output to make up for what was put off; all
    [run, region, sector]. The age of a shortage falls as fast as it rose once all is met (assumption).
    """
    made = met * (1 + extra)
    lost, more = np.maximum(1 - made, 0.0), np.maximum(made - 1, 0.0)
    short = met < WHOLE
    age += np.where(short, weeks, -weeks)
    np.maximum(age, 0.0, out=age)
    critical = production.criticality[:, np.newaxis]
    leontief = 1 - critical * (lost - more)
    deferred += (production.recovered[:, np.newaxis, np.newaxis] * lost - more) * weeks
    np.maximum(deferred, 0.0, out=deferred)
    smooth = np.ones(met.shape)
    if short.any():
        smooth = ces(1 - lost, production.cost_share[:, np.newaxis, np.newaxis], sigma(age, production))
    return Output(leontief, smooth)
