"""What must hold between the parts of a scenario: references, kinds of expressions, who may move what, as_of.

Every check yields findings; none stops the others, so one pass shows them all.
"""

from __future__ import annotations

import csv
import keyword
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sim.days import date as as_date
from sim.scenario.expressions import FUNCTIONS, Expression, Kind, Symbol
from sim.scenario.kinds import check as check_kind
from sim.scenario.model import OTHER, Good, Instrument, Scenario, Tranche
from sim.scenario.names import CLOCK, symbols
from sim.scenario.parts import Part
from sim.scenario.policies import DECISION_POINTS, Brinkmanship, Doctrine, Grit, Hold, Mirror, Script
from sim.scenario.problems import closest
from sim.scenario.scalars import Scalar

Path_ = tuple[str | int, ...]


class Finding(NamedTuple):
    """Something wrong, at a path of the file."""

    path: Path_
    message: str
    suggestion: str | None = None
    warning: bool = False


def check(scenario: Scenario) -> list[Finding]:
    """Everything that is wrong between the parts of a scenario whose parts are each well formed."""
    checker = _Checker(scenario)
    return [finding for step in checker.steps() for finding in step]


_SECTIONS = (
    "parameters",
    "actors",
    "coalitions",
    "instruments",
    "packages",
    "agreements",
    "deals",
    "milestones",
    "legal_bases",
)
_RESERVED = {*CLOCK, *FUNCTIONS, *keyword.kwlist, "stack", "average", OTHER}
_NUMBERS = frozenset({Kind.number, Kind.share})


