"""A scenario made ready to run: names become columns, rules and conditions become functions of arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import days
from sim.instruments.lives import Standing
from sim.negotiation.policy import Act, PlannedRule, Player, Quantity, ScriptedActs
from sim.negotiation.presets import expand
from sim.scenario.evaluation import Compiled, Timed, compile_expression
from sim.scenario.expressions import TIMED, Expression, Symbol
from sim.scenario.model import Instrument, Scenario
from sim.scenario.names import ECONOMY, SUPPLY, symbols
from sim.scenario.parts import Part
from sim.scenario.policies import DECISION_POINTS, Doctrine, Rule, Script
from sim.scenario.provenance import collect_scalars
from sim.scenario.scalars import Scalar
from sim.scenario.units import Dimension


@dataclass(eq=False)
class Plan:
    """Everything about a scenario that does not depend on the run."""

    scenario: Scenario
    """its parts in alphabetical order, as columns are"""
    written: Scenario
    """in the order of the file, for readers"""
    scalars: Mapping[str, Scalar]
    symbols: Mapping[str, Symbol]
    columns: dict[str, dict[str, int]]
    """section → name → column"""
    players: list[Player] = field(default_factory=list)
    rule_names: list[str] = field(default_factory=list)
    rule_titles: list[str] = field(default_factory=list)
    events: dict[int, tuple[Act, ...]] = field(default_factory=dict)
    """milestone → what it brings about by itself"""
    deals: list[tuple[tuple[int, ...], tuple[Act, ...]]] = field(default_factory=list)
    """deal → (parties, terms)"""
    outcomes: dict[str, Compiled] = field(default_factory=dict)
    indicators: dict[str, Compiled] = field(default_factory=dict)
    timed: dict[str, Timed] = field(default_factory=dict)
    """key → timed function, in order of column"""
    followed: frozenset[str] = frozenset()
    """tariff series recorded besides those that the file's questions turn on"""

    def column(self, section: str, name: str) -> int:
        return self.columns[section][name]

    def names(self, section: str) -> list[str]:
        return list(self.columns[section])

    @cached_property
    def as_of(self) -> int:
        return days.day(self.scenario.as_of)

    @cached_property
    def start(self) -> int:
        return days.day(self.scenario.start)

    @cached_property
    def horizon(self) -> int:
        return days.day(self.scenario.horizon)

    @cached_property
    def instruments(self) -> list[Instrument]:
        return [self.scenario.instruments[name] for name in self.columns["instruments"]]

    @cached_property
    def subjects(self) -> list[str]:
        """What an entry of the log may be about: one list of names, `section.name`."""
        return [f"{section}.{name}" for section in SUBJECTS for name in self.columns[section]]

    @cached_property
    def _first_subject(self) -> dict[str, int]:
        counts = [len(self.columns[section]) for section in SUBJECTS]
        return dict(zip(SUBJECTS, np.cumsum([0, *counts[:-1]]).tolist(), strict=True))

    def subject(self, section: str, column: int) -> int:
        """Index of a part in `subjects`."""
        return self._first_subject[section] + column

    @cached_property
    def standings(self) -> list[Standing]:
        """What each instrument rests on, by column."""
        suspending = [
            (self.column("agreements", name), set(self.scenario.instruments_named(agreement.suspends)))
            for name, agreement in self.scenario.agreements.items()
        ]
        return [
            Standing(
                None if part.legal_basis is None else self.column("legal_bases", part.legal_basis),
                tuple(column for column, suspended in suspending if name in suspended),
                part.legal_basis is not None and self.scenario.legal_bases[part.legal_basis].longest_life is not None,
            )
            for name, part in self.scenario.instruments.items()
        ]

    @cached_property
    def recorded_series(self) -> list[str]:
        """Tariff series followed day by day: stacks of goods, and the averages that the file's questions turn on."""
        asked = [timed.inner for timed in self.timed.values()]
        asked += [*self.outcomes.values(), *self.indicators.values()]
        named = {name for compiled in asked for name in compiled.names}
        goods = self.scenario.goods.values()
        named |= {f"average.{a}.{b}" for good in goods for a, b in ((good.importer, good.exporter),)}
        named |= self.followed
        return [name for name in self.symbols if name.startswith("stack.") or (name in named and name in self.averages)]

    def following(self, series: Iterable[str]) -> Plan:
        """The same with these averages recorded as well. Only the record of tariffs differs, nothing simulated."""
        return replace(self, followed=self.followed | frozenset(series))

    @cached_property
    def averages(self) -> list[str]:
        """Names of all average tariffs."""
        return [name for name in self.symbols if name.startswith("average.")]

    @cached_property
    def unrecorded_series(self) -> list[str]:
        """Averages that only rules read: computed when they are read."""
        return [name for name in self.averages if name not in self.recorded_series]

    def every_act(self) -> list[Act]:
        """All that rules, scripts, deals and events may bring about."""
        acts = [act for _, terms in self.deals for act in terms]
        acts += [act for event in self.events.values() for act in event]
        for player in self.players:
            acts += [act for rule in player.rules for act in rule.acts]
            acts += [act for scripted in player.script for act in scripted.acts]
        return acts

    @cached_property
    def offer_paths(self) -> list[str]:
        """Path of the days for which an offer of each deal stands."""
        return [f"deals.{name}.offer_stands" for name in self.scenario.deals]

    @cached_property
    def longest_turn(self) -> int:
        """One more than the most rules or scripted moves of a player: places in a run's order of moves."""
        return 1 + max((max(len(player.rules), len(player.script)) for player in self.players), default=0)

    @cached_property
    def listening(self) -> frozenset[tuple[int, str]]:
        """(player, decision point) wherever one of the player's rules may act."""
        points = [*DECISION_POINTS, *self.columns["milestones"]]
        return frozenset((player.index, at) for player in self.players for at in points if player.listens(at))

    @cached_property
    def resting(self) -> dict[str, list[NDArray[np.int64]]]:
        """section → column → rules that look at this part of the scenario."""
        found: dict[str, list[set[int]]] = {section: [set() for _ in names] for section, names in self.columns.items()}
        for player in self.players:
            for rule in player.rules:
                for section, column in self._parts(rule.rests_on):
                    found[section][column].add(rule.index)
        return {section: [np.array(sorted(rules), dtype=np.int64) for rules in sets] for section, sets in found.items()}

    def _parts(self, names: Iterable[str]) -> Iterator[tuple[str, int]]:
        """Parts that the names speak of, and those that these depend on."""
        for name in names:
            if name in ("stack", "average"):
                yield from self._parts(key for key, part in self.scenario.instruments.items() if part.kind == "tariff")
            elif name in self.scenario.packages:
                yield from self._parts(self.scenario.packages[name].instruments)
            elif name in self.columns["instruments"]:
                column = self.column("instruments", name)
                standing = self.standings[column]
                yield "instruments", column
                yield from (("agreements", agreement) for agreement in standing.suspended_by)
                yield from (("legal_bases", basis) for basis in (standing.basis,) if basis is not None)
            elif name.endswith(".last_move"):
                yield "deciders", self.column("deciders", name.removesuffix(".last_move"))
            else:
                yield from (
                    (section, self.column(section, name)) for section in SUBJECTS if name in self.columns[section]
                )

    @cached_property
    def audience(self) -> list[frozenset[int]]:
        """For each instrument, the deciders that observe a move on it: those it is aimed at, their coalitions."""
        everybody = frozenset(range(len(self.players)))
        return [
            frozenset(
                player.index
                for player in self.players
                if player.name in part.on or any(self.players[m].name in part.on for m in player.members)
            )
            if part.on
            else everybody
            for part in self.instruments
        ]

    @cached_property
    def parties(self) -> dict[str, list[frozenset[int]]]:
        """For each agreement, deal, milestone and coalition, the deciders that observe a move on it."""
        scenario, deciders = self.scenario, self.columns["deciders"]

        def indices(names: list[str]) -> frozenset[int]:
            return frozenset(deciders[name] for name in names)

        return {
            "agreements": [indices(part.parties) for part in scenario.agreements.values()],
            "deals": [indices(part.parties) for part in scenario.deals.values()],
            "milestones": [indices(part.parties) for part in scenario.milestones.values()],
            "coalitions": [indices([name, *part.members]) for name, part in scenario.coalitions.items()],
        }


