"""The page for one country: what it faces on each branch, what it can change itself, what it has at stake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.briefing.answer import count
from app.briefing.content import Block, Briefing, Bullets, FigureBlock, Paragraph, Section, Table
from app.briefing.exposure import bought, exposure
from app.briefing.findings import Findings
from plots.compare import compare_chart
from plots.facing import Faced, Measured, facing_chart
from plots.numbers import long_date, percent, points
from sim.analysis.bites import bites, controls
from sim.analysis.branches import Branch, branches
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
DRAWN = 3
"""Controls that the chart has room for."""
OTHERS = 3
"""Effects on others that are told of a stance."""

Measures = dict[str, NDArray[np.float64]]
"""Name → [run], in shares, or in percentage points divided by 100; all runs, or the first ones."""


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


def focus_page(found: Findings, focus: Focus) -> Briefing:
    """The content of the page; sections that hold nothing are left out."""
    seen = Seen(found, focus)
    sections = [
        Section("What it faces on each branch", list(_branches(seen))),
        Section("What it can change itself", list(_stances(seen))),
        Section("What it has at stake", exposure(found, focus.actor, seen.holders)),
    ]
    return Briefing(
        focus.title,
        found.scenario.title,
        _answer(seen),
        f"As of {long_date(found.plan.as_of)} · to {long_date(found.plan.horizon)}",
        [section for section in sections if section.blocks],
        {"briefing.html": "The whole briefing"},
    )


class Seen:
    """The results as the country sees them, read once."""

    def __init__(self, found: Findings, focus: Focus) -> None:
        self.found, self.focus = found, focus
        self.scenario, self.plan, self.result = found.scenario, found.plan, found.result
        self.actor, self.title = focus.actor, focus.title
        self.controls = controls(self.scenario, self.actor)
        buying, selling = pairs(self.plan, self.actor)
        self.pairs = [*buying[:PARTNERS], *selling[:PARTNERS]]

    def name(self, group: str) -> str:
        """What a control, or a package of them, is called."""
        held = self.scenario.packages if group in self.scenario.packages else self.scenario.instruments
        return str(held[group].title)

    def short(self, actor: str) -> str:
        """What an actor is called where there is little room."""
        part = self.scenario.actors[actor]
        return part.short or part.title

    def duty(self, pair: Pair) -> str:
        """What a tariff is called."""
        return f"Tariff of {self.short(pair.importer)} on {self.short(pair.exporter)}"

    @cached_property
    def holders(self) -> list[str]:
        """Who holds the controls that may bite on it, the first first."""
        held = [self.scenario.instruments[name].by for names in self.controls.values() for name in names]
        return [name for name in dict.fromkeys(held) if name in self.scenario.actors]

    @cached_property
    def bites(self) -> dict[str, tuple[NDArray[np.float64], NDArray[np.bool_]]]:
        """Control → ([run] share of days in force on it, [run] in force on it on the last day)."""
        return {group: (one.days, one.last) for group, one in bites(self.result, self.controls, self.actor).items()}

    @cached_property
    def branches(self) -> list[Branch]:
        """The likeliest branches."""
        every = branches(self.result)[:BRANCHES]
        return [branch for place, branch in enumerate(every) if place == 0 or branch.share >= RAREST]

    @cached_property
    def tariffs(self) -> dict[str, Facing]:
        """Branch → tariffs in some of its runs."""
        chosen = {branch.name: branch.runs[_spread(len(branch.runs), OF_A_BRANCH)] for branch in self.branches}
        whole = facing(self.result, np.concatenate(list(chosen.values())), [pair.series for pair in self.pairs])
        ends = np.cumsum([len(runs) for runs in chosen.values()])
        found = {}
        for (name, runs), end in zip(chosen.items(), ends, strict=True):
            rows = slice(end - len(runs), end)
            both = ({key: values[rows] for key, values in side.items()} for side in (whole.today, whole.later))
            found[name] = Facing(runs, *both)
        return found

    @cached_property
    def measured(self) -> tuple[Measures, dict[str, Measures]]:
        """What the stances are compared in: of the base, and of each stance."""
        return self._measures(self.result), {name: self._measures(one) for name, one in self.focus.results.items()}

    def _measures(self, result: Result) -> Measures:
        """On itself, on its groups and deals, on outcomes, on others, in this order."""
        scenario, own = self.scenario, self.measures_titles
        found: Measures = {f"days.{group}": one.days for group, one in bites(result, self.controls, self.actor).items()}
        sample = facing(result, np.arange(min(OF_ALL, result.runs)), [pair.series for pair in self.pairs])
        found |= {f"tariff.{name}": values / 100 for name, values in sample.later.items()}
        for group in self._groups:
            subject = self.plan.subject("coalitions", self.plan.column("coalitions", group))
            who = self.plan.column("deciders", self.actor)
            joined = result.events(f"what = {int(What.joins)} AND subject = {subject} AND who = {who}")["run"]
            found[f"joins.{group}"] = np.isin(np.arange(result.runs), joined).astype(float)
        for deal in side_deals(scenario, self.actor):
            found[f"deal.{deal}"] = (result.column(f"{deal}.concluded_on") < MISSING).astype(float)
        joint = {name: [name] for name in own if name in scenario.instruments}
        found |= {name: one.days for name, one in bites(result, joint).items()} if joint else {}
        for place, outcome in enumerate(result.outcome_names):
            found[f"outcome.{outcome}"] = (result.outcome == place).astype(float)
        for other in scenario.actors:
            held = [name for names in controls(scenario, other).values() for name in names]
            if held and other != self.actor:
                found[f"other.{other}"] = bites(result, {"any": held}, other)["any"].days
        return found

    @cached_property
    def _groups(self) -> list[str]:
        """Coalitions of which it is a member without taking part from the start."""
        return [
            n for n, c in self.scenario.coalitions.items() if self.actor in c.members and self.actor not in c.joined
        ]

    @cached_property
    def measures_titles(self) -> dict[str, str]:
        """Measure → what it is called."""
        titles = {f"days.{group}": f"Days under: {self.name(group)}" for group in self.controls}
        titles |= {f"tariff.{pair.series}": self.duty(pair) for pair in self.pairs}
        titles |= {f"joins.{name}": f"Takes part: {self.scenario.coalitions[name].title}" for name in self._groups}
        deals = side_deals(self.scenario, self.actor)
        titles |= {f"deal.{name}": f"Concluded: {deal.title}" for name, deal in deals.items()}
        joint = {name: part for name, part in self.scenario.instruments.items() if part.by in self._groups}
        titles |= {name: f"Days in force: {part.title}" for name, part in joint.items()}
        titles |= {f"outcome.{name}": self.found.titles[name] for name in self.result.outcome_names}
        return titles | {f"other.{name}": f"Days under controls: {self.short(name)}" for name in self.scenario.actors}

    @cached_property
    def changes(self) -> dict[str, dict[str, Difference]]:
        """Stance → measure → paired difference."""
        base, stances = self.measured
        return {
            stance: {name: difference(base[name], values, self.result.chances) for name, values in measures.items()}
            for stance, measures in stances.items()
        }

    def stance(self, name: str) -> str:
        """What a stance is called."""
        return next(one.title for one in self.focus.stances if one.name == name)


def _spread(runs: int, most: int) -> NDArray[np.int64]:
    """Places of at most so many of the runs, evenly apart, so that they come from many draws of the assumptions."""
    return np.unique(np.linspace(0, runs - 1, min(runs, most)).round().astype(np.int64))


# ── Branches ─────────────────────────────────────────────────────────────────────────────────────────


def _branches(seen: Seen) -> Iterator[Block]:
    """Chart and table of what it faces where."""
    if not seen.pairs and not seen.controls:
        yield Paragraph(f"No tariff and no control of the file touches {seen.title}.")
        return
    yield FigureBlock(_facing_chart(seen))
    yield _branch_table(seen)
    runs = f"of up to {OF_A_BRANCH} of its futures" if seen.pairs else ""
    note = "A branch is the futures that end in one outcome. "
    note += f"Tariffs are averages at fixed weights, MFN included: median and 5–95 % range {runs}, % . " if runs else ""
    note += "Days: mean share of the days from the first to the last on which the control is in force on it. "
    note += "The run named stands for the branch; parley explain tells it."
    yield Paragraph(note.replace("% .", "in percent."), note=True)


def _facing_chart(seen: Seen):  # type: ignore[no-untyped-def]
    drawn = _drawn(seen)
    pair = seen.pairs[0] if seen.pairs else None
    rows = [
        Faced(
            branch.title,
            branch.share,
            None if pair is None else _range(seen.tariffs[branch.name].later[pair.series]),
            tuple(float(seen.bites[group][1][branch.runs].mean()) for group in drawn),
        )
        for branch in seen.branches
    ]
    today = 0.0 if pair is None else _today(seen, pair)
    shade = seen.found.colours
    measured = Measured(
        "" if pair is None else f"{seen.duty(pair)} on the last day, average, %",
        today,
        shade[pair.importer] if pair is not None else "#000000",
        tuple(seen.name(group) for group in drawn),
        tuple(shade[seen.scenario.instruments[seen.controls[group][0]].by] for group in drawn),
    )
    told = ["Branches by share of futures"]
    told += ["dot: median, line: 5–95 % of the branch, dashed: today"] if pair is not None else []
    told += [f"bars: share of the branch with the control in force on {seen.title} on the last day"] if drawn else []
    title = _facing_finding(seen, rows, today)
    return facing_chart(rows, measured, title, "; ".join(told), seen.found.source)


def _drawn(seen: Seen) -> list[str]:
    """The controls that differ most between branches, in the order of the file."""

    def differs(group: str) -> float:
        shares = [float(seen.bites[group][1][branch.runs].mean()) for branch in seen.branches]
        return max(shares) - min(shares) + max(shares) / 100

    chosen = sorted(seen.controls, key=differs, reverse=True)[:DRAWN]
    return [group for group in seen.controls if group in chosen]


def _range(values: NDArray[np.float64]) -> tuple[float, float, float]:
    low, middle, high = (float(value) for value in np.quantile(values, [0.05, 0.5, 0.95]))
    return low, middle, high


def _today(seen: Seen, pair: Pair) -> float:
    return float(np.median(np.concatenate([one.today[pair.series] for one in seen.tariffs.values()])))


SAME = 0.5
"""Percentage points within which a median tariff counts as today's."""


