"""What the episodes assume, from assumptions.csv: central values, or draws over the ranges."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

HERE = Path(__file__).parent
REGIONS = ("us", "eu", "japan", "korea", "india", "rest")
SECTORS = ("autos", "industrial", "electronics", "wind", "defence")


@dataclass(frozen=True)
class Range:
    """One assumption, in the unit of its file."""

    low: float
    central: float
    high: float
    unit: str
    source: str

    @property
    def scale(self) -> float:
        """What a value is multiplied by: per cents become shares."""
        return 0.01 if self.unit.startswith("%") else 1.0

    def at(self, quantile: Numbers) -> Numbers:
        """Values at quantiles in 0 to 1 of the triangular distribution on the range, as shares where in per cent."""
        low, mode, high = self.low, self.central, self.high
        if high <= low:
            return np.full(np.shape(quantile), low * self.scale)
        split = (mode - low) / (high - low)
        left = low + np.sqrt(quantile * (high - low) * (mode - low))
        right = high - np.sqrt((1 - quantile) * (high - low) * (high - mode))
        return np.asarray(np.where(quantile < split, left, right) * self.scale)


Assumptions = dict[tuple[str, str], Range]
Values = Mapping[tuple[str, str], Numbers]
"""(name, key) → [run], shares and not per cent; key is "" where there is one for all."""


def assumptions() -> Assumptions:
    """(name, key) → range, of the file."""
    with (HERE / "assumptions.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["name"], row["key"]): Range(
                float(row["low"]), float(row["central"]), float(row["high"]), row["unit"], row["source"]
            )
            for row in csv.DictReader(file)
        }


def central(**changed: float) -> Values:
    """One run at the central values; `changed` are values by name, in model units, for what is not by key."""
    found = {name: np.array([one.central * one.scale]) for name, one in assumptions().items()}
    return found | {(name, ""): np.array([value]) for name, value in changed.items()}


def draws(count: int, seed: int) -> Values:
    """Latin hypercube over all ranges: every assumption has one draw in each of `count` equally likely parts."""
    chance = np.random.default_rng(seed)
    found = {}
    for name, one in assumptions().items():
        parts = chance.permutation(count)
        found[name] = one.at((parts + chance.random(count)) / count)
    return found
