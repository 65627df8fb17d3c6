"""What expressions see: the names of :mod:`sim.scenario.names`, answered from a World."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache, partial, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.days import MISSING
from sim.engine.plan import Plan
from sim.instruments import lives
from sim.instruments.lives import Standing
from sim.negotiation.policy import Rows, Value
from sim.scenario.expressions import Kind
from sim.scenario.names import INSTRUMENT, PACKAGE, PACKAGE_ANY, economy_measures, named_assumptions, supply_measures
from sim.scenario.scalars import Scalar
from sim.world.window import window
from sim.world.world import World

Reader = Callable[..., Value]
"""Takes the view; the partial functions below have their columns bound."""


class View:
    """A World on one day, read by name. Assumptions are [run] or one number for all runs."""

    def __init__(
        self,
        plan: Plan,
        world: World,
        assumptions: Mapping[str, Value],
        series: Callable[[int], NDArray[np.float64]],
        other_series: Callable[[int], NDArray[np.float64]],
        measured: Callable[[str, str, str | None], NDArray[np.float64]],
    ) -> None:
        """`series` answers tariff series that are recorded, `other_series` those that are not, by their column.

        `measured` answers measures of the economy, by measure, actor and partner, and of supply, by measure, actor or
        material, and sector.
        """
        self.measured = measured
        self.series = series
        self.other_series = other_series
        self.plan = plan
        self.world = world
        self.assumptions = assumptions
        self._readers = readers(plan)
        self._trackers = {key: column for column, key in enumerate(plan.timed)}
        self._read: dict[str, Value] | None = None

    @property
    def today(self) -> int:
        return self.world.today

    def __len__(self) -> int:
        return len(self.world)

    @contextmanager
    def unchanging(self) -> Iterator[None]:
        """While nothing moves, every name is worked out once."""
        self._read = {}
        try:
            yield
        finally:
            self._read = None

    def get(self, name: str) -> Value:
        if self._read is None:
            return self._readers[name](self)
        if name not in self._read:
            self._read[name] = self._readers[name](self)
        return self._read[name]

    def within(self, rows: Rows) -> View:
        """The same day in the given runs only, which are in ascending order."""
        if len(rows) == len(self.world):
            return self
        found: View = object.__new__(View)
        found.__dict__ |= self.__dict__
        found.world = window(self.world, rows)
        found.assumptions = _Picked(self.assumptions, rows)
        found.series = lambda column: self.series(column)[rows]
        found.other_series = lambda column: self.other_series(column)[rows]
        found.measured = lambda measure, of, by: self.measured(measure, of, by)[rows]
        return found

    def assumption(self, path: str) -> Value:
        return self.assumptions[path]

    def timed(self, key: str) -> Value:
        """What a timed function has gathered so far; dates come back as days."""
        column = self._trackers[key]
        values = self.world.tracked[:, column]
        kind = self.plan.timed[key]
        if kind.function == "ever":
            return values > 0
        if kind.function == "first_day":
            return values.astype(np.int32)
        if kind.function == "mean":
            since = self.world.tracked_since[:, column]
            whole = values + self.world.tracked_value[:, column] * (self.world.today - since)
            return np.asarray(whole / max(1, self.world.today - self.plan.as_of))
        if kind.function in ("max", "min"):
            values = np.where(np.isinf(values), kind.inner.evaluate(self), values)
        if kind.inner.kind is Kind.truth:
            return values > 0
        return values.astype(np.int32) if kind.inner.kind is Kind.date else values


class _Picked(Mapping[str, Value]):
    """Assumptions of some runs, picked as they are read."""

    def __init__(self, assumptions: Mapping[str, Value], rows: Rows) -> None:
        self._assumptions = assumptions
        self._rows = rows

    def __getitem__(self, path: str) -> Value:
        value = self._assumptions[path]
        return value[self._rows] if isinstance(value, np.ndarray) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._assumptions)

    def __len__(self) -> int:
        return len(self._assumptions)


def value_of(scalar: Scalar, path: str, drawn: Mapping[str, Value]) -> Value:
    """What a scalar of the file is: its value in every run, or one for all where it is fixed."""
    fixed: Any = scalar.value if scalar.fixed else None  # a word where a choice is fixed
    return drawn[path] if fixed is None else fixed


@lru_cache(maxsize=4)
def readers(plan: Plan) -> dict[str, Reader]:
    """One function for each name that an expression of the scenario may use."""
    return dict(_build(plan))


def _build(plan: Plan) -> dict[str, Reader]:
    found: dict[str, Reader] = {
        "today": lambda view: view.today,
        "as_of": lambda view: view.plan.as_of,
        "horizon": lambda view: view.plan.horizon,
    }
    for name, (path, _, _) in named_assumptions(plan.scenario).items():
        found[name] = partial(_assumption, path=path)
    for section, table in _TABLES.items():
        for name, column in plan.columns[section].items():
            found |= {f"{name}.{key}": partial(read, column=column) for key, read in table.items()}
    actors = plan.columns["deciders"]
    width = len(actors)
    for name, column in plan.columns["instruments"].items():
        for actor in plan.scenario.instruments[name].on:
            found[f"{name}.on.{actor}"] = partial(_on, column=column, cell=column * width + actors[actor])
    for name, column in plan.columns["coalitions"].items():
        for member in plan.scenario.coalitions[name].members:
            found[f"{name}.{member}"] = partial(_joined_by, cell=column * width + actors[member])
    for name, package in plan.scenario.packages.items():
        parts = [plan.column("instruments", part) for part in package.instruments]
        for key in PACKAGE:
            found[f"{name}.{key}"] = partial(_package, parts=parts, key=key)
    for column, name in enumerate(plan.recorded_series):
        found[name] = partial(_series, column=column)
    for column, name in enumerate(plan.unrecorded_series):
        found[name] = partial(_other_series, column=column)
    for name, (measure, of, by) in (economy_measures(plan.scenario) | supply_measures(plan.scenario)).items():
        found[name] = partial(_measured, measure=measure, of=of, by=by)
    return found


def _assumption(view: View, path: str) -> Value:
    return value_of(view.plan.scalars[path], path, view.assumptions)


def _standing(view: View, column: int) -> Standing:
    return view.plan.standings[column]


def _instrument_truth(function: Callable[[World, int, Standing, int], Value], view: View, column: int) -> Value:
    return function(view.world, column, _standing(view, column), view.today)


def _is_set(array: str, view: View, column: int) -> Value:
    return getattr(view.world, array)[:, column] != MISSING


def _column(array: str, view: View, column: int) -> Value:
    return getattr(view.world, array)[:, column]


def _narrowed(view: View, column: int) -> Value:
    path = f"instruments.{view.plan.names('instruments')[column]}.share"
    return view.world.share[:, column] < _assumption(view, path)


def _rate(view: View, column: int) -> Value:
    return np.where(_INSTRUMENT["in_force"](view, column), view.world.rate[:, column], 0.0)


_INSTRUMENT: dict[str, Callable[[View, int], Value]] = {
    "threatened": lambda view, column: lives.threatened(view.world, column, view.today),
    "enacted": partial(_instrument_truth, lives.enacted),
    "in_force": partial(_instrument_truth, lives.in_force),
    "suspended": partial(_instrument_truth, lives.suspended),
    "delayed": partial(_is_set, "held_from"),
    "narrowed": _narrowed,
    "withdrawn": partial(_is_set, "withdrawn_on"),
    "ended": partial(_instrument_truth, lives.ended),
    "lapsed": partial(_is_set, "lapsed_on"),
    "available": partial(_instrument_truth, lives.available),
    "rate": _rate,
    "share": partial(_column, "share"),
    "approval": partial(_column, "approval"),
    "effective": lambda view, column: lives.effective(view.world, column),
    "enacted_on": partial(_column, "enacted_on"),
    "threatened_on": partial(_column, "threatened_on"),
    "held_until": partial(_column, "held_until"),
    "cut_on": partial(_column, "cut_on"),
    "raised_on": partial(_column, "raised_on"),
}
if set(_INSTRUMENT) != set(INSTRUMENT):
    raise AssertionError("the view and the table of names must offer the same attributes")


def offer_stands(view: View, deal: int, party: int) -> NDArray[np.bool_]:
    """[run] the party's consent to the deal stands today."""
    consent = view.world.consent[:, deal * len(view.plan.players) + party]
    given = consent <= view.today
    if np.count_nonzero(given):
        given &= view.today < consent + _assumption(view, view.plan.offer_paths[deal])
    return given