def _facing_finding(seen: Seen, rows: list[Faced], today: float) -> str:
    """What becomes of the tariff on it, and of the control that differs most between branches."""
    said = []
    tariffs = [(row.tariff[1], row) for row in rows if row.tariff is not None]
    if tariffs:
        low, lowest = min(tariffs, key=lambda pair: pair[0])
        high, highest = max(tariffs, key=lambda pair: pair[0])
        subject = f"the average tariff on {seen.title}"
        if max(abs(low - today), abs(high - today)) <= SAME:
            said.append(f"{subject} stays near {today:.0f} % at the median of every branch")
        elif high - low <= SAME:
            said.append(f"{subject} goes from {today:.0f} to about {high:.0f} % on every branch")
        else:
            said.append(f"{subject} ends at {low:.0f} % in “{lowest.title}”, at {high:.0f} % in “{highest.title}”")
    drawn = _drawn(seen)
    if drawn:
        place = max(
            range(len(drawn)), key=lambda k: max(r.controls[k] for r in rows) - min(r.controls[k] for r in rows)
        )
        shares = [row.controls[place] for row in rows]
        ends = percent(min(shares)), percent(max(shares))
        on = f"in {ends[0]} of futures" if ends[0] == ends[1] else f"in {ends[0]} to {ends[1]} of futures, by branch"
        said.append(f"“{seen.name(drawn[place])}” is in force on it at the end {on}")
    text = "; ".join(said)
    return text[0].upper() + text[1:]