SUBJECTS = ("instruments", "agreements", "deals", "milestones", "legal_bases", "coalitions")


def plan(scenario: Scenario) -> Plan:
    """Compile a validated scenario. File order never matters: everything with a name comes in alphabetical order."""
    written, scenario = scenario, _in_order(scenario)
    sections = {name: list(getattr(scenario, name)) for name in SUBJECTS}
    sections["deciders"] = [name for name, _ in scenario.deciders()]
    columns = {section: {name: column for column, name in enumerate(names)} for section, names in sections.items()}
    made = Plan(scenario, written, collect_scalars(written), symbols(scenario), columns)
    compiler = _Compiler(made)
    made.players = [compiler.player(name) for name in columns["deciders"]]
    made.events = {
        made.column("milestones", name): compiler.acts(milestone.do, f"milestones.{name}.do")
        for name, milestone in scenario.milestones.items()
        if milestone.do
    }
    made.deals = [
        (
            tuple(made.column("deciders", party) for party in deal.parties),
            compiler.acts(deal.terms, f"deals.{name}.terms"),
        )
        for name, deal in scenario.deals.items()
    ]
    made.outcomes = {name: compiler.expression(outcome.when) for name, outcome in scenario.outcomes.items()}
    made.indicators = {name: compiler.expression(indicator.value) for name, indicator in scenario.indicators.items()}
    return made


