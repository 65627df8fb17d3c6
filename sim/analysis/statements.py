"""Statements: what a result can say of each of its futures without playing any again, and their names.

`leaders_meeting.held`, `longer_roll.concluded`, `ieepa.struck`, `truce.extended`, `hundred_percent.enacted`. For
milestones, deals, outcomes and measures that are true or false the bare name will do, where nothing else has it. A
statement is about the whole time from as_of to the horizon: an instrument *is enacted* if it ever is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from sim.days import MISSING
from sim.engine.plan import Plan
from sim.results import store
from sim.results.result import Result
from sim.scenario.expressions import Kind
from sim.scenario.names import PACKAGE_ANY
from sim.scenario.problems import closest, describe
from sim.world.log import What

Truths = NDArray[np.bool_]


class StatementError(ValueError):
    """A statement, or what is believed of it, cannot be used; the message says why and what would do."""


@dataclass(frozen=True)
class Statement:
    """Something that holds in a future or does not."""

    name: str
    """as a user writes it in full"""
    section: str
    """of the scenario: milestones, deals, …"""
    subject: str
    """what it is about, within the section"""
    key: str
    """what it says of that: held, concluded, …; empty for outcomes and measures"""
    title: str
    """of what it is about"""

    @property
    def holds(self) -> str:
        """In words: “Leaders' meeting” takes place."""
        return _FORMS[self.section][self.key][0].format(title=self.title)

    @property
    def fails(self) -> str:
        """The opposite in words: “Leaders' meeting” does not take place."""
        return _FORMS[self.section][self.key][1].format(title=self.title)


_FORMS: dict[str, dict[str, tuple[str, str]]] = {
    "milestones": {
        "held": ("“{title}” takes place", "“{title}” does not take place"),
        "cancelled": ("“{title}” is called off", "“{title}” is not called off"),
    },
    "deals": {"concluded": ("“{title}” is concluded", "“{title}” is not concluded")},
    "legal_bases": {
        "struck": ("the court strikes down “{title}”", "the court does not strike down “{title}”"),
        "decided": ("the court decides on “{title}”", "the court does not decide on “{title}”"),
    },
    "agreements": {
        "extended": ("“{title}” is extended", "“{title}” is not extended"),
        "lapsed": ("“{title}” lapses", "“{title}” does not lapse"),
        "ended": ("a party leaves “{title}”", "no party leaves “{title}”"),
    },
    "instruments": {
        "enacted": ("“{title}” is enacted", "“{title}” is not enacted"),
        "in_force": ("“{title}” is in force at some time", "“{title}” is never in force"),
        "withdrawn": ("“{title}” is withdrawn", "“{title}” is not withdrawn"),
        "delayed": ("“{title}” is delayed", "“{title}” is not delayed"),
        "narrowed": ("“{title}” is narrowed", "“{title}” is not narrowed"),
    },
    "outcomes": {"": ("the outcome is “{title}”", "the outcome is not “{title}”")},
    "indicators": {"": ("{title}: yes", "{title}: no")},
}
_FORMS["packages"] = _FORMS["instruments"]
_BARE = {"milestones": "held", "deals": "concluded", "outcomes": "", "indicators": ""}
"""Sections of which the name alone says something."""


def statements(plan: Plan) -> dict[str, Statement]:
    """Every statement that results of this scenario can answer, by its full name, in the order of the file."""
    return {one.name: one for one in _all(plan)}


def _all(plan: Plan) -> Iterator[Statement]:
    for section in ("milestones", "deals", "legal_bases", "agreements", "instruments", "packages"):
        for subject, part in getattr(plan.written, section).items():
            for key in _FORMS[section]:
                if section != "legal_bases" or part.challenge is not None:
                    yield Statement(f"{subject}.{key}", section, subject, key, part.title)
    for name, outcome in plan.written.outcomes.items():
        yield Statement(f"outcomes.{name}", "outcomes", name, "", outcome.title)
    for name, indicator in plan.written.indicators.items():
        if plan.indicators[name].kind is Kind.truth:
            yield Statement(f"indicators.{name}", "indicators", name, "", indicator.title)