def _branch_table(seen: Seen) -> Table:
    columns = ["Branch", "Odds", *(f"{seen.duty(pair)}, %" for pair in seen.pairs)]
    columns += [f"{seen.name(group)}: days, last day" for group in seen.controls]
    columns += [f"{part.title} live on the last day" for part in seen.scenario.agreements.values()] + ["Run"]
    expires = {name: seen.result.column(f"{name}.expires") for name in seen.scenario.agreements}
    rows = []
    for branch in seen.branches:
        row = [branch.title, percent(branch.share)]
        for pair in seen.pairs:
            one = seen.tariffs[branch.name]
            low, middle, high = _range(one.later[pair.series])
            told = f"{middle:.1f}" if round(low, 1) == round(high, 1) else f"{middle:.1f} ({low:.1f}–{high:.1f})"
            row.append(f"{np.median(one.today[pair.series]):.1f} → {told}")
        for group in seen.controls:
            days, last = (values[branch.runs].mean() for values in seen.bites[group])
            row.append(f"{percent(float(days))}, {percent(float(last))}")
        row += [percent(float((when[branch.runs] >= seen.plan.horizon).mean())) for when in expires.values()]
        rows.append([*row, str(branch.typical)])
    return Table(f"What {seen.title} faces on each branch, today and on the last day", columns, rows)


