"""What must be true for an outcome: what tells the futures that end so from the others.

Tried is only what nobody at the table decides: whether milestones take place, what courts decide, and each assumption,
split at its thirds. Moves and deals are left out: an outcome is made of them, or they follow from it. So is what the
outcome's own condition names, which would only be said again.

Of many things tried some stand out by chance. A difference counts only beyond Student's t at 5 % shared by all that was
tried (Bonferroni), with the draws of the assumptions as units: in 19 of 20 ensembles in which nothing matters nothing
is listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.statements import Statement, statements, truths
from sim.results import store
from sim.results.result import FAN_RUNS, Result

Truths = NDArray[np.bool_]
LEAST = 30
"""Futures, with the outcome, with the condition and without it, below which nothing is said of them."""
LEAST_DRAWS = 10
"""Draws of the assumptions on either side of a split, likewise."""
LEVEL = 0.05
"""Chance that anything is listed where nothing matters."""
RESTATES = 0.99
"""A condition that holds in so many of an outcome's futures, and has it in so many of its own, is that outcome."""


@dataclass(frozen=True)
class Third:
    """The lowest or the highest third of an assumption, or one of its words."""

    path: str
    bound: float | str
    """the highest value of the lowest third, the lowest of the highest; or the word"""
    side: str
    """low, high or word"""


@dataclass(frozen=True)
class Condition:
    """Something that holds in some futures and not in others."""

    about: Statement | Third
    true: bool
    """whether it is the statement, or its opposite"""
    holds: Truths
    """[run] of the first `FAN_RUNS` at most, so that memory does not grow with a large ensemble"""


@dataclass(frozen=True)
class Needed:
    """A condition under which an outcome is likelier. All are shares 0–1."""

    condition: Condition
    odds: float
    """of the outcome where the condition holds"""
    otherwise: float
    error: float
    """standard error of the difference of the two"""
    lift: float
    """odds where it holds, over odds in all futures"""
    within: float
    """share of the outcome's futures in which the condition holds"""


def conditions(result: Result) -> list[Condition]:
    """All that is tried, each as a pair of a condition and, for statements, its opposite."""
    return [*_of_statements(result), *_of_assumptions(result)]


def must_be_true(result: Result, outcome: str, tried: list[Condition]) -> list[Needed]:
    """Conditions under which an outcome is clearly likelier, by lift; of each thing tried at most one."""
    holds = np.asarray(result.outcome[:FAN_RUNS] == result.outcome_names.index(outcome))
    if holds.sum() < LEAST:
        return []
    named = _named(result, outcome)
    tried = [one for one in tried if not named & _parts(one)]
    limit = _limit(len(tried), len(holds) // result.chances)
    found = [needed for one in tried if (needed := _needed(holds, one, result.chances, limit)) is not None]
    best: dict[str, Needed] = {}
    for one in sorted(found, key=lambda needed: -needed.lift):
        about = one.condition.about
        best.setdefault(about.name if isinstance(about, Statement) else about.path, one)
    return list(best.values())


# ── What is tried ────────────────────────────────────────────────────────────────────────────────────

_TOLD = ("held", "struck")


def _of_statements(result: Result) -> Iterator[Condition]:
    for one in statements(result.plan).values():
        if one.key in _TOLD:
            holds = truths(result, one)[:FAN_RUNS]
            if _enough(holds):
                yield Condition(one, True, holds)
                yield Condition(one, False, ~holds)


def _of_assumptions(result: Result) -> Iterator[Condition]:
    columns = "COLUMNS('^(run|assumption[.].*)$')"  # run, so that some column fits where nothing is assumed
    table = store.read(result.folder, "runs", columns, f"run < {FAN_RUNS}", order="run")
    for column, values in table.items():
        if column == "run":
            continue
        path = column.removeprefix("assumption.")
        words = result.plan.scalars[path].distribution.labels
        for third, holds in _split(path, values, words):
            if _enough(holds) and _enough_draws(holds, result.chances, values):
                yield Condition(third, True, holds)


def _split(path: str, values: NDArray[np.float64], words: tuple[str, ...]) -> Iterator[tuple[Third, Truths]]:
    if words:
        for place, word in enumerate(words):
            yield Third(path, word, "word"), np.asarray(values == place)
        return
    low, high = np.quantile(values, [1 / 3, 2 / 3], method="nearest")
    yield Third(path, float(low), "low"), values <= low
    yield Third(path, float(high), "high"), values >= high


def _enough(holds: Truths) -> bool:
    return LEAST <= int(np.count_nonzero(holds)) <= len(holds) - LEAST


def _enough_draws(holds: Truths, chances: int, values: NDArray[np.float64]) -> bool:
    """Draws of the assumptions on either side; of what differs within a draw every future is one."""
    first = values[np.arange(len(values)) // chances * chances]
    every = chances if (first == values).all() else 1
    return LEAST_DRAWS * every <= int(np.count_nonzero(holds)) <= len(holds) - LEAST_DRAWS * every


def _named(result: Result, outcome: str) -> set[str]:
    """Parts and assumptions that the outcome's own condition names."""
    if outcome not in result.scenario.outcomes:
        return set()
    names = result.scenario.outcomes[outcome].when.names
    return {part for name in names for part in (name, name.split(".")[0])}


def _parts(one: Condition) -> set[str]:
    if isinstance(one.about, Statement):
        return {one.about.subject}
    section, name, *_ = one.about.path.split(".")
    return {name} if section in ("parameters", "milestones", "legal_bases") else set()


# ── What it is worth ─────────────────────────────────────────────────────────────────────────────────


def _limit(tried: int, draws: int) -> float:
    """Errors beyond which a difference counts, never fewer than two."""
    from scipy.special import stdtrit

    return max(2.0, float(stdtrit(max(1, draws - 1), 1 - LEVEL / 2 / max(1, tried))))


def _needed(outcome: Truths, condition: Condition, chances: int, limit: float) -> Needed | None:
    """None where the outcome is not clearly likelier, or the condition is the outcome in other words."""
    holds = condition.holds
    odds, otherwise, within = outcome[holds].mean(), outcome[~holds].mean(), holds[outcome].mean()
    if odds <= otherwise or (within >= RESTATES and odds >= RESTATES):
        return None
    share = holds.mean()
    influence = np.where(holds, (outcome - odds) / share, -(outcome - otherwise) / (1 - share))
    by_draw = np.bincount(np.arange(len(outcome)) // chances, influence)
    draws = len(by_draw)
    error = float(np.sqrt(draws / max(1, draws - 1) * np.square(by_draw).sum()) / len(outcome))
    if draws < 2 or odds - otherwise <= limit * error:
        return None
    return Needed(condition, float(odds), float(otherwise), error, float(odds / outcome.mean()), float(within))
