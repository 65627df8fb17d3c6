"""What must hold between the parts of a scenario: dates, names, references, what instruments are made of.

Every check yields findings; none stops the others, so one pass shows them all.
"""

from __future__ import annotations

import csv
import keyword
from collections.abc import Iterator
from functools import cache
from pathlib import Path as FilePath

from sim import days
from sim.scenario import conduct, focus, limits, published, supply_checks
from sim.scenario.document import Path
from sim.scenario.expressions import FUNCTIONS
from sim.scenario.findings import Finding, each, known
from sim.scenario.limits import RESTRICTING
from sim.scenario.model import OTHER, Good, Scenario, Tranche
from sim.scenario.names import CLOCK, COALITION, DECIDER, ECONOMY, SUPPLY
from sim.scenario.policies import DECISION_POINTS, Script
from sim.scenario.problems import closest
from sim.scenario.scalars import Scalar

__all__ = ["Finding", "check"]

MOST_YEARS = 50
"""years that a scenario may span, from start to horizon"""


def check(scenario: Scenario) -> Iterator[Finding]:
    """What is wrong between the parts of a scenario whose parts are each well formed."""
    checker = _Checker(scenario)
    yield from checker.dates()
    yield from checker.names()
    yield from checker.references()
    yield from checker.layers()
    yield from checker.instruments()
    yield from conduct.check(scenario)
    yield from published.check(scenario)
    yield from focus.check(scenario)
    yield from limits.check(scenario)
    yield from supply_checks.check(scenario)


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