# ── Stances ──────────────────────────────────────────────────────────────────────────────────────────


def _stances(seen: Seen) -> Iterator[Block]:
    """Chart, a sentence for each stance, the table."""
    changes = seen.changes
    if changes:
        clear = {name for panel in changes.values() for name in panel if panel[name].clear}
        shown = [name for name in seen.measures_titles if not name.startswith("other.")]
        drawn = {
            stance: {name: panel[name] for name in shown if name in panel and (name in clear or not clear)}
            for stance, panel in changes.items()
        }
        titles = seen.measures_titles | {stance: seen.stance(stance) for stance in changes}
        measure = "Change in the share of days or futures, or in the tariff"
        yield FigureBlock(
            compare_chart(drawn, titles, _finding(seen), seen.found.source, called="focus_stances", measure=measure)
        )
    yield Bullets([_told(seen, stance) for stance in seen.focus.stances])
    if changes:
        yield _stance_table(seen)
        yield Paragraph(
            "Each stance makes the moves certain, or never made, whenever the rules of the file allow them; everything "
            "else is as it was, on the same futures. No clear difference: the change is under twice its paired error, "
            f"which stands beside it in points. Tariffs are read in the first {min(OF_ALL, seen.result.runs)} futures, "
            "everything else in all of them.",
            note=True,
        )


def _own(name: str) -> bool:
    """Whether a measure says what the country itself faces."""
    return name.startswith(("days.", "tariff."))


def _telling(panel: dict[str, Difference], others: bool = False) -> list[str]:
    """Clear changes, what it faces itself first, then the largest."""
    clear = [name for name in panel if panel[name].clear and name.startswith("other.") == others]
    return sorted(clear, key=lambda name: (not _own(name), -abs(panel[name].change)))


def _finding(seen: Seen) -> str:
    own = [
        (abs(one.change), stance, name)
        for stance, panel in seen.changes.items()
        for name, one in panel.items()
        if _own(name) and one.clear
    ]
    if not own:
        return f"Nothing that {seen.title} can do itself clearly changes the controls or tariffs on it"
    _, stance, name = max(own)
    one = seen.changes[stance][name]
    return f"“{seen.stance(stance)}” changes most for it: {_change(seen, name, one)}"


def _change(seen: Seen, name: str, one: Difference) -> str:
    """One clear change in words."""
    title = seen.measures_titles[name]
    return f"{title[0].lower() + title[1:] if _own(name) else title} {_ends(name, one)} ({points(one.change)} points)"


def _ends(name: str, one: Difference) -> str:
    if name.startswith("tariff."):
        return f"{one.base * 100:.1f} → {one.variant * 100:.1f} % on average"
    return f"{percent(one.base)} → {percent(one.variant)}"


def _told(seen: Seen, stance: Stance) -> str:
    """What a stance changes, in a sentence or two."""
    if stance.missing:
        return f"{stance.title}: not played, for {stance.missing}."
    panel = seen.changes[stance.name]
    telling = _telling(panel)
    own = [name for name in telling if _own(name)]
    rest = [name for name in telling if not _own(name)][: 3 - min(len(own), 2)]
    said = [_change(seen, name, panel[name]) for name in [*own[:3], *rest]]
    if not own:
        kept = [panel[name].error for name in panel if _own(name)]
        margin = f" (one of {2 * max(kept) * 100:.1f} points would have been seen)" if kept and max(kept) > 0 else ""
        said.insert(0, f"no clear difference to the tariffs and controls on it{margin}")
    others = [
        f"{seen.short(name.removeprefix('other.'))} {points(panel[name].change)}" for name in _telling(panel, True)
    ]
    told = f"{stance.title}: {'; '.join(said)}."
    return f"{told} For others, points of days under controls: {', '.join(others[:OTHERS])}." if others else told


