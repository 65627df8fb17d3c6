"""What deciders may do and what may be asked: whether rules, presets, moves and expressions fit the names of a file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from sim import days
from sim.scenario.document import Path
from sim.scenario.expressions import Expression, Kind, Symbol, asked_on
from sim.scenario.findings import Finding, each, known
from sim.scenario.kinds import WORDED
from sim.scenario.kinds import check as check_kind
from sim.scenario.limits import RESTRICTING
from sim.scenario.model import OTHER, Instrument, Scenario
from sim.scenario.moves import VERBS
from sim.scenario.names import symbols
from sim.scenario.parts import Part
from sim.scenario.policies import DECISION_POINTS, Brinkmanship, Doctrine, Grit, Hold, Mirror, Script
from sim.scenario.units import Dimension

_CONSENTS = ("offer", "accept", "join", "leave")
"""verbs by which a decider commits itself"""
_NUMBERS = frozenset({Kind.number, Kind.share})


def check(scenario: Scenario) -> Iterator[Finding]:
    """What is wrong with policies, moves and questions."""
    conduct = _Conduct(scenario)
    yield from conduct.policies()
    yield from conduct.moves_of_parts()
    yield from conduct.questions()


class _Conduct:
    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.deciders = {**scenario.actors, **scenario.coalitions}
        self.levers = {**scenario.instruments, **scenario.packages}
        self.symbols: Mapping[str, Symbol] = symbols(scenario)

    def policies(self) -> Iterator[Finding]:
        for name, decider in self.deciders.items():
            section = "actors" if name in self.scenario.actors else "coalitions"
            path: Path = (section, name, "policy")
            if isinstance(decider.policy, Script):
                for place, scripted in enumerate(decider.policy.moves):
                    yield from self._moves((*path, "moves", place, "do"), scripted.do, name)
            elif isinstance(decider.policy, Doctrine):
                yield from self._preset((*path, "preset"), decider.policy, name)
                for key, rule in decider.policy.rules.items():
                    where = (*path, "rules", key)
                    points = [*DECISION_POINTS, *self.scenario.milestones]
                    yield from each((*where, "at"), rule.at, points, "a milestone, or review, reaction, deadline")
                    yield from self._parties((*where, "at"), rule.at, name)
                    yield from self._truth((*where, "when"), rule.when)
                    yield from self._quantity(
                        (*where, "probability"),
                        rule.probability,
                        _NUMBERS,
                        "a probability is a share or a number",
                    )
                    yield from self._moves((*where, "do"), rule.do, name)

    def _parties(self, path: Path, points: Sequence[str], name: str) -> Iterator[Finding]:
        """An actor decides only at meetings of its own."""
        for place, point in enumerate(points):
            milestone = self.scenario.milestones.get(point) if point not in DECISION_POINTS else None
            if milestone is not None and not self._is_party(name, milestone.parties):
                parties = ", ".join(milestone.parties) or "none"
                message = f"{name!r} is no party of {point!r}, so it never decides there; its parties are {parties}"
                yield Finding((*path, place), message)

    def _preset(self, path: Path, policy: Doctrine, name: str) -> Iterator[Finding]:
        settings = policy.preset.settings
        if isinstance(settings, Hold):
            return
        path = (*path, settings.preset)
        yield from self._own((*path, "lever"), settings.lever, name)
        answers = settings.answers if isinstance(settings, Brinkmanship) else [settings.answers]
        yield from each((*path, "answers"), answers, self.scenario.instruments, "an instrument")
        if isinstance(settings, Mirror | Grit):
            for key in ("lever", "answers"):
                named = getattr(settings, key)
                part = self.scenario.instruments.get(named)
                if named in self.levers and (part is None or part.kind != "tariff"):
                    yield Finding((*path, key), f"{named!r} is no tariff; {settings.preset} answers rates with rates")
        if isinstance(settings, Mirror) and settings.reciprocity.dimension not in (Dimension.number, Dimension.share):
            found = settings.reciprocity.describe()
            yield Finding((*path, "reciprocity"), f"found {found}; give a number of points per point, such as 0.8")
        for key in ("threaten", "carry_out"):
            value = getattr(settings, key, None)
            yield from self._quantity((*path, key), value, _NUMBERS, "a probability is a share or a number")

    def moves_of_parts(self) -> Iterator[Finding]:
        for name, milestone in self.scenario.milestones.items():
            yield from self._moves(("milestones", name, "do"), milestone.do, None)
            for place, move in enumerate(milestone.do):
                if move.verb in _CONSENTS:
                    message = f"{move.verb!r} takes an actor; no event brings it about"
                    yield Finding(("milestones", name, "do", place), message)
        for name, deal in self.scenario.deals.items():
            yield from self._moves(("deals", name, "terms"), deal.terms, None)
            for place, term in enumerate(deal.terms):
                path = ("deals", name, "terms", place)
                if term.verb in _CONSENTS:
                    allowed = ", ".join(verb for verb in VERBS if verb not in _CONSENTS)
                    yield Finding(path, f"found {term.verb!r}, which is no term of a deal; terms are {allowed}")
                else:
                    yield from self._of_parties(path, term, deal.parties)

    def _of_parties(self, path: Path, term: Part, parties: list[str]) -> Iterator[Finding]:
        """A deal moves levers that its parties hold, and agreements of which one of them is a party."""
        verb: str = term.verb  # type: ignore[attr-defined]
        target = term.from_ if verb == "exempt" else getattr(term, verb)  # type: ignore[attr-defined]
        if verb in ("extend", "end"):
            agreement = self.scenario.agreements.get(target)
            if agreement is not None and not any(self._is_party(party, agreement.parties) for party in parties):
                yield Finding((*path, verb), f"no party of the deal is one of {target!r}")
        elif verb != "cancel":
            for name in self.scenario.instruments_named(target):
                part = self.scenario.instruments.get(name)
                if part is not None and part.by not in parties and part.by in self.deciders:
                    yield Finding((*path, verb), f"{name!r} is a lever of {part.by}, which is no party of the deal")

    def _moves(self, path: Path, moves: Sequence[Part], mover: str | None) -> Iterator[Finding]:
        for place, move in enumerate(moves):
            yield from self._move((*path, place), move, mover)

    def _move(self, path: Path, move: Part, mover: str | None) -> Iterator[Finding]:
        verb: str = move.verb  # type: ignore[attr-defined]
        target = move.from_ if verb == "exempt" else getattr(move, verb)  # type: ignore[attr-defined]
        yield from self._amounts(path, move)
        if verb in ("extend", "end", "offer", "accept", "cancel"):
            section = {"extend": "agreements", "end": "agreements", "cancel": "milestones"}.get(verb, "deals")
            declared = getattr(self.scenario, section)
            missing = list(known((*path, verb), target, declared, f"one of the {section}"))
            yield from missing
            parties = [] if missing else declared[target].parties
            of_members = section != "deals"
            if not missing and mover is not None and not self._is_party(mover, parties, of_members):
                yield Finding(
                    (*path, verb),
                    f"{mover!r} is no party of {target!r}; its parties are {', '.join(declared[target].parties)}",
                )
        elif verb in ("join", "leave"):
            missing = list(known((*path, verb), target, self.scenario.coalitions, "a coalition"))
            yield from missing
            if not missing and mover is not None and mover not in self.scenario.coalitions[target].members:
                yield Finding((*path, verb), f"{mover!r} is no member of {target!r}")
        else:
            if verb == "exempt":
                yield from each((*path, verb), move.exempt, self.scenario.actors, "actors")  # type: ignore[attr-defined]
            key = "from" if verb == "exempt" else verb
            for name in target:
                yield from self._own((*path, key), name, mover)
                yield from self._fits_kind((*path, key), verb, name)
                if getattr(move, "rate", None) is not None:
                    yield from self._fits_kind((*path, "rate"), "rate", name)

    def _is_party(self, mover: str, parties: list[str], of_members: bool = True) -> bool:
        """Whether a decider is a party, or (`of_members`) a member of a coalition that is one."""
        members = [
            member
            for party in parties
            if of_members and party in self.scenario.coalitions
            for member in self.scenario.coalitions[party].members
        ]
        # Who is meant by a misspelt party is not known.
        return mover in parties or mover in members or not self.deciders.keys() >= set(parties)

    def _own(self, path: Path, name: str, mover: str | None) -> Iterator[Finding]:
        """A lever exists, and is the mover's own."""
        missing = list(known(path, name, self.levers, "an instrument or package"))
        yield from missing
        if missing or mover is None:
            return
        declared = self.scenario.instruments
        holders = {declared[part].by for part in self.scenario.instruments_named([name]) if part in declared}
        if not holders <= {mover}:
            yield Finding(path, f"{name!r} is a lever of {', '.join(sorted(holders))}; {mover!r} moves only its own")

    def _fits_kind(self, path: Path, verb: str, name: str) -> Iterator[Finding]:
        wanted = {"set_rate": ("tariff",), "rate": ("tariff",), "licence": RESTRICTING}.get(verb)
        if wanted is None:
            return
        kinds = " or ".join(map(repr, wanted))
        for part in self.scenario.instruments_named([name]):
            instrument: Instrument | None = self.scenario.instruments.get(part)
            if instrument is not None and instrument.kind not in wanted:
                yield Finding(path, f"{verb!r} goes with kind {kinds}; {part!r} is of kind {instrument.kind!r}")

    def _amounts(self, path: Path, move: Part) -> Iterator[Finding]:
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

    # ── Expressions ─────────────────────────────────────────────────────────────────────────────────────

    def _expression(self, path: Path, expression: Expression, wanted: Collection[Kind], what: str) -> Iterator[Finding]:
        kind, errors = check_kind(expression, self.symbols)
        for error in errors:
            message = f"{error.message}, at character {error.column} of {expression.text!r}"
            yield Finding(path, message, error.suggestion, unknown=error.unknown)
        if not errors and kind not in wanted:
            yield Finding(path, f"{expression.text!r} is {WORDED[kind] if kind else 'nothing'}; {what}")
        as_of, horizon = self.scenario.as_of, self.scenario.horizon
        for day in asked_on(expression):
            if not as_of <= days.date(day) <= horizon:
                message = f"on() asks for {days.date(day)}, outside {as_of} to {horizon}"
                yield Finding(path, f"{message}, in {expression.text!r}")

    def _truth(self, path: Path, expression: Expression) -> Iterator[Finding]:
        yield from self._expression(path, expression, {Kind.truth}, "a condition is true or false")

    def _quantity(self, path: Path, value: object, wanted: Collection[Kind], what: str) -> Iterator[Finding]:
        if isinstance(value, Expression):
            yield from self._expression(path, value, wanted, what)

    def questions(self) -> Iterator[Finding]:
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
