"""Scalars: any number, date, duration or choice of a file, fixed or as an assumption with a distribution."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from sim.days import date as as_date
from sim.scenario.problems import closest, describe
from sim.scenario.shapes import SHAPES, Distribution, example, fixed, shaped
from sim.scenario.units import (
    HIGHEST,
    LONGEST,
    UNIT,
    Dimension,
    dimension_of,
    is_date,
    split,
    unit_of,
    value,
    within,
    written,
)

__all__ = [
    "ABOUT",
    "LONGEST_PROSE",
    "AnyScalar",
    "Day",
    "Distribution",
    "Duration",
    "Money",
    "Points",
    "Scalar",
    "Share",
    "parse",
]

LONGEST_PROSE = 10_000
"""characters of a source, a note, a question"""
ABOUT = ("unit", "source", "known", "published", "note", "truncate", "between")
"""Keys that may stand beside the shape."""


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
                else " | ".join(f"{w} {p * 100:.3g} %" for w, p in zip(own.labels, own.parameters, strict=True))
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
        plain = self._plain(number)
        return f"{plain} {unit[:-1] if (plain, unit) == ('1', 'days') else unit}".rstrip()


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


def parse(raw: Any, dimension: Dimension | None, unit: str = "") -> Scalar:
    """A scalar from what the file says: a quantity, a mapping with one shape, or an adjusted scalar of another file.

    With no `dimension` the unit tells it. ValueError says in one sentence what was found and what is allowed. A
    scenario and its what-ifs are read from the same values, so what has been read once is kept.
    """
    if isinstance(raw, str):
        return _parsed_text(raw, dimension, unit)
    key = (id(raw), dimension, unit)
    if key in _parsed and _parsed[key][0] is raw:
        return _parsed[key][1]
    scalar = _parsed_anew(raw, dimension, unit)
    if isinstance(raw, dict):
        if len(_parsed) >= _MOST_KEPT:
            _parsed.clear()
        _parsed[key] = raw, scalar
    return scalar


_MOST_KEPT = 8192
"""values that are kept; a large scenario has some thousand"""
_parsed: dict[tuple[int, Dimension | None, str], tuple[dict[str, Any], Scalar]] = {}
"""Scalars of mappings, which nobody changes once a file is read; holding them keeps their ids theirs."""


def _parsed_anew(raw: Any, dimension: Dimension | None, unit: str) -> Scalar:
    scalar = _read(raw, dimension, unit)
    if not scalar.distribution.labels:
        _check_reach(scalar, raw, of_the_key=dimension is not None)
    return scalar


_parsed_text = lru_cache(maxsize=_MOST_KEPT)(_parsed_anew)


def _read(raw: Any, dimension: Dimension | None, unit: str) -> Scalar:
    if hasattr(raw, "base") and hasattr(raw, "by"):
        return _adjusted(_read(raw.base, dimension, unit), str(raw.by))
    if isinstance(raw, Mapping):
        return _from_mapping(raw, dimension)
    dimension = dimension or _dimension(raw, unit)
    return Scalar(dimension, unit or _unit(raw, dimension), fixed(raw, dimension, unit))


def _check_reach(scalar: Scalar, raw: Any, of_the_key: bool) -> None:
    """ValueError where something may be drawn that makes no sense.

    Rates and money are not negative where a key asks for them.
    """
    dimension, ends = scalar.dimension, scalar.distribution.reach()
    change = f"{raw.by!r}, which gives " if hasattr(raw, "by") else ""
    if dimension is Dimension.date:
        for end in filter(math.isfinite, ends):
            _in_calendar(end, f"{change}a date")
        return

    def found() -> str:
        return f"{change}{scalar.describe()}"

    if of_the_key and dimension in (Dimension.points, Dimension.money) and min(ends) < 0:
        what = "is negative" if scalar.fixed else "may be negative"
        raise ValueError(f"found {found()}, which {what}; give {written(dimension)}")
    for end in ends:
        if math.isfinite(end):
            within(end, found, dimension)
        elif (
            dimension is Dimension.share
            or (dimension in (Dimension.days, Dimension.tonnes) and end < 0)
            or max(map(abs, scalar.distribution.bulk()))
            > {Dimension.days: LONGEST, Dimension.points: HIGHEST}.get(dimension, math.inf)
        ):
            raise ValueError(f"found {found()}, which has no end; add truncate: [least, most]")


def _in_calendar(day: float, found: str) -> None:
    try:
        as_date(round(day))
    except ValueError:
        raise ValueError(f"found {found} that leaves the calendar") from None


def _dimension(raw: object, unit: str) -> Dimension:
    """What an untyped value measures, by its own unit or that of the mapping around it."""
    if isinstance(raw, str):
        if is_date(raw):
            return Dimension.date
        parts = split(raw)
        if parts is None:
            return Dimension.choice
        unit = parts[1] or unit
    return dimension_of(unit) or Dimension.number


def _unit(raw: object, dimension: Dimension) -> str:
    if dimension is Dimension.number and isinstance(raw, str) and (parts := split(raw)) is not None:
        return parts[1]
    return UNIT[dimension]


def _from_mapping(raw: Mapping[str, Any], dimension: Dimension | None) -> Scalar:
    for key in raw:
        if key not in SHAPES and key not in ABOUT:
            near = closest(str(key), [*SHAPES, *ABOUT])
            hint = f" (did you mean {near!r}?)" if near else ""
            raise ValueError(
                f"found key {key!r}{hint}; a value has one of {', '.join(SHAPES)} and any of {', '.join(ABOUT)}"
            )
    shapes = [key for key in raw if key in SHAPES]
    if len(shapes) != 1:
        found = " and ".join(shapes) or describe(dict(raw))
        raise ValueError(f"found {found}; a value has exactly one of {', '.join(SHAPES)}")
    unit = _text(raw, "unit") or ""
    unit = unit_of(unit, unit)
    one = example(shapes[0], raw)
    dimension = dimension or _dimension(one, unit)
    unit = unit or (_unit(one, dimension) if dimension is Dimension.number else "")
    kept = unit if dimension is Dimension.number else UNIT[dimension]
    distribution = shaped(shapes[0], raw, dimension, unit)
    return Scalar(dimension, kept, distribution, _text(raw, "source"), _known(raw), _text(raw, "note"))


def _text(raw: Mapping[str, Any], key: str) -> str | None:
    found = raw.get(key)
    if found is not None and not isinstance(found, str):
        raise ValueError(f"found {describe(found)} as {key}; it is text (put it in quotes)")
    if found is not None and len(found) > LONGEST_PROSE:
        raise ValueError(f"found {describe(found)} as {key}; at most {LONGEST_PROSE:,} characters may stand here")
    return found


def _known(raw: Mapping[str, Any]) -> int | None:
    found = raw.get("known", raw.get("published"))
    return None if found is None else int(value(found, Dimension.date))


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
AnyScalar = Annotated[Scalar, _Typed(None)]
"""The dimension is that of the unit."""