def _stance_table(seen: Seen) -> Table:
    changes = seen.changes
    any_clear = {name for panel in changes.values() for name in panel if panel[name].clear}
    base = next(iter(changes.values()))
    names = [name for name in seen.measures_titles if name in base and (_own(name) or name in any_clear)]
    rows = [
        [
            seen.measures_titles[name],
            _level(name, base[name].base),
            *(_cell(name, panel[name]) for panel in changes.values()),
        ]
        for name in names
    ]
    columns = ["Share of futures or days; tariff", "As the file has it", *(seen.stance(stance) for stance in changes)]
    return Table("What each stance changes, on the same futures", columns, rows)


def _level(name: str, value: float) -> str:
    return f"{value * 100:.1f} %" if name.startswith("tariff.") else percent(value)


def _cell(name: str, one: Difference) -> str:
    if one.clear:
        return f"{_level(name, one.variant)} ({points(one.change, 1)})"
    return "the same" if one.changed == 0 else f"no clear difference (±{2 * one.error * 100:.1f})"


# ── The answer ───────────────────────────────────────────────────────────────────────────────────────


def _answer(seen: Seen) -> list[str]:
    said = [_likeliest(seen), _hardest(seen), _choice(seen), bought(seen.found, seen.actor, seen.holders)]
    return [sentence for sentence in said if sentence]


def _likeliest(seen: Seen) -> str:
    branch = seen.branches[0]
    said = f"The likeliest branch is “{branch.title}” ({percent(branch.share)} of futures)"
    faced = _on(seen, branch)
    return f"{said}: there {faced}." if faced else f"{said}; nothing in the file touches {seen.title} there."


def _on(seen: Seen, branch: Branch) -> str:
    """What it faces on a branch, in words."""
    told = []
    for pair in seen.pairs[:1]:
        one = seen.tariffs[branch.name]
        today, later = (float(np.median(values[pair.series])) for values in (one.today, one.later))
        changed = f"goes from {today:.1f} to {later:.1f} %" if abs(later - today) >= 0.05 else f"stays at {today:.1f} %"
        told.append(f"the {_lower(seen.duty(pair))} {changed} at the median")
    drawn = _drawn(seen)
    if drawn:
        last = {group: float(seen.bites[group][1][branch.runs].mean()) for group in drawn}
        listed = [f"“{seen.name(group)}” in {percent(share)}" for group, share in last.items()]
        told.append(f"in force on it on the last day are {_and(listed)} of its futures")
    return ", and ".join(told)


def _lower(title: str) -> str:
    return title[0].lower() + title[1:]


def _and(listed: list[str]) -> str:
    *most, last = listed
    return f"{', '.join(most)} and {last}" if most else last


def _hardest(seen: Seen) -> str:
    """The branch with the most days under controls, where it is another than the likeliest."""
    if not seen.controls or len(seen.branches) < 2:
        return ""
    any_days = {group: days for group, (days, _) in seen.bites.items()}
    drawn = _drawn(seen)

    def days(branch: Branch) -> float:
        return float(np.mean([any_days[group][branch.runs].mean() for group in drawn]))

    hardest, easiest = max(seen.branches, key=days), min(seen.branches, key=days)
    if hardest is easiest or days(hardest) - days(easiest) < RAREST:
        return ""
    group = max(drawn, key=lambda one: any_days[one][hardest.runs].mean() - any_days[one][easiest.runs].mean())
    ends = [percent(float(any_days[group][branch.runs].mean())) for branch in (hardest, easiest)]
    return (
        f"Controls weigh most on it in “{hardest.title}” ({percent(hardest.share)} of futures): “{seen.name(group)}” "
        f"is in force on it on {ends[0]} of days, against {ends[1]} in “{easiest.title}”."
    )


def _choice(seen: Seen) -> str:
    if not seen.changes:
        return f"The file leaves {seen.title} nothing of its own to choose between joining, waiting and a side deal."
    played = _and([seen.stance(stance) for stance in seen.changes])
    finding = _finding(seen)
    return (
        f"Of {count(len(seen.changes))} stances played ({played}), {_lower(finding)}."
        if (len(seen.changes) > 1 and finding.startswith("“"))
        else f"{finding}."
    )
