"""The shapes that a value may take: fixed, or a distribution with its parameters in the unit of its dimension."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from sim.scenario.problems import describe
from sim.scenario.units import Dimension, is_word, value, within, written

SHAPES = {
    "fixed": "one value",
    "value": "one value",
    "uniform": "[least, most]",
    "triangular": "[least, most likely, most]",
    "pert": "[least, most likely, most]",
    "normal": "[mean, standard deviation]",
    "lognormal": "[median, standard deviation of the logarithm]",
    "beta": "[alpha, beta], between 0 and 1 unless `between: [least, most]` is given",
    "choice": "{value: weight, …} or a list of equally likely values",
    "table": "[[0 %, least], …, [100 %, most]], straight between the points",
}
"""Keys that make a mapping a distribution, and what they take."""

_PAIR, _TRIPLE = 2, 3
_TAIL = 6.0
"""standard deviations beyond which a normal holds nothing (1e-9) that a truncation could leave"""

_WIDEST = 3.0
"""sigma of the widest lognormal: two values in three within a factor of 20"""


@dataclass(frozen=True)
class Distribution:
    """A distribution in the internal unit of its dimension.

    `parameters` by shape: fixed (x); uniform (a, b); triangular and pert (least, mode, most); normal (mean, sd);
    lognormal (median, sigma); beta (alpha, beta, least, most); choice (weights, then values if they are numbers);
    table (probabilities, then values).
    """

    shape: str
    parameters: tuple[float, ...]
    labels: tuple[str, ...] = ()
    """the words of a choice"""
    lower: float | None = None
    """truncation"""
    upper: float | None = None
    scale: float = 1.0
    """what is drawn is scale × value + shift"""
    shift: float = 0.0

    def reach(self) -> tuple[float, float]:
        """(least, most) value that may be drawn; infinite where a shape has no end and is not truncated."""
        least, most = _support(self)
        if self.lower is not None and self.upper is not None:
            least, most = max(least, self.lower), min(most, self.upper)
        return self._moved(least), self._moved(most)

    def bulk(self) -> tuple[float, float]:
        """The same for all but one in 10⁹ of what is drawn before truncation; finite."""
        least, most = _bulk(self)
        return self._moved(least), self._moved(most)

    def _moved(self, number: float) -> float:
        return number * self.scale + self.shift if self.scale else self.shift


def fixed(raw: object, dimension: Dimension, unit: str) -> Distribution:
    """One value for all runs."""
    if dimension is Dimension.choice:
        return Distribution("fixed", (), (_word(raw),))
    return Distribution("fixed", (_bounded(raw, dimension, unit),))


def shaped(shape: str, raw: Mapping[str, Any], dimension: Dimension, unit: str) -> Distribution:
    """The distribution that a mapping with one shape stands for. ValueError says what is wrong with it."""
    inside = raw[shape]
    if "between" in raw and shape != "beta":
        raise ValueError(f"`between` goes with beta; found it with {shape}")
    if shape in ("fixed", "value"):
        distribution = fixed(inside, dimension, unit)
    elif shape == "choice":
        distribution = _choice(inside, dimension, unit)
    elif dimension is Dimension.choice:
        raise ValueError(f"found {shape} of words; words are drawn by choice")
    elif shape == "table":
        distribution = _table(inside, dimension, unit)
    else:
        needed = _TRIPLE if shape in ("triangular", "pert") else _PAIR
        if not isinstance(inside, list) or len(inside) != needed:
            raise ValueError(f"found {shape}: {_listed(inside)}; it takes {SHAPES[shape]}")
        distribution = _numeric(shape, inside, raw.get("between"), dimension, unit)
    return _truncated(distribution, raw.get("truncate"), dimension, unit)


def example(shape: str, raw: Mapping[str, Any]) -> Any:
    """A value inside a shape that tells what it measures: the first that has a unit or is a word, or else the first."""
    inside = raw.get("between", [0 if raw.get("unit") else "0 %"]) if shape == "beta" else raw[shape]
    if shape in ("normal", "lognormal") and isinstance(inside, list):
        inside = inside[:1]
    elif shape == "table" and isinstance(inside, list):
        inside = [row[-1] for row in inside if isinstance(row, list) and row]
    items = list(inside) if isinstance(inside, Mapping | list) else [inside]
    return next((item for item in items if isinstance(item, str)), items[0] if items else None)


def _word(raw: object) -> str:
    if not is_word(raw):
        allowed = f"a quantity, a date, a distribution or {written(Dimension.choice)}"
        raise ValueError(f"found {describe(raw)}; give {allowed} (expressions stand in rules, outcomes and indicators)")
    return str(raw)


def _bounded(raw: object, dimension: Dimension, unit: str) -> float:
    return within(value(raw, dimension, unit), lambda: describe(raw), dimension)


def _listed(items: Any) -> str:
    if not isinstance(items, list):
        return describe(items)
    return "[" + ", ".join(item if isinstance(item, str) else describe(item) for item in items) + "]"


def _numeric(shape: str, inside: list[Any], between: Any, dimension: Dimension, unit: str) -> Distribution:
    match shape:
        case "beta":
            return _beta(inside, between, dimension, unit)
        case "normal":
            return Distribution("normal", (value(inside[0], dimension, unit), _spread(inside[1], dimension, unit)))
        case "lognormal":
            return _lognormal(inside, dimension, unit)
    numbers = tuple(_bounded(item, dimension, unit) for item in inside)
    if any(a > b for a, b in pairwise(numbers)) or numbers[0] == numbers[-1]:
        raise ValueError(f"found {shape}: {_listed(inside)}; it takes {SHAPES[shape]}, in rising order")
    return Distribution(shape, numbers)


def _spread(raw: object, dimension: Dimension, unit: str) -> float:
    """A standard deviation: of a date it is a duration."""
    dimension = Dimension.days if dimension is Dimension.date else dimension
    number = value(raw, dimension, unit)
    if not number > 0:
        raise ValueError(f"found a standard deviation of {describe(raw)}; it is greater than 0")
    return within(number, lambda: describe(raw), dimension)


def _lognormal(inside: list[Any], dimension: Dimension, unit: str) -> Distribution:
    median, sigma = value(inside[0], dimension, unit), value(inside[1], Dimension.number)
    if not (median > 0 and 0 < sigma <= _WIDEST) or dimension is Dimension.date:
        rule = f"the median is greater than 0, sigma greater than 0 and at most {_WIDEST:g}, and it gives no dates"
        raise ValueError(f"found lognormal: {_listed(inside)}; {rule}")
    return Distribution("lognormal", (median, sigma))


def _beta(inside: list[Any], between: Any, dimension: Dimension, unit: str) -> Distribution:
    alpha, beta = (value(item, Dimension.number) for item in inside)
    if not (alpha > 0 and beta > 0):
        raise ValueError(f"found beta: {_listed(inside)}; alpha and beta are greater than 0")
    if between is None:
        if dimension not in (Dimension.share, Dimension.number):
            raise ValueError("a beta that is no share needs `between: [least, most]`")
        return Distribution("beta", (alpha, beta, 0.0, 1.0))
    if not isinstance(between, list) or len(between) != _PAIR:
        raise ValueError(f"found between: {_listed(between)}; it takes [least, most]")
    least, most = (_bounded(item, dimension, unit) for item in between)
    if not least < most:
        raise ValueError(f"found between: {_listed(between)}; it takes [least, most], in rising order")
    return Distribution("beta", (alpha, beta, least, most))


def _choice(inside: Any, dimension: Dimension, unit: str) -> Distribution:
    if not isinstance(inside, Mapping | list) or not inside:
        raise ValueError(f"found choice: {describe(inside)}; it takes {SHAPES['choice']}")
    weighted = [(item, weight) for item, weight in inside.items()] if isinstance(inside, Mapping) else []
    weighted = weighted or [(item, 1) for item in inside]
    weights = [
        value(weight, Dimension.share if str(weight).strip().endswith("%") else Dimension.number)
        for _, weight in weighted
    ]
    if min(weights) < 0 or sum(weights) <= 0:
        found = ", ".join(describe(weight) for _, weight in weighted)
        raise ValueError(f"found the weights {found}; those of a choice are not negative, and one is greater than 0")
    shares = tuple(weight / sum(weights) for weight in weights)
    if dimension is Dimension.choice:
        words = [_word(item) for item, _ in weighted]
        values: tuple[float | str, ...] = tuple(words)
        order = sorted(range(len(words)), key=words.__getitem__)
        distribution = Distribution("choice", tuple(shares[i] for i in order), tuple(words[i] for i in order))
    else:
        values = tuple(_bounded(item, dimension, unit) for item, _ in weighted)
        order = sorted(range(len(values)), key=values.__getitem__)
        numbers = (*(shares[place] for place in order), *(float(values[place]) for place in order))
        distribution = Distribution("choice", numbers)
    if len(set(values)) < len(values):
        raise ValueError(f"found a value twice in {_listed(list(inside))}; give it its weight instead")
    return distribution


def _table(inside: Any, dimension: Dimension, unit: str) -> Distribution:
    rule = f"it takes {SHAPES['table']}"
    if (
        not isinstance(inside, list)
        or len(inside) < _PAIR
        or not all(isinstance(row, list) and len(row) == _PAIR for row in inside)
    ):
        raise ValueError(f"found table: {describe(inside)}; {rule}")
    shares = tuple(value(row[0], Dimension.share) for row in inside)
    numbers = tuple(_bounded(row[1], dimension, unit) for row in inside)
    rising = all(a < b for a, b in pairwise(shares)) and all(a <= b for a, b in pairwise(numbers))
    if shares[0] != 0 or shares[-1] != 1 or not rising:
        rows = ", ".join(map(_listed, inside))
        raise ValueError(f"found table: [{rows}], which does not rise from 0 % to 100 %; {rule}")
    return Distribution("table", (*shares, *numbers))


def _truncated(distribution: Distribution, ends: Any, dimension: Dimension, unit: str) -> Distribution:
    if ends is None:
        return distribution
    if not isinstance(ends, list) or len(ends) != _PAIR:
        raise ValueError(f"found truncate: {_listed(ends)}; it takes [least, most]")
    if distribution.shape in ("fixed", "choice"):
        raise ValueError(f"truncate goes with a continuous distribution; found it with {distribution.shape}")
    lower, upper = (_bounded(end, dimension, unit) for end in ends)
    least, most = _bulk(distribution)
    if not lower < upper or upper <= least or lower >= most:
        raise ValueError(
            f"found truncate: {_listed(ends)}; it takes [least, most] in rising order, and leaves nothing here"
        )
    return replace(distribution, lower=lower, upper=upper)


def _support(distribution: Distribution) -> tuple[float, float]:
    """(least, most) value before truncation, scale and shift."""
    own = distribution.parameters
    match distribution.shape:
        case "normal":
            return -math.inf, math.inf
        case "lognormal":
            return 0.0, math.inf
        case "beta":
            return own[2], own[3]
        case "table" | "choice":
            return own[len(own) // 2], own[-1]
    return own[0], own[-1]


def _bulk(distribution: Distribution) -> tuple[float, float]:
    """(least, most) value before truncation, without tails in which arithmetic finds nothing."""
    own = distribution.parameters
    match distribution.shape:
        case "normal":
            return own[0] - _TAIL * own[1], own[0] + _TAIL * own[1]
        case "lognormal":
            return own[0] * math.exp(-_TAIL * own[1]), own[0] * math.exp(_TAIL * own[1])
    return _support(distribution)