def _in_order(scenario: Scenario) -> Scenario:
    sections = {name: getattr(scenario, name) for name in (*SUBJECTS, "goods", "indicators")}
    return scenario.model_copy(update={name: dict(sorted(parts.items())) for name, parts in sections.items()})


class _Compiler:
    """Turns the models' moves and expressions into acts and functions, noting every timed function met."""

    def __init__(self, made: Plan) -> None:
        self.plan = made
        self.scenario = made.scenario

    def expression(self, expression: Expression) -> Compiled:
        compiled = compile_expression(expression, self.plan.symbols)
        for timed in compiled.timed:
            self.plan.timed.setdefault(timed.key, timed)
        return compiled

    def quantity(self, value: Scalar | Expression, path: str, dimension: Dimension) -> Quantity:
        if isinstance(value, Expression):
            return Quantity(path, dimension, expression=self.expression(value))
        return Quantity(path, dimension, scalar=value)

    def acts(self, moves: list[Any], path: str) -> tuple[Act, ...]:
        return tuple(self.act(move, f"{path}.{place}") for place, move in enumerate(moves))

    def act(self, move: Part, path: str) -> Act:
        """One move as an act on columns; `path` is its place in the file."""
        verb: str = move.verb  # type: ignore[attr-defined]
        quantities = {
            key: self.quantity(value, f"{path}.{name}", Dimension.points if verb == "set_rate" else dimension)
            for key, (name, dimension) in _QUANTITIES.items()
            if (value := getattr(move, key, None)) is not None
        }
        target = getattr(move, verb)
        amount = next((quantities[key] for key in ("by", "to", "rate") if key in quantities), None)
        actors: tuple[int, ...] = ()
        if verb == "exempt":
            actors = tuple(self.plan.column("deciders", name) for name in target)
            target = move.from_  # type: ignore[attr-defined]
        section = VERB_SECTION.get(verb, "instruments")
        names = self.scenario.instruments_named(target) if section == "instruments" else [target]
        return Act(
            verb,
            tuple(self.plan.column(section, name) for name in names),
            amount,
            quantities.get("after"),
            actors,
        )

    def rule(self, rule: Rule, player: str, name: str, path: str) -> PlannedRule:
        index = len(self.plan.rule_names)
        self.plan.rule_names.append(f"{player}.{name}")
        self.plan.rule_titles.append(rule.title or name.replace("_", " "))
        return PlannedRule(
            index,
            f"rule:{player}.{name}",
            self.plan.rule_titles[-1],
            frozenset(rule.at),
            self.expression(rule.when),
            self.quantity(rule.probability, f"{path}.probability", Dimension.share),
            rule.draw == "once",
            self.acts(rule.do, f"{path}.do"),
            self.rests_on(rule),
            any(_restless(one) or self._of_time(one) for one in _expressions(rule)),
        )

    def _of_time(self, expression: Expression) -> bool:
        """Whether it reads a measure of the economy or of supply, which moves with time though nobody does."""
        measured = {*(ECONOMY if self.scenario.economy is not None else ())}
        measured |= {*(SUPPLY if self.scenario.supply is not None else ())}
        return any(name.split(".")[0] in measured for name in expression.names)

    def rests_on(self, rule: Rule) -> frozenset[str]:
        """First words of the names that the rule reads (an actor's latest move whole), and its targets."""
        names = {name for one in _expressions(rule) for name in one.names}
        targets = [move.from_ if move.verb == "exempt" else getattr(move, move.verb) for move in rule.do]
        return frozenset(
            {name if name.endswith(".last_move") else name.split(".")[0] for name in names}
            | {name for target in targets for name in (target if isinstance(target, list) else [target])}
        )

    def player(self, name: str) -> Player:
        scenario, plan = self.scenario, self.plan
        decider = dict(scenario.deciders())[name]
        section = "actors" if name in scenario.actors else "coalitions"
        path = f"{section}.{name}.policy"
        rules: list[PlannedRule] = []
        script: list[ScriptedActs] = []
        if isinstance(decider.policy, Doctrine):
            preset = expand(decider.policy.preset.settings, name)
            rules += [self.rule(rule, name, key, f"{path}.preset") for key, rule in preset.items()]
            rules += [self.rule(rule, name, key, f"{path}.rules.{key}") for key, rule in decider.policy.rules.items()]
        elif isinstance(decider.policy, Script):
            script = [
                self.script_move(move, name, f"{path}.moves.{place}") for place, move in enumerate(decider.policy.moves)
            ]
        coalitions = {key for key, coalition in scenario.coalitions.items() if name in coalition.members}
        return Player(
            plan.column("deciders", name),
            name,
            decider.title,
            tuple(plan.column("deciders", member) for member in getattr(decider, "members", ())),
            tuple(rules),
            tuple(script),
            tuple(
                column
                for column, milestone in enumerate(scenario.milestones.values())
                if name in milestone.parties or coalitions & set(milestone.parties)
            ),
            tuple(column for column, part in enumerate(plan.instruments) if part.by == name),
            tuple(column for column, agreement in enumerate(scenario.agreements.values()) if name in agreement.parties),
        )

    def script_move(self, move: Any, player: str, path: str) -> ScriptedActs:
        index = len(self.plan.rule_names)
        self.plan.rule_names.append(f"{player}.script")
        self.plan.rule_titles.append(move.title or "script")
        on = self.quantity(move.on, f"{path}.on", Dimension.date)
        return ScriptedActs(index, on, self.acts(move.do, f"{path}.do"))


def _expressions(rule: Rule) -> list[Expression]:
    written = [rule.when, rule.probability, *(value for move in rule.do for _, value in move)]
    return [one for one in written if isinstance(one, Expression)]


def _restless(expression: Expression) -> bool:
    """Whether the expression may change from one day to the next though nothing happens."""
    return "today" in expression.names or not expression.functions.isdisjoint(("days_to", "days_since", *TIMED))


_QUANTITIES = {
    "after": ("in", Dimension.days),
    "by": ("by", Dimension.days),
    "to": ("to", Dimension.share),
    "rate": ("rate", Dimension.points),
}
"""Field of a move → its key in the file, and what it measures (`to` of `set_rate` is a rate)."""
VERB_SECTION = {
    "extend": "agreements",
    "end": "agreements",
    "offer": "deals",
    "accept": "deals",
    "cancel": "milestones",
    "join": "coalitions",
    "leave": "coalitions",
}
"""What a verb acts on, where it is not an instrument."""