def statement(plan: Plan, name: str) -> Statement:
    """The statement of a name, full or bare. StatementError for what is none, with the nearest name."""
    known = statements(plan)
    if name in known:
        return known[name]
    about = [one for one in known.values() if one.subject == name]
    meant = [one for one in about if _BARE.get(one.section) == one.key]
    if len(meant) == 1:
        return meant[0]
    if about:
        said = "may mean several things" if meant else "says nothing by itself"
        raise StatementError(f"{name} {said}; write one of {', '.join(one.name for one in meant or about)}")
    subject = name.rpartition(".")[0]
    if of_it := [one.name for one in known.values() if one.subject == subject and one.section != "outcomes"]:
        raise StatementError(f"results cannot tell {name}; of {subject} they tell {', '.join(of_it)}")
    bare = [one.subject for one in known.values() if _BARE.get(one.section) == one.key]
    near = closest(name, [*known, *bare])
    hint = f"; did you mean {near!r}?" if near else f"; there are {', '.join(dict.fromkeys(bare)) or 'none'}, …"
    raise StatementError(f"found {describe(name)}, which names nothing that results can tell{hint}")


def truths(result: Result, one: Statement) -> Truths:
    """[run] whether the statement holds."""
    return _READERS[one.section](result, one)


# ── From the tables ──────────────────────────────────────────────────────────────────────────────────


def _happens(result: Result, one: Statement, what: What) -> Truths:
    """The log has such an entry on it."""
    subject = result.plan.subject(one.section, result.plan.column(one.section, one.subject))
    return np.asarray(result.first_day(what, subject) < MISSING)


def _by_the_horizon(result: Result, one: Statement, column: str) -> Truths:
    """A date of the table of runs lies within the time that is played."""
    return np.asarray(result.column(f"{one.subject}.{column}") <= result.plan.horizon)


def _milestone(result: Result, one: Statement) -> Truths:
    if one.key == "held":
        return result.column(one.name).astype(np.bool_)
    return _happens(result, one, What.cancels)


def _legal_basis(result: Result, one: Statement) -> Truths:
    if one.key == "struck":
        return _happens(result, one, What.struck_down)
    return _by_the_horizon(result, one, "decided_on")


def _agreement(result: Result, one: Statement) -> Truths:
    if one.key == "ended":
        return _happens(result, one, What.ends)
    return _by_the_horizon(result, one, f"{one.key}_on")


def _instrument(result: Result, one: Statement) -> Truths:
    match one.key:
        case "enacted":
            return _by_the_horizon(result, one, "enacted_on")
        case "in_force":
            return _in_force(result, one)
        case key:
            kinds = {"withdrawn": What.withdraws, "delayed": What.delays, "narrowed": What.narrows}
            return _happens(result, one, kinds[key])


def _in_force(result: Result, one: Statement) -> Truths:
    """In force on as_of, or entering into force on a later day."""
    subject = result.plan.subject(one.section, result.plan.column(one.section, one.subject))
    kinds = f"({int(What.enters_into_force)}, {int(What.stops_being_in_force)})"
    turns = store.read(result.folder, "events", "run, day, what", f"subject = {subject} AND what IN {kinds}", "run")
    enters, past = turns["what"] == What.enters_into_force, turns["day"] <= result.plan.as_of
    found = np.full(result.runs, result.plan_start_in_force[one.subject])
    found[turns["run"][past]] = enters[past]  # of several the last stays, as they happened
    found[turns["run"][enters & ~past]] = True
    return found


def _package(result: Result, one: Statement) -> Truths:
    """Of any or of all its instruments, as in the expression language."""
    parts = result.scenario.packages[one.subject].instruments
    each = (
        _instrument(result, Statement(f"{part}.{one.key}", "instruments", part, one.key, one.title)) for part in parts
    )
    return reduce(np.logical_or if one.key in PACKAGE_ANY else np.logical_and, each)


def _outcome(result: Result, one: Statement) -> Truths:
    return np.asarray(result.outcome == result.outcome_names.index(one.subject))


_READERS: dict[str, Callable[[Result, Statement], Truths]] = {
    "milestones": _milestone,
    "deals": lambda result, one: _by_the_horizon(result, one, "concluded_on"),
    "legal_bases": _legal_basis,
    "agreements": _agreement,
    "instruments": _instrument,
    "packages": _package,
    "outcomes": _outcome,
    "indicators": lambda result, one: result.column(f"indicator.{one.subject}").astype(np.bool_),
}
