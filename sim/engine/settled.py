"""Rules that cannot act in a run until something that they rest on changes, so that nobody looks at them again.

Most rules are shut in most runs on most days: the deal is not on the table, the threat has lapsed. A rule found
shut stays so until a part of the scenario that it reads moves, or a date of such a part comes. This is kept beside
the World and never in it: forgetting it changes nothing but the time it takes.
"""

from __future__ import annotations

import numpy as np

from sim.days import MISSING
from sim.engine.plan import Plan
from sim.negotiation.policy import PlannedRule, Rows, Truths


class Settled:
    """[run, rule] last day on which the rule is known not to act."""

    def __init__(self, plan: Plan, runs: int) -> None:
        self._resting = plan.resting
        self._until = np.full((runs, len(plan.rule_names)), -1, dtype=np.int32, order="F")

    def undecided(self, rule: PlannedRule, rows: Rows, today: int) -> Truths:
        """[row] those in which the rule may act today."""
        return self._until[:, rule.index][rows] < today

    def shut(self, rule: PlannedRule, rows: Rows, today: int) -> None:
        """Its condition does not hold, or nothing is open to do: until something changes, or the next day."""
        self._until[rows, rule.index] = today if rule.restless else MISSING

    def lost(self, rule: PlannedRule, rows: Rows, today: int) -> None:
        """Today's draw has gone against it."""
        self._until[rows, rule.index] = today

    def stir(self, section: str, column: int, rows: Rows) -> None:
        """A part has changed in `rows`: look at what rests on it again."""
        rules = self._resting[section][column]
        if len(rules):
            self._until[rows[:, None], rules] = -1
