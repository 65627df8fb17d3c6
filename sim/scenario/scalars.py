"""Scalars: any number, date, duration or choice of a file, fixed or as an assumption with a distribution."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from sim.days import date as as_date
from sim.scenario.problems import closest
from sim.scenario.units import UNIT, Dimension, dimension_of, split, value, written

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
ABOUT = ("unit", "source", "known", "published", "note", "truncate", "between")
"""Keys that may stand beside the shape."""

_PAIR, _TRIPLE = 2, 3


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


@dataclass(frozen=True)
class Scalar:
    """A value of the file with its unit and where it comes from."""

    dimension: Dimension
    unit: str
    distribution: Distribution
    source: str | None = None
    known: int | None = None
    """day since 1970 on which it was public"""
    note: str | None = None

    @property
    def fixed(self) -> bool:
        """Whether it is the same in every run."""
        return self.distribution.shape == "fixed"

    @property
    def value(self) -> float | str:
        """The value of a fixed scalar, in the internal unit of its dimension; a word for a choice."""
        own = self.distribution
        return own.labels[0] if own.labels else own.parameters[0] * own.scale + own.shift

    def describe(self) -> str:
        """In words, for tables: `triangular 5–10–30 pp`."""
        own = self.distribution
        if own.labels:
            return (
                own.labels[0]
                if self.fixed
                else " | ".join(f"{w} {p:.0%}" for w, p in zip(own.labels, own.parameters, strict=True))
            )
        if self.fixed:
            return self._written(float(self.value))
        return f"{self._parameters()}{self._truncated()} ({_SHAPE_NAMES[own.shape]})"

    def _parameters(self) -> str:
        own = self.distribution
        if own.shape in ("normal", "lognormal"):
            middle = self._written(own.parameters[0] * own.scale + own.shift)
            spread = own.parameters[1] if own.shape == "lognormal" else own.parameters[1] * own.scale
            if own.shape == "lognormal":
                return f"{middle} ± {spread:g} (log)"
            return f"{middle} ± {f'{spread:g} days' if self.dimension is Dimension.date else self._plain(spread)}"
        numbers = own.parameters
        if own.shape == "beta":
            numbers = own.parameters[2:]
        elif own.shape in ("table", "choice"):
            numbers = own.parameters[len(own.parameters) // 2 :]
        ends = [number * own.scale + own.shift for number in numbers]
        if self.dimension is Dimension.date:
            return " – ".join(self._written(end) for end in ends)
        return "–".join(self._plain(end) for end in ends[:-1]) + "–" + self._written(ends[-1])

    def _truncated(self) -> str:
        own = self.distribution
        if own.lower is None or own.upper is None:
            return ""
        return f", within {self._plain(own.lower)}–{self._written(own.upper)}"

    def _plain(self, number: float) -> str:
        if self.dimension is Dimension.date:
            return f"{as_date(round(number)).day} {as_date(round(number)):%b %Y}"
        return f"{number * 100:.6g}" if self.dimension is Dimension.share else f"{number:.6g}"

    def _written(self, number: float) -> str:
        if self.dimension is Dimension.date:
            return self._plain(number)
        unit = "%" if self.dimension is Dimension.share else self.unit
        return f"{self._plain(number)} {unit}".rstrip()


_SHAPE_NAMES = {
    "uniform": "uniform",
    "triangular": "triangular",
    "pert": "PERT",
    "normal": "normal",
    "lognormal": "lognormal",
    "beta": "beta",
    "choice": "choice",
    "table": "quantile table",
}


def is_distribution(raw: object) -> bool:
    """Whether a mapping of the file is one scalar rather than a part with keys of its own."""
    return isinstance(raw, Mapping) and not SHAPES.keys().isdisjoint(raw)


def parse(raw: Any, dimension: Dimension | None, unit: str | None = None) -> Scalar:
    """A scalar from what the file says: a quantity, a mapping with one shape, or an adjusted scalar of another file.

    With no `dimension` the unit tells it. ValueError says in one sentence what was found and what is allowed.
    """
    if isinstance(raw, Scalar):
        return raw
    if hasattr(raw, "base") and hasattr(raw, "by"):
        return _adjusted(parse(raw.base, dimension, unit), str(raw.by))
    if isinstance(raw, Mapping):
        return _from_mapping(raw, dimension, unit)
    dimension = dimension or _dimension(raw, unit or "")
    return Scalar(dimension, unit or _unit(raw, dimension), _fixed(raw, dimension, unit or ""))


def _dimension(raw: object, unit: str) -> Dimension:
    """What an untyped value measures, by its own unit or that of the mapping around it."""
    if isinstance(raw, str):
        parts = split(raw)
        if parts is None:
            return Dimension.choice
        if parts[1] == "" or raw.count("-") == _PAIR:
            return (dimension_of(unit) or Dimension.number) if raw.count("-") < _PAIR else Dimension.date
        return dimension_of(parts[1]) or Dimension.number
    return dimension_of(unit) or Dimension.number


def _unit(raw: object, dimension: Dimension) -> str:
    if dimension is Dimension.number and isinstance(raw, str) and (parts := split(raw)) is not None:
        return parts[1]
    return UNIT[dimension]


def _fixed(raw: object, dimension: Dimension, unit: str) -> Distribution:
    if dimension is Dimension.choice:
        if not isinstance(raw, str):
            raise ValueError(f"found {raw!r}; {written(dimension)} is wanted")
        return Distribution("fixed", (), (raw,))
    return Distribution("fixed", (_checked(value(raw, dimension, unit), raw, dimension),))


def _checked(number: float, raw: object, dimension: Dimension) -> float:
    """Within what the dimension allows."""
    if dimension is Dimension.share and not 0 <= number <= 1:
        raise ValueError(f"found {raw!r}; a share is between 0 % and 100 %")
    if dimension in (Dimension.days, Dimension.tonnes) and number < 0:
        raise ValueError(f"found {raw!r}; {written(dimension)} is not negative")
    return number


def _from_mapping(raw: Mapping[str, Any], dimension: Dimension | None, unit: str | None) -> Scalar:
    shapes = [key for key in raw if key in SHAPES]
    for key in raw:
        if key not in SHAPES and key not in ABOUT:
            near = closest(str(key), [*SHAPES, *ABOUT])
            hint = f" (did you mean {near!r}?)" if near else ""
            raise ValueError(
                f"found key {key!r}{hint}; a value has one of {', '.join(SHAPES)} and any of {', '.join(ABOUT)}"
            )
    if len(shapes) != 1:
        found = " and ".join(shapes) or "none"
        raise ValueError(f"found {found}; a value has exactly one of {', '.join(SHAPES)}")
    shape, written_unit = shapes[0], raw.get("unit") or unit
    if written_unit is not None and not isinstance(written_unit, str):
        raise ValueError(f"found unit {written_unit!r}; a unit is text such as bn USD")
    dimension = dimension or _dimension(_an_example(raw[shape]), written_unit or "")
    distribution = _truncated(_shaped(shape, raw, dimension, written_unit or ""), raw, dimension, written_unit or "")
    if "between" in raw and shape != "beta":
        raise ValueError(f"`between` goes with beta; found it with {shape}")
    own_unit = written_unit or _unit(_an_example(raw[shape]), dimension)
    kept = UNIT[dimension] if dimension is not Dimension.number else own_unit
    return Scalar(dimension, kept, distribution, _text(raw, "source"), _known(raw), _text(raw, "note"))


def _an_example(inside: Any) -> Any:
    """One of the values inside a shape, to tell the dimension by."""
    while isinstance(inside, Mapping | list) and inside:
        inside = next(iter(inside)) if isinstance(inside, Mapping) else inside[-1]
    return inside


def _text(raw: Mapping[str, Any], key: str) -> str | None:
    found = raw.get(key)
    if found is not None and not isinstance(found, str):
        raise ValueError(f"found {key} {found!r}; it is text")
    return found


def _known(raw: Mapping[str, Any]) -> int | None:
    found = raw.get("known", raw.get("published"))
    return None if found is None else int(value(found, Dimension.date))


def _shaped(shape: str, raw: Mapping[str, Any], dimension: Dimension, unit: str) -> Distribution:
    inside = raw[shape]
    if shape in ("fixed", "value"):
        return _fixed(inside, dimension, unit)
    if shape == "choice":
        return _choice(inside, dimension, unit)
    if dimension is Dimension.choice:
        raise ValueError(f"found {shape} of words; words are drawn by choice")
    if shape == "table":
        return _table(inside, dimension, unit)
    needed = _TRIPLE if shape in ("triangular", "pert") else _PAIR
    if not isinstance(inside, list) or len(inside) != needed:
        raise ValueError(f"found {shape}: {inside!r}; it takes {SHAPES[shape]}")
    if shape == "beta":
        return _beta(inside, raw.get("between"), dimension, unit)
    if shape == "normal":
        return _normal(inside, dimension, unit)
    if shape == "lognormal":
        return _lognormal(inside, dimension, unit)
    numbers = tuple(_checked(value(item, dimension, unit), item, dimension) for item in inside)
    if any(a > b for a, b in pairwise(numbers)) or numbers[0] == numbers[-1]:
        raise ValueError(f"found {shape}: {_listed(inside)}; it takes {SHAPES[shape]}, in rising order")
    return Distribution(shape, numbers)


def _listed(items: list[Any]) -> str:
    return "[" + ", ".join(str(item) for item in items) + "]"


def _spread(raw: object, dimension: Dimension, unit: str) -> float:
    """A standard deviation: of a date it is a duration."""
    number = value(raw, Dimension.days if dimension is Dimension.date else dimension, unit)
    if not number > 0:
        raise ValueError(f"found a standard deviation of {raw!r}; it is greater than 0")
    return number


def _normal(inside: list[Any], dimension: Dimension, unit: str) -> Distribution:
    return Distribution("normal", (value(inside[0], dimension, unit), _spread(inside[1], dimension, unit)))


def _lognormal(inside: list[Any], dimension: Dimension, unit: str) -> Distribution:
    median, sigma = value(inside[0], dimension, unit), value(inside[1], Dimension.number)
    if not (median > 0 and sigma > 0) or dimension is Dimension.date:
        raise ValueError(
            f"found lognormal: {_listed(inside)}; median and sigma are greater than 0, and it gives no dates"
        )
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
        raise ValueError(f"found between: {between!r}; it takes [least, most]")
    least, most = (_checked(value(item, dimension, unit), item, dimension) for item in between)
    if not least < most:
        raise ValueError(f"found between: {_listed(between)}; it takes [least, most], in rising order")
    return Distribution("beta", (alpha, beta, least, most))


def _choice(inside: Any, dimension: Dimension, unit: str) -> Distribution:
    if isinstance(inside, list):
        inside = dict.fromkeys(map(str, inside), 1)
    if not isinstance(inside, Mapping) or not inside:
        raise ValueError(f"found choice: {inside!r}; it takes {SHAPES['choice']}")
    weights = [
        value(weight, Dimension.share if str(weight).strip().endswith("%") else Dimension.number)
        for weight in inside.values()
    ]
    if min(weights) < 0 or sum(weights) <= 0:
        raise ValueError("the weights of a choice are not negative, and one is greater than 0")
    shares = tuple(weight / sum(weights) for weight in weights)
    if dimension is Dimension.choice:
        return Distribution("choice", shares, tuple(str(word) for word in inside))
    numbers = [_checked(value(item, dimension, unit), item, dimension) for item in inside]
    order = sorted(range(len(numbers)), key=numbers.__getitem__)
    return Distribution("choice", (*(shares[i] for i in order), *(numbers[i] for i in order)))


def _table(inside: Any, dimension: Dimension, unit: str) -> Distribution:
    rule = f"it takes {SHAPES['table']}"
    if (
        not isinstance(inside, list)
        or len(inside) < _PAIR
        or not all(isinstance(row, list) and len(row) == _PAIR for row in inside)
    ):
        raise ValueError(f"found table: {inside!r}; {rule}")
    shares = tuple(value(row[0], Dimension.share) for row in inside)
    numbers = tuple(_checked(value(row[1], dimension, unit), row[1], dimension) for row in inside)
    rising = all(a < b for a, b in pairwise(shares)) and all(a <= b for a, b in pairwise(numbers))
    if shares[0] != 0 or shares[-1] != 1 or not rising:
        raise ValueError(f"found a table that does not rise from 0 % to 100 %; {rule}")
    return Distribution("table", (*shares, *numbers))


def _truncated(distribution: Distribution, raw: Mapping[str, Any], dimension: Dimension, unit: str) -> Distribution:
    ends = raw.get("truncate")
    if ends is None:
        return distribution
    if not isinstance(ends, list) or len(ends) != _PAIR:
        raise ValueError(f"found truncate: {ends!r}; it takes [least, most]")
    if distribution.shape in ("fixed", "choice"):
        raise ValueError(f"truncate goes with a continuous distribution; found it with {distribution.shape}")
    lower, upper = (value(end, dimension, unit) for end in ends)
    least, most = support(distribution)
    if not lower < upper or upper <= least or lower >= most:
        raise ValueError(
            f"found truncate: {_listed(ends)}; it takes [least, most] in rising order, and leaves nothing here"
        )
    return replace(distribution, lower=lower, upper=upper)


def support(distribution: Distribution) -> tuple[float, float]:
    """(least, most) value before truncation, scale and shift."""
    own = distribution.parameters
    if distribution.shape == "normal":
        return -math.inf, math.inf
    if distribution.shape == "lognormal":
        return 0.0, math.inf
    if distribution.shape == "beta":
        return own[2], own[3]
    if distribution.shape in ("table", "choice"):
        return own[len(own) // 2], own[-1]
    return own[0], own[-1]


def _adjusted(base: Scalar, by: str) -> Scalar:
    """`+20 pp` shifts the whole distribution, `×0.8` stretches it."""
    text = by.strip()
    own = base.distribution
    if base.dimension is Dimension.choice:
        raise ValueError(f"found {by!r} on a word; words are replaced, not adjusted")
    if text[:1] in ("×", "x"):
        factor = value(text[1:], Dimension.number)
        if base.dimension is Dimension.date:
            raise ValueError(f"found {by!r} on a date; a date is moved by days, such as +14 d")
        adjusted = replace(own, scale=own.scale * factor, shift=own.shift * factor)
    else:
        step = Dimension.days if base.dimension is Dimension.date else base.dimension
        parts = split(text)
        if parts is None or (base.dimension is not Dimension.number and not parts[1]):
            raise ValueError(f"found {by!r}; a change has the unit of what it changes: {written(step)}")
        adjusted = replace(own, shift=own.shift + value(text, step))
    for end in support(adjusted):
        if math.isfinite(end):
            _checked(end * adjusted.scale + adjusted.shift, by, base.dimension)
    return replace(base, distribution=adjusted)


class _Typed:
    """Makes pydantic read a field with `parse`."""

    def __init__(self, dimension: Dimension | None) -> None:
        self.dimension = dimension

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(lambda raw: parse(raw, self.dimension))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        of = "any quantity" if self.dimension is None else written(self.dimension)
        keys = {key: {"description": takes} for key, takes in SHAPES.items()} | {key: {} for key in ABOUT}
        mapping = {"type": "object", "properties": keys, "additionalProperties": False}
        plain = {"type": ["string", "number"], "description": of}
        return {"anyOf": [plain, mapping], "description": f"{of}, or a distribution of it"}


Share = Annotated[Scalar, _Typed(Dimension.share)]
Points = Annotated[Scalar, _Typed(Dimension.points)]
Duration = Annotated[Scalar, _Typed(Dimension.days)]
Day = Annotated[Scalar, _Typed(Dimension.date)]
Money = Annotated[Scalar, _Typed(Dimension.money)]
Tonnes = Annotated[Scalar, _Typed(Dimension.tonnes)]
Number = Annotated[Scalar, _Typed(Dimension.number)]
AnyScalar = Annotated[Scalar, _Typed(None)]
"""The dimension is that of the unit."""