class _Checker:
    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.deciders = {**scenario.actors, **scenario.coalitions}

    # ── Plain facts ──────────────────────────────────────────────────────────────────────────────────

    def dates(self) -> Iterator[Finding]:
        start, as_of, horizon = self.scenario.start, self.scenario.as_of, self.scenario.horizon
        if start > as_of:
            yield Finding(("start",), f"found {start}; start is not later than as_of ({as_of})")
        if horizon < as_of:
            yield Finding(("horizon",), f"found {horizon}; horizon is not earlier than as_of ({as_of})")
        if horizon.year - start.year > MOST_YEARS:
            yield Finding(("horizon",), f"found {horizon}; from start ({start}) it is at most {MOST_YEARS} years")
        for name, part in self.scenario.instruments.items():
            path: Path = ("instruments", name)
            for key in ("threatened", "enacted"):
                yield from self._not_later(getattr(part, key), (*path, key))
            for key in ("enacted", "effective"):
                yield from _in_order(getattr(part, key), part.ends, (*path, "ends"), key)
        for name, agreement in self.scenario.agreements.items():
            yield from self._not_later(agreement.since, ("agreements", name, "since"))
            yield from _in_order(agreement.since, agreement.expires, ("agreements", name, "expires"), "since")
        for name, milestone in self.scenario.milestones.items():
            yield from self._comes(milestone.date, ("milestones", name, "date"))
            yield from self._not_both(milestone.date, ("milestones", name, "date"))
        for name, basis in self.scenario.legal_bases.items():
            if basis.challenge is not None:
                yield from self._not_both(basis.challenge.decision, ("legal_bases", name, "challenge", "decision"))
        for name, decider in self.scenario.deciders():
            section = "actors" if name in self.scenario.actors else "coalitions"
            for place, move in enumerate(decider.policy.moves if isinstance(decider.policy, Script) else []):
                yield from self._comes(move.on, (section, name, "policy", "moves", place, "on"))

    def _comes(self, date: Scalar, path: Path) -> Iterator[Finding]:
        """A date that lies outside the scenario in every run is allowed, a shorter horizon may do that, but told."""
        first, last = days.day(self.scenario.start), days.day(self.scenario.horizon)
        least, most = date.distribution.reach()
        if most < first or least > last:
            span = f"{self.scenario.start} to {self.scenario.horizon}"
            yield Finding(path, f"found {date.describe()}, outside the scenario ({span}); it never comes", None, True)

    def _not_both(self, date: Scalar, path: Path) -> Iterator[Finding]:
        """Whether a date has come by as_of is known then, so it is not drawn from both sides of it."""
        as_of = self.scenario.as_of
        (least, most), (low, high) = date.distribution.reach(), date.distribution.bulk()
        if max(least, low) < days.day(as_of) <= min(most, high):
            found = f"{date.describe()}, some of it before as_of ({as_of})"
            cure = f"give the fact, or add truncate: [{as_of}, the latest date]"
            yield Finding(path, f"found {found}, when it is known whether it has come; {cure}")

    def _not_later(self, scalar: Scalar | None, path: Path) -> Iterator[Finding]:
        if scalar is not None and scalar.distribution.reach()[1] > days.day(self.scenario.as_of):
            found = days.date(int(scalar.value)) if scalar.fixed else scalar.describe()
            message = f"found {found}, later than as_of ({self.scenario.as_of}); a fact of the file is not"
            yield Finding(path, message, alone=True)

    def names(self) -> Iterator[Finding]:
        seen: dict[str, str] = {}
        reserved = {*_RESERVED, *(ECONOMY if self.scenario.economy else ()), *(SUPPLY if self.scenario.supply else ())}
        for section in _SECTIONS:
            for name in getattr(self.scenario, section):
                if name in reserved:
                    yield Finding(
                        (section, name), f"{name!r} is a word of the expression language; choose another name"
                    )
                elif name in seen:
                    yield Finding(
                        (section, name),
                        f"{name!r} is already the name of one of the {seen[name]}; names are unique",
                    )
                seen.setdefault(name, section)
        for point in DECISION_POINTS:
            if point in self.scenario.milestones:
                yield Finding(
                    ("milestones", point), f"{point!r} is a decision point of every actor; choose another name"
                )
        yield from self._attributes()

    def _attributes(self) -> Iterator[Finding]:
        """Parameters and members are attributes of their owner in expressions, beside those of the language."""
        for name, decider in self.scenario.deciders():
            coalition = self.scenario.coalitions.get(name)
            section, members = ("actors", []) if coalition is None else ("coalitions", coalition.members)
            taken = {*(DECIDER if coalition is None else COALITION), "audience_cost", "beliefs", "preset"}
            for key in decider.parameters:
                if key in taken or key in members:
                    message = f"{name}.{key} means something else in expressions; choose another name"
                    yield Finding((section, name, "parameters", key), message)
            for place, member in enumerate(members):
                if member in taken:
                    message = f"{name}.{member} means something else in expressions; give the actor another name"
                    yield Finding((section, name, "members", place), message)

    def references(self) -> Iterator[Finding]:
        scenario, actors, deciders = self.scenario, self.scenario.actors, self.deciders
        levers = {**scenario.instruments, **scenario.packages}
        for name, part in scenario.instruments.items():
            path: Path = ("instruments", name)
            yield from known((*path, "by"), part.by, deciders, "an actor or coalition")
            yield from each((*path, "on"), part.on, actors, "actors")
            if part.by in part.on:
                yield Finding((*path, "on"), f"{part.by!r} holds it and aims it at itself")
            if part.legal_basis is not None:
                yield from known((*path, "legal_basis"), part.legal_basis, scenario.legal_bases, "a legal basis")
            yield from each((*path, "replaces"), part.replaces, scenario.instruments, "instruments")
        for name, package in scenario.packages.items():
            yield from each(("packages", name, "instruments"), package.instruments, scenario.instruments, "instruments")
        for name, agreement in scenario.agreements.items():
            yield from each(("agreements", name, "parties"), agreement.parties, deciders, "actors or coalitions")
            yield from each(("agreements", name, "suspends"), agreement.suspends, levers, "instruments or packages")
        for section in ("deals", "milestones"):
            for name, part in getattr(scenario, section).items():
                yield from each((section, name, "parties"), part.parties, deciders, "actors or coalitions")
        for name, coalition in scenario.coalitions.items():
            yield from each(("coalitions", name, "members"), coalition.members, actors, "actors")
            yield from each(("coalitions", name, "joined"), coalition.joined, coalition.members, "its members")
        yield from self._regions()
        traded: dict[Path, Good | Tranche] = {("goods", name): good for name, good in scenario.goods.items()}
        traded |= {("trade", "tranches", name): tranche for name, tranche in scenario.trade.tranches.items()}
        for where, goods in traded.items():
            yield from self._with_region((*where, "importer"), goods.importer)
            yield from self._with_region((*where, "exporter"), goods.exporter)
            if goods.importer == goods.exporter:
                message = f"found {goods.exporter!r}, the importer too; goods come from another actor"
                yield Finding((*where, "exporter"), message)

    def _with_region(self, path: Path, name: str) -> Iterator[Finding]:
        actors = self.scenario.actors
        missing = list(known(path, name, actors, "an actor"))
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
                    yield from known(path, region, data_regions(), "a region of the trade data")

    # ── Instruments ──────────────────────────────────────────────────────────────────────────────────

    def layers(self) -> Iterator[Finding]:
        for name, part in self.scenario.instruments.items():
            path: Path = ("instruments", name)
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
            for place, other in enumerate(part.replaces):
                replaced = self.scenario.instruments.get(other)
                if replaced is not None and replaced.kind != "tariff":
                    message = f"{other!r} is of kind {replaced.kind!r}; a tariff takes the place of tariffs"
                    yield Finding((*path, "replaces", place), message)
            yield from self._group((*path, "highest_of"), part.highest_of)

    def _group(self, path: Path, group: str | None) -> Iterator[Finding]:
        groups = [part.highest_of for part in self.scenario.instruments.values() if part.highest_of]
        if group is not None and groups.count(group) == 1:
            near = closest(group, [other for other in groups if other != group])
            yield Finding(path, f"nothing else is in the group {group!r}, so there is no highest of it", near)

    def instruments(self) -> Iterator[Finding]:
        for name, part in self.scenario.instruments.items():
            path: Path = ("instruments", name)
            if part.threatened is not None and part.enacted is None and part.effective is None:
                yield Finding((*path, "threatened"), "a threat names the date it is for: give effective")
            if part.enacted is None and part.threatened is None and part.effective is not None:
                yield Finding(
                    (*path, "effective"),
                    "a date of effect needs a legal act or a threat: give enacted or threatened",
                )
            if part.approval is not None and part.kind not in RESTRICTING:
                yield Finding(
                    (*path, "approval"),
                    f"approval belongs to an export_control or a quota; this is of kind {part.kind!r}",
                )
        for name, milestone in self.scenario.milestones.items():
            if milestone.do and milestone.kind != "event":
                yield Finding(
                    ("milestones", name, "do"),
                    "only an event brings something about by itself; parties of a meeting do",
                )


def _in_order(first: Scalar | None, last: Scalar | None, path: Path, key: str) -> Iterator[Finding]:
    """Whether a last day can come after what begins at the key."""
    if first is not None and last is not None and last.distribution.reach()[1] < first.distribution.reach()[0]:
        yield Finding(path, f"found {last.describe()}, a last day before {key} ({first.describe()})")


@cache
def data_regions() -> frozenset[str]:
    """Region codes of the shipped trade data."""
    with (FilePath(__file__).parents[1] / "data" / "regions.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["region"] for row in csv.DictReader(file))
