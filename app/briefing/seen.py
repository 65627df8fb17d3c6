"""The results as one country sees them, read once and shared by the parts of its page."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.briefing.findings import Findings
from app.show import legal_clock
from sim.analysis.bites import Bite, bites, controls
from sim.analysis.branches import Branch, branches
from sim.analysis.exposure import Sectoral, taxed
from sim.analysis.facing import Facing, Pair, facing, pairs
from sim.analysis.odds import Difference, difference
from sim.days import MISSING
from sim.results.result import Result
from sim.scenario.stances import Stance, side_deals
from sim.world.log import What

BRANCHES, RAREST = 6, 0.01
"""Branches that are shown at most, and the share of futures from which one is, besides the likeliest."""
OF_A_BRANCH, OF_ALL = 100, 500
"""Runs of a branch, and of an ensemble, that are played again for their tariffs."""
PARTNERS = 2
"""Partners whose tariffs are followed, each way."""
STEADY = 0.01
"""A control that is in force on at most so small a share of days, or on all but it, has nothing to be changed."""

Measures = dict[str, NDArray[np.float64]]
"""Name → [run] in shares, tariffs in percentage points divided by 100; of all runs, or of the first ones."""


@dataclass(frozen=True)
class Focus:
    """The country of a page, and its stances with the results of those that were played."""

    actor: str
    title: str
    code: str
    stances: list[Stance] = field(default_factory=list)
    results: dict[str, Result] = field(default_factory=dict)

    @property
    def page(self) -> str:
        return f"focus-{self.code}.html"


class Seen:
    """A base result and the stances of a country."""

    def __init__(self, found: Findings, focus: Focus) -> None:
        self.found, self.focus = found, focus
        self.scenario, self.plan, self.result = found.scenario, found.plan, found.result
        self.actor, self.title = focus.actor, focus.title
        self.controls = controls(self.scenario, self.actor)
        buying, selling = pairs(self.plan, self.actor)
        self.pairs = [*buying[:PARTNERS], *selling[:PARTNERS]]

    # ── Names ────────────────────────────────────────────────────────────────────────────────────────

    def control(self, group: str) -> str:
        """What a control, or a package of them, is called."""
        held = self.scenario.packages if group in self.scenario.packages else self.scenario.instruments
        return str(held[group].title)

    def short(self, actor: str) -> str:
        """What an actor is called where there is little room."""
        part = self.scenario.actors[actor]
        return part.short or part.title

    def duty(self, pair: Pair) -> str:
        """What a tariff is called."""
        return f"{self.short(pair.importer)} tariff on {self.short(pair.exporter)}"

    def stance(self, name: str) -> Stance:
        return next(one for one in self.focus.stances if one.name == name)

    @cached_property
    def holders(self) -> list[str]:
        """Actors that hold the controls which may bite on it."""
        held = [self.scenario.instruments[name].by for names in self.controls.values() for name in names]
        return [name for name in dict.fromkeys(held) if name in self.scenario.actors]

    # ── Trade ────────────────────────────────────────────────────────────────────────────────────────

    @property
    def buyer(self) -> Pair | None:
        """The largest partner that taxes its goods."""
        return next((pair for pair in self.pairs if pair.exporter == self.actor), None)

    @cached_property
    def sold(self) -> list[Sectoral]:
        """What this partner buys from it by sector, with the tariffs of as_of by law."""
        if self.buyer is None:
            return []
        return taxed(legal_clock(self.scenario, self.plan.as_of), self.buyer.importer, self.actor)

    # ── Branches ─────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def bites(self) -> dict[str, Bite]:
        """Control → how it bears on the country."""
        return bites(self.result, self.controls, self.actor)

    @cached_property
    def branches(self) -> list[Branch]:
        """The likeliest branches."""
        every = branches(self.result)[:BRANCHES]
        return [branch for place, branch in enumerate(every) if place == 0 or branch.share >= RAREST]

    @cached_property
    def tariffs(self) -> dict[str, Facing]:
        """Branch → tariffs in some of its runs, evenly apart so that they come from many draws of the assumptions."""
        chosen = {branch.name: branch.runs[_evenly(len(branch.runs))] for branch in self.branches}
        whole = facing(self.result, np.concatenate(list(chosen.values())), [pair.series for pair in self.pairs])
        found, first = {}, 0
        for name, runs in chosen.items():
            rows = slice(first, first + len(runs))
            today, later = ({key: values[rows] for key, values in side.items()} for side in (whole.today, whole.later))
            found[name] = Facing(runs, today, later)
            first += len(runs)
        return found

    def today(self, pair: Pair) -> float:
        """A tariff on as_of: the median, where assumptions differ."""
        return float(np.median(np.concatenate([one.today[pair.series] for one in self.tariffs.values()])))

    # ── Stances ──────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def groups(self) -> list[str]:
        """Coalitions that it may join: it is a member and does not take part from the start."""
        parts = self.scenario.coalitions.items()
        return [name for name, part in parts if self.actor in part.members and self.actor not in part.joined]

    @cached_property
    def deals(self) -> dict[str, str]:
        """Its side deals and their titles."""
        return {name: deal.title for name, deal in side_deals(self.scenario, self.actor).items()}

    @cached_property
    def joint(self) -> dict[str, list[str]]:
        """Instruments of the groups that it may join, each alone."""
        return {name: [name] for name, part in self.scenario.instruments.items() if part.by in self.groups}

    @cached_property
    def others(self) -> dict[str, list[str]]:
        """Other actor → the controls that may bite on it and are neither always in force nor hardly ever."""
        found: dict[str, list[str]] = {}
        for other in self.scenario.actors:
            groups = controls(self.scenario, other) if other != self.actor else {}
            moving = {name: one.days.mean() for name, one in bites(self.result, groups, other).items()}
            held = [name for group, days in moving.items() if STEADY < days < 1 - STEADY for name in groups[group]]
            if held:
                found[other] = held
        return found

    @cached_property
    def titles(self) -> dict[str, str]:
        """Measure → what it is called."""
        titles = {f"days.{group}": f"Days under “{self.control(group)}”" for group in self.controls}
        titles |= {f"tariff.{pair.series}": f"{self.duty(pair)}, average" for pair in self.pairs}
        titles |= {f"joins.{name}": f"Takes part in “{self.scenario.coalitions[name].title}”" for name in self.groups}
        titles |= {f"deal.{name}": f"“{title}” concluded" for name, title in self.deals.items()}
        titles |= {f"joint.{name}": f"Days with “{self.scenario.instruments[name].title}”" for name in self.joint}
        return titles | {f"outcome.{name}": f"“{self.found.titles[name]}”" for name in self.result.outcome_names}

    @cached_property
    def changes(self) -> dict[str, dict[str, Difference]]:
        """Stance → measure → paired difference to the base."""
        base = self._measures(self.result)
        found = {}
        for stance, result in self.focus.results.items():
            own = self._measures(result)
            found[stance] = {name: difference(base[name], own[name], self.result.chances) for name in base}
        return found

    def _measures(self, result: Result) -> Measures:
        """On itself, on its groups and deals, on outcomes, on others, in this order."""
        found: Measures = {f"days.{name}": one.days for name, one in bites(result, self.controls, self.actor).items()}
        first = facing(result, np.arange(min(OF_ALL, result.runs)), [pair.series for pair in self.pairs])
        found |= {f"tariff.{name}": values / 100 for name, values in first.later.items()}
        found |= {f"joins.{name}": self._joined(result, name) for name in self.groups}
        for deal in self.deals:
            found[f"deal.{deal}"] = (result.column(f"{deal}.concluded_on") < MISSING).astype(float)
        found |= {f"joint.{name}": one.days for name, one in bites(result, self.joint).items()}
        for place, outcome in enumerate(result.outcome_names):
            found[f"outcome.{outcome}"] = (result.outcome == place).astype(float)
        for other, held in self.others.items():
            found[f"other.{other}"] = bites(result, {"any": held}, other)["any"].days
        return found

    def _joined(self, result: Result, coalition: str) -> NDArray[np.float64]:
        """[run] 1 where it joins the coalition at some time."""
        subject = self.plan.subject("coalitions", self.plan.column("coalitions", coalition))
        who = self.plan.column("deciders", self.actor)
        joined = result.events(f"what = {int(What.joins)} AND subject = {subject} AND who = {who}")["run"]
        return np.isin(np.arange(result.runs), joined).astype(float)


def _evenly(runs: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, runs - 1, min(runs, OF_A_BRANCH)).round().astype(np.int64))