def offered(view: View, column: int) -> NDArray[np.bool_]:
    """[run] some party's consent to the deal stands."""
    return reduce(np.logical_or, [offer_stands(view, column, party) for party in view.plan.deals[column][0]])


def held(view: View, column: int) -> NDArray[np.bool_]:
    """[run] milestones that have taken place."""
    world = view.world
    return world.takes_place[:, column] & (world.date[:, column] <= view.today) & ~_called_off(view, column)


def _called_off(view: View, column: int) -> NDArray[np.bool_]:
    return np.asarray(view.world.cancelled_on[:, column] != MISSING)


def _decided(view: View, column: int) -> NDArray[np.bool_]:
    return view.world.decision[:, column] <= view.today


def _members(view: View, column: int) -> NDArray[np.int64]:
    width = len(view.plan.players)
    return view.world.joined[:, column * width : (column + 1) * width].sum(axis=1)


def _member_share(view: View, column: int) -> Value:
    members = len(view.plan.scenario.coalitions[view.plan.names("coalitions")[column]].members)
    return _members(view, column) / members


_TABLES: dict[str, dict[str, Reader]] = {
    "instruments": _INSTRUMENT,
    "agreements": {
        "live": lambda view, column: lives.live(view.world, column, view.today),
        "extended": partial(_is_set, "extended_on"),
        "lapsed": partial(_is_set, "agreement_lapsed_on"),
        "ended": partial(_is_set, "left_on"),
        "expires": partial(_column, "expires"),
        "since": partial(_column, "since"),
    },
    "deals": {
        "offered": offered,
        "concluded": partial(_is_set, "concluded_on"),
        "concluded_on": partial(_column, "concluded_on"),
    },
    "milestones": {
        "held": held,
        "failed": lambda view, column: (view.world.date[:, column] <= view.today) & ~held(view, column),
        "cancelled": _called_off,
        "passed": lambda view, column: np.asarray(view.world.date[:, column] <= view.today),
        "date": partial(_column, "date"),
    },
    "legal_bases": {
        "valid": lambda view, column: np.asarray(view.world.invalid_from[:, column] > view.today),
        "decided": _decided,
        "struck": lambda view, column: _decided(view, column) & view.world.struck[:, column],
        "decided_on": lambda view, column: np.where(_decided(view, column), view.world.decision[:, column], MISSING),
    },
    "coalitions": {
        "joined": _member_share,
        "joined_count": lambda view, column: _members(view, column).astype(np.float64),
    },
    "deciders": {"last_move": partial(_column, "last_move")},
}


def _on(view: View, column: int, cell: int) -> Value:
    return np.asarray(_INSTRUMENT["in_force"](view, column)) & ~view.world.exempt[:, cell]


def _joined_by(view: View, cell: int) -> Value:
    return view.world.joined[:, cell]


def _package(view: View, parts: list[int], key: str) -> Value:
    truths = [np.asarray(_INSTRUMENT[key](view, part)) for part in parts]
    return reduce(np.logical_or if key in PACKAGE_ANY else np.logical_and, truths)


def _series(view: View, column: int) -> Value:
    return view.series(column)


def _measured(view: View, measure: str, of: str, by: str | None) -> Value:
    return view.measured(measure, of, by)


def _other_series(view: View, column: int) -> Value:
    return view.other_series(column)