class _Checker:
    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.deciders = {**scenario.actors, **scenario.coalitions}
        self.symbols: Mapping[str, Symbol] = {}

    def steps(self) -> Iterator[Iterator[Finding]]:
        yield self._dates()
        yield self._unique_names()
        yield self._references()
        yield self._layers()
        yield self._instruments()
        self.symbols = symbols(self.scenario)
        yield self._policies()
        yield self._moves_of_parts()
        yield self._questions()

    # ── Plain facts ──────────────────────────────────────────────────────────────────────────────────

    def _dates(self) -> Iterator[Finding]:
        start, as_of, horizon = self.scenario.start, self.scenario.as_of, self.scenario.horizon
        if start > as_of:
            yield Finding(("start",), f"found {start}; start is not later than as_of ({as_of})")
        if horizon < as_of:
            yield Finding(("horizon",), f"found {horizon}; horizon is not earlier than as_of ({as_of})")
        for name, part in self.scenario.instruments.items():
            for key in ("threatened", "enacted"):
                yield from self._not_later(getattr(part, key), ("instruments", name, key))
        for name, agreement in self.scenario.agreements.items():
            yield from self._not_later(agreement.since, ("agreements", name, "since"))

    def _not_later(self, scalar: Scalar | None, path: Path_) -> Iterator[Finding]:
        if scalar is not None and scalar.fixed and as_date(int(scalar.value)) > self.scenario.as_of:
            found = as_date(int(scalar.value))
            yield Finding(path, f"found {found}, later than as_of ({self.scenario.as_of}); a fact of the file is not")

    def _unique_names(self) -> Iterator[Finding]:
        seen: dict[str, str] = {}
        for section in _SECTIONS:
            for name in getattr(self.scenario, section):
                if name in _RESERVED:
                    yield Finding(
                        (section, name), f"{name!r} is a word of the expression language; choose another name"
                    )
                elif name in seen:
                    yield Finding(
                        (section, name),
                        f"{name!r} is already the name of one of the {seen[name]}; names are unique",
                    )
                seen.setdefault(name, section)

    def _known(self, path: Path_, name: str, allowed: Collection[str], what: str) -> Iterator[Finding]:
        if name not in allowed:
            listed = ", ".join(sorted(allowed)) or "none are declared"
            yield Finding(path, f"found {name!r}; {what}: {listed}", closest(name, list(allowed)))

    def _each(self, path: Path_, names: list[str], allowed: Collection[str], what: str) -> Iterator[Finding]:
        for place, name in enumerate(names):
            yield from self._known((*path, place), name, allowed, what)

    def _references(self) -> Iterator[Finding]:
        scenario, actors, deciders = self.scenario, self.scenario.actors, self.deciders
        levers = {**scenario.instruments, **scenario.packages}
        for name, part in scenario.instruments.items():
            path: Path_ = ("instruments", name)
            yield from self._known((*path, "by"), part.by, deciders, "an actor or coalition")
            yield from self._each((*path, "on"), part.on, actors, "actors")
            if part.legal_basis is not None:
                yield from self._known((*path, "legal_basis"), part.legal_basis, scenario.legal_bases, "a legal basis")
            yield from self._each((*path, "replaces"), part.replaces, scenario.instruments, "instruments")
        for name, package in scenario.packages.items():
            yield from self._each(
                ("packages", name, "instruments"), package.instruments, scenario.instruments, "instruments"
            )
        for name, agreement in scenario.agreements.items():
            yield from self._each(("agreements", name, "parties"), agreement.parties, deciders, "actors or coalitions")
            yield from self._each(
                ("agreements", name, "suspends"), agreement.suspends, levers, "instruments or packages"
            )
        for section in ("deals", "milestones"):
            for name, part in getattr(scenario, section).items():
                yield from self._each((section, name, "parties"), part.parties, deciders, "actors or coalitions")
        for name, coalition in scenario.coalitions.items():
            yield from self._each(("coalitions", name, "members"), coalition.members, actors, "actors")
            yield from self._each(("coalitions", name, "joined"), coalition.joined, coalition.members, "its members")
        yield from self._regions()
        traded: dict[Path_, Good | Tranche] = {("goods", name): good for name, good in scenario.goods.items()}
        traded |= {("trade", "tranches", name): tranche for name, tranche in scenario.trade.tranches.items()}
        for where, goods in traded.items():
            yield from self._with_region((*where, "importer"), goods.importer)
            yield from self._with_region((*where, "exporter"), goods.exporter)

    def _with_region(self, path: Path_, name: str) -> Iterator[Finding]:
        actors = self.scenario.actors
        missing = list(self._known(path, name, actors, "an actor"))
        yield from missing
        if not missing and not actors[name].regions:
            yield Finding(path, f"{name!r} has no regions, so no trade; give actors.{name}.regions")

    def _regions(self) -> Iterator[Finding]:
        held: dict[str, str] = {}
        for name, actor in self.scenario.actors.items():
            for place, region in enumerate(actor.regions):
                path = ("actors", name, "regions", place)
                if region in held:
                    yield Finding(
                        path,
                        f"region {region!r} is held by {held[region]!r} already; a region has one holder",
                    )
                held.setdefault(region, name)
                if self.scenario.trade.data:
                    yield from self._known(path, region, data_regions(), "a region of the trade data")

    # ── Instruments ──────────────────────────────────────────────────────────────────────────────────

    def _layers(self) -> Iterator[Finding]:
        for name, part in self.scenario.instruments.items():
            path: Path_ = ("instruments", name)
            given = [key for key in ("adds", "rate", "tops_up_to") if getattr(part, key) is not None]
            combined = [key for key in ("replaces", "highest_of") if getattr(part, key)]
            if part.kind != "tariff":
                for key in (*given, *combined):
                    yield Finding(
                        (*path, key), f"{key!r} belongs to a tariff; this instrument is of kind {part.kind!r}"
                    )
                continue
            if len(given) != 1:
                found = " and ".join(given) or "none of them"
                yield Finding(path, f"a tariff gives its rate once, as adds, rate or tops_up_to; found {found}")
            elif (given == ["rate"]) != (len(combined) == 1):
                yield Finding(path, "rate goes with one of replaces or highest_of, and they with rate")

    def _instruments(self) -> Iterator[Finding]:
        for name, part in self.scenario.instruments.items():
            path: Path_ = ("instruments", name)
            if part.threatened is not None and part.enacted is None and part.effective is None:
                yield Finding((*path, "threatened"), "a threat names the date it is for: give effective")
            if part.enacted is None and part.threatened is None and part.effective is not None:
                yield Finding(
                    (*path, "effective"),
                    "a date of effect needs a legal act or a threat: give enacted or threatened",
                )
            if part.approval is not None and part.kind != "export_control":
                yield Finding(
                    (*path, "approval"),
                    f"approval belongs to an export_control; this is of kind {part.kind!r}",
                )
        for name, milestone in self.scenario.milestones.items():
            if milestone.do and milestone.kind != "event":
                yield Finding(
                    ("milestones", name, "do"),
                    "only an event brings something about by itself; parties of a meeting do",
                )

    # ── Expressions and moves ────────────────────────────────────────────────────────────────────────

    def _expression(
        self, path: Path_, expression: Expression, wanted: Collection[Kind], what: str
    ) -> Iterator[Finding]:
        kind, errors = check_kind(expression, self.symbols)
        for error in errors:
            yield Finding(
                path, f"{error.message}, at character {error.column} of {expression.text!r}", error.suggestion
            )
        if not errors and kind not in wanted:
            yield Finding(path, f"{expression.text!r} is a {kind}; {what}")

    def _truth(self, path: Path_, expression: Expression) -> Iterator[Finding]:
        yield from self._expression(path, expression, {Kind.truth}, "a condition is true or false")

    def _quantity(self, path: Path_, value: object, wanted: Collection[Kind], what: str) -> Iterator[Finding]:
        if isinstance(value, Expression):
            yield from self._expression(path, value, wanted, what)

    def _questions(self) -> Iterator[Finding]:
        for name, outcome in self.scenario.outcomes.items():
            if name == OTHER:
                yield Finding(("outcomes", name), "'other' is what remains when no outcome holds; choose another name")
            yield from self._truth(("outcomes", name, "when"), outcome.when)
        for name, indicator in self.scenario.indicators.items():
            path = ("indicators", name, "value")
            yield from self._expression(
                path,
                indicator.value,
                set(Kind) - {Kind.choice},
                "an indicator is a number, a date or a truth",
            )

    def _policies(self) -> Iterator[Finding]:
        for name, decider in self.deciders.items():
            section = "actors" if name in self.scenario.actors else "coalitions"
            path: Path_ = (section, name, "policy")
            if isinstance(decider.policy, Script):
                for place, scripted in enumerate(decider.policy.moves):
                    yield from self._moves((*path, "moves", place, "do"), scripted.do, name)
            elif isinstance(decider.policy, Doctrine):
                yield from self._preset((*path, "preset"), decider.policy, name)
                for key, rule in decider.policy.rules.items():
                    where = (*path, "rules", key)
                    points = [*DECISION_POINTS, *self.scenario.milestones]
                    yield from self._each((*where, "at"), rule.at, points, "a milestone, or review, reaction, deadline")
                    yield from self._truth((*where, "when"), rule.when)
                    yield from self._quantity(
                        (*where, "probability"),
                        rule.probability,
                        _NUMBERS,
                        "a probability is a share or a number",
                    )
                    yield from self._moves((*where, "do"), rule.do, name)

    def _preset(self, path: Path_, policy: Doctrine, name: str) -> Iterator[Finding]:
        settings = policy.preset.settings
        if isinstance(settings, Hold):
            return
        path = (*path, settings.preset)
        yield from self._own((*path, "lever"), settings.lever, name)
        answers = settings.answers if isinstance(settings, Brinkmanship) else [settings.answers]
        yield from self._each((*path, "answers"), answers, self.scenario.instruments, "an instrument")
        if isinstance(settings, Mirror | Grit):
            for key in (settings.lever, settings.answers):
                if key in self.scenario.instruments and self.scenario.instruments[key].kind != "tariff":
                    yield Finding(path, f"{key!r} is no tariff; {settings.preset} answers rates with rates")
        for key in ("threaten", "carry_out"):
            value = getattr(settings, key, None)
            yield from self._quantity((*path, key), value, _NUMBERS, "a probability is a share or a number")

    def _moves_of_parts(self) -> Iterator[Finding]:
        for name, milestone in self.scenario.milestones.items():
            yield from self._moves(("milestones", name, "do"), milestone.do, None)
        for name, deal in self.scenario.deals.items():
            yield from self._moves(("deals", name, "terms"), deal.terms, None)
            for place, term in enumerate(deal.terms):
                if term.verb in ("offer", "accept", "join", "leave"):
                    yield Finding(("deals", name, "terms", place), f"{term.verb!r} is no term of a deal")

    def _moves(self, path: Path_, moves: Sequence[Part], mover: str | None) -> Iterator[Finding]:
        for place, move in enumerate(moves):
            yield from self._move((*path, place), move, mover)

    def _move(self, path: Path_, move: Part, mover: str | None) -> Iterator[Finding]:
        verb: str = move.verb  # type: ignore[attr-defined]
        target = move.from_ if verb == "exempt" else getattr(move, verb)  # type: ignore[attr-defined]
        yield from self._amounts(path, move)
        if verb in ("extend", "end", "offer", "accept", "cancel"):
            section = {"extend": "agreements", "end": "agreements", "cancel": "milestones"}.get(verb, "deals")
            declared = getattr(self.scenario, section)
            missing = list(self._known((*path, verb), target, declared, f"one of the {section}"))
            yield from missing
            parties = [] if missing else declared[target].parties
            own = mover in parties if section == "deals" else mover is None or self._is_party(mover, parties)
            if not missing and mover is not None and not own:
                yield Finding(
                    (*path, verb),
                    f"{mover!r} is no party of {target!r}; its parties are {', '.join(declared[target].parties)}",
                )
        elif verb in ("join", "leave"):
            missing = list(self._known((*path, verb), target, self.scenario.coalitions, "a coalition"))
            yield from missing
            if not missing and mover is not None and mover not in self.scenario.coalitions[target].members:
                yield Finding((*path, verb), f"{mover!r} is no member of {target!r}")
        else:
            if verb == "exempt":
                yield from self._each((*path, verb), move.exempt, self.scenario.actors, "actors")  # type: ignore[attr-defined]
            key = "from" if verb == "exempt" else verb
            for name in target:
                yield from self._own((*path, key), name, mover)
                yield from self._fits_kind((*path, key), verb, name)

    def _is_party(self, mover: str, parties: list[str]) -> bool:
        members = [
            member
            for party in parties
            if party in self.scenario.coalitions
            for member in self.scenario.coalitions[party].members
        ]
        return mover in parties or mover in members

    def _own(self, path: Path_, name: str, mover: str | None) -> Iterator[Finding]:
        """A lever exists, and is the mover's own."""
        levers = {**self.scenario.instruments, **self.scenario.packages}
        missing = list(self._known(path, name, levers, "an instrument or package"))
        yield from missing
        if missing or mover is None:
            return
        declared = self.scenario.instruments
        holders = {declared[part].by for part in self.scenario.instruments_named([name]) if part in declared}
        if holders != {mover}:
            yield Finding(path, f"{name!r} is a lever of {', '.join(sorted(holders))}; {mover!r} moves only its own")

    def _fits_kind(self, path: Path_, verb: str, name: str) -> Iterator[Finding]:
        wanted = {"set_rate": "tariff", "licence": "export_control"}.get(verb)
        if wanted is None:
            return
        for part in self.scenario.instruments_named([name]):
            instrument: Instrument | None = self.scenario.instruments.get(part)
            if instrument is not None and instrument.kind != wanted:
                yield Finding(path, f"{verb!r} goes with a {wanted}; {part!r} is of kind {instrument.kind!r}")

    def _amounts(self, path: Path_, move: Part) -> Iterator[Finding]:
        verb: str = move.verb  # type: ignore[attr-defined]
        of_rate = verb == "set_rate"
        for key, written, wanted, what in (
            ("after", "in", {Kind.days, Kind.number}, "days are wanted"),
            ("by", "by", {Kind.days, Kind.number}, "days are wanted"),
            ("rate", "rate", {Kind.points}, "percentage points are wanted, e.g. pp('10 pp')"),
            (
                "to",
                "to",
                {Kind.points} if of_rate else _NUMBERS,
                "points are wanted" if of_rate else "a share is wanted",
            ),
        ):
            yield from self._quantity((*path, written), getattr(move, key, None), wanted, what)


@cache
def data_regions() -> frozenset[str]:
    """Region codes of the shipped trade data."""
    with (Path(__file__).parents[1] / "data" / "regions.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["region"] for row in csv.DictReader(file))
