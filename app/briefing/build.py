"""Builds the briefing from results: every number in it is read from them here."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from app.briefing.content import (
    Block,
    Briefing,
    Bullets,
    FigureBlock,
    Paragraph,
    Section,
    Stated,
    Table,
    odds_word,
    scale,
)
from app.briefing.html import render
from plots.calendar import Life, Mark, calendar_chart
from plots.compare import compare_chart
from plots.fan import fan_chart
from plots.moves import moves_chart
from plots.odds import odds_chart, percent
from plots.style import colour, write
from plots.truce_end import truce_end_chart
from sim import days
from sim.analysis.odds import Difference, difference, shares
from sim.days import MISSING, date
from sim.results.result import Result
from sim.scenario.model import OTHER
from sim.scenario.provenance import ASSUMPTION, DEFAULT, provenance
from sim.world.log import What

WEEK = 7
SHOWN_ALWAYS = 0.02
"""Instruments in force in fewer futures than this, on every day, are left out of the calendar chart."""


def write_briefing(result: Result, what_ifs: list[Result], folder: Path, command: str) -> Path:
    """Write `briefing.html` and `charts/` into the folder; returns the page."""
    briefing = _Builder(result, what_ifs, command).briefing()
    for chart in briefing.charts():
        write(chart, folder / "charts")
    page = folder / "briefing.html"
    page.write_text(render(briefing, folder / "charts"), encoding="utf-8")
    return page


class _Builder:
    def __init__(self, result: Result, what_ifs: list[Result], command: str) -> None:
        self.result = result
        self.what_ifs = what_ifs
        self.command = command
        self.scenario = result.scenario
        self.plan = result.plan
        self.odds = shares(result.outcome, result.outcome_names, result.chances)
        self.titles = {name: result.outcome_title(name) for name in result.outcome_names}
        self.source = f"Source: Parley, {self.scenario.title} As of {self.scenario.as_of}; {result.runs:,} futures."

    def briefing(self) -> Briefing:
        sections = [
            self._section("Odds", self._odds_chart, self._odds_table, self._caution),
            self._section("What happens when", self._calendar, self._truce_end),
            self._section("Tariff paths", self._fan),
            self._section("Who moves", self._moves, self._who),
            self._section("What if", self._compare, self._what_if_table),
            self._section("Last days to act", self._last_days),
            self._section("Other measures", self._indicators),
            self._section("Assumptions", self._weak_inputs, self._assumptions),
            self._section("What is left out", self._left_out),
            self._section("How this was made", self._made),
        ]
        return Briefing(
            self.scenario.title,
            self.scenario.question or "",
            self._answer(),
            f"As of {_long(self.scenario.as_of)} · to {_long(self.scenario.horizon)}",
            [section for section in sections if section.blocks],
        )

    def _section(self, title: str, *makers: Callable[[], list[Block]]) -> Section:
        return Section(title, [block for make in makers for block in make()])

    # ── Words ────────────────────────────────────────────────────────────────────────────────────────

    def _ranked(self) -> list[str]:
        return sorted(self.odds, key=lambda name: -self.odds[name].mean)

    def _answer(self) -> str:
        first, *rest = self._ranked()
        one = self.odds[first]
        band = (
            ""
            if one.low is None or one.high is None
            else f", {percent(one.low)} to {percent(one.high)} across the assumptions"
        )
        others = [
            f"{self._worded(name)} ({Stated(self.odds[name].mean)})"
            for name in rest[:3]
            if self.odds[name].mean >= 0.005
        ]
        rarely = [
            f"{self._worded(name)} ({Stated(self.odds[name].mean)})" for name in rest[3:] if self.odds[name].mean > 0
        ]
        word, share = odds_word(one.mean), Stated(one.mean)
        text = f"The most frequent outcome is {word}: {self._worded(first)} ({share} of futures{band})."
        if others:
            text += " Next come: " + "; ".join(others) + "."
        if rarely:
            text += " Less often: " + "; ".join(rarely) + "."
        return text + self._strongest_what_if()

    def _worded(self, name: str) -> str:
        title = self.titles[name]
        first = title.split(" ")[0]
        keeps = (first.isupper() and first != "A") or first in {
            actor.title.split(" ")[0] for actor in self.scenario.actors.values()
        }
        return title if keeps else title[0].lower() + title[1:]

    def _strongest_what_if(self) -> str:
        first = self._ranked()[0]
        changes = {name: panel[first] for name, panel in self._changes().items()}
        clear = {name: one for name, one in changes.items() if one.clear}
        if not clear:
            return ""
        name = max(clear, key=lambda key: abs(clear[key].change))
        return f" Of the what-ifs, “{self._what_if_title(name)}” moves that most: to {percent(clear[name].variant)}."

    def _caution(self) -> list[Block]:
        text = (
            "These odds follow from the rules, probabilities and ranges typed into the scenario, listed below with "
            "their sources; they are conditional on them and are not a forecast. The band shows how far they move over "
            "the assumptions; the sampling error is what more futures would take away."
        )
        return [Paragraph(text, note=True), Paragraph(scale(), note=True)]

    def _odds_table(self) -> list[Block]:
        rows = []
        for name, one in self.odds.items():
            band = "–" if one.low is None or one.high is None else f"{percent(one.low)} to {percent(one.high)}"
            rows.append(
                [self.titles[name], percent(one.mean), odds_word(one.mean), band, f"±{one.error * 100:.1f} points"]
            )
        columns = ["Outcome", "Odds", "In words", "5–95 % of assumptions", "Sampling error"]
        return [Table("Odds by outcome; a future has the first outcome, in this order, that holds", columns, rows)]

    def _who(self) -> list[Block]:
        rows = []
        for name, decider in self.scenario.deciders():
            rules = [rule for rule in self.plan.rule_names if rule.startswith(f"{name}.")]
            levers = [part.title for part in self.scenario.instruments.values() if part.by == name]
            kind = "coalition" if name in self.scenario.coalitions else "actor"
            rows.append([decider.title, kind, str(len(rules)), "; ".join(levers) or "–"])
        return [Table("Who is at the table", ["Name", "Kind", "Rules", "Levers held"], rows, folded=True)]

    def _indicators(self) -> list[Block]:
        rows = []
        for name, indicator in self.scenario.indicators.items():
            values = self.result.column(f"indicator.{name}")
            if values.dtype == np.bool_:
                rows.append([indicator.title, percent(float(values.mean())), "", "share of futures"])
            elif values.dtype == np.int32:
                there = values[values < MISSING]
                middle = str(date(int(np.median(there)))) if len(there) else "–"
                rows.append(
                    [indicator.title, middle, "", f"median date; in {percent(len(there) / len(values))} of futures"]
                )
            else:
                low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
                rows.append([indicator.title, f"{middle:.3g}", f"{low:.3g} to {high:.3g}", indicator.unit])
        return (
            [Table("Median and range of further measures", ["Measure", "Median", "5–95 %", "Unit"], rows)]
            if rows
            else []
        )

    def _last_days(self) -> list[Block]:
        from app.show import last_days

        rows = [[str(date(day)), who, what] for day, who, what in last_days(self.scenario)]
        return [Table("If nobody moves before", ["Day", "Who", "What is still open on that day"], rows)] if rows else []

    def _weak_inputs(self) -> list[Block]:
        sources = [one for one in provenance(self.scenario).values() if one.source != DEFAULT]
        signed = sum((one.source or "").startswith(ASSUMPTION) for one in sources)
        unsourced = sum(one.source is None for one in sources)
        cited = len(sources) - signed - unsourced
        text = f"Of {len(sources)} numbers and dates, {signed} are signed assumptions and {cited} carry a source"
        text += f"; {unsourced} have neither." if unsourced else "."
        uncertain = sum(not scalar.fixed for scalar in self.plan.scalars.values())
        return [Paragraph(f"{text} {uncertain} are uncertain and drawn anew for each draw of the assumptions.")]

    def _assumptions(self) -> list[Block]:
        found, blocks = provenance(self.scenario), []
        by_section: dict[str, list[list[str]]] = {}
        for path, scalar in self.plan.scalars.items():
            one = found[path]
            if one.source != DEFAULT:
                known = "" if one.known is None else str(days.date(one.known))
                by_section.setdefault(path.split(".")[0], []).append(
                    [path, scalar.describe(), one.source or "none", known]
                )
        for section, rows in by_section.items():
            caption = f"{section.replace('_', ' ').capitalize()}: {len(rows)}"
            blocks.append(Table(caption, ["Path", "Value", "Source or reason", "Known"], rows, folded=True))
        return list(blocks)

    def _left_out(self) -> list[Block]:
        return [Bullets(list(self.scenario.left_out))] if self.scenario.left_out else []

    def _made(self) -> list[Block]:
        about = self.result.manifest
        draws = about["runs"] // about["chances"]
        rows = [
            [
                "Futures",
                f"{about['runs']:,}: {draws:,} draws of the assumptions × {about['chances']} futures of chance each",
            ],
            ["Seed", str(about["seed"])],
            ["Digest", about["digest"]],
            ["Scenario", about["scenario_hash"]],
            ["Versions", ", ".join(f"{name} {version}" for name, version in about["versions"].items())],
            ["Command", self.command or "from Python"],
        ]
        return [Table("To make it again", ["What", "Value"], rows)]

    # ── Charts ───────────────────────────────────────────────────────────────────────────────────────

    def _odds_chart(self) -> list[Block]:
        first = self._ranked()[0]
        title = f"{self.titles[first]}: the most frequent outcome, in {percent(self.odds[first].mean)} of futures"
        return [FigureBlock(odds_chart(self.odds, self.titles, title, self.source))]

    def _calendar(self) -> list[Block]:
        lives = [life for name in self.scenario.instruments if (life := self._life(name)) is not None]
        marks = [mark for name in self.scenario.milestones if (mark := self._mark(name)) is not None]
        if not lives and not marks:
            return []
        expires = {
            agreement.title: int(agreement.expires.value)
            for agreement in self.scenario.agreements.values()
            if agreement.expires.fixed and int(agreement.expires.value) <= self.plan.horizon
        }
        return [FigureBlock(calendar_chart(lives, marks, expires, self._calendar_title(lives), self.source))]

    def _calendar_title(self, lives: list[Life]) -> str:
        changing = [life for life in lives if 0.02 < life.share[-1] < 0.98]
        if not changing:
            return "Every instrument ends the period the way it stands in nearly all futures"
        widest = max(changing, key=lambda life: life.share[-1] * (1 - life.share[-1]))
        return f"Most open at the end: {widest.title}, in force in {percent(float(widest.share[-1]))} of futures"

    def _life(self, name: str) -> Life | None:
        """An instrument that may change within the horizon."""
        steps = self.result.in_force(name, WEEK)
        share = steps.values.mean(axis=0)
        part = self.scenario.instruments[name]
        planned = part.effective
        ahead = planned is not None and planned.fixed and self.plan.as_of <= int(planned.value) <= self.plan.horizon
        if not ahead and (share.max() < SHOWN_ALWAYS or share.min() > 1 - SHOWN_ALWAYS):
            return None
        day = int(planned.value) if ahead and planned is not None else None
        return Life(part.title, part.by, steps.days, share, day)

    def _mark(self, name: str) -> Mark | None:
        when, held = self.result.column(f"{name}.date"), self.result.column(f"{name}.held")
        ahead = (when >= self.plan.as_of) & (when <= self.plan.horizon)
        if not ahead.any():
            return None
        first, last = np.quantile(when[ahead], [0.05, 0.95], method="nearest").astype(int)
        return Mark(self.scenario.milestones[name].title, int(first), int(last), float(held.mean()))

    def _truce_end(self) -> list[Block]:
        blocks: list[Block] = []
        for name, agreement in list(self.scenario.agreements.items())[:1]:
            column = self.plan.column("agreements", name)
            lapsed = self.result.first_day(What.agreement_lapses, self.plan.subject("agreements", column))
            left = self.result.first_day(What.ends, self.plan.subject("agreements", column))
            ended = np.minimum(lapsed, np.where(left < MISSING, left + 1, MISSING)).astype(np.int32)
            share = float((ended < MISSING).mean())
            title = f"{agreement.title}: ends at least once before the horizon in {percent(share)} of futures"
            expires = self.result.column(f"{name}.expires")
            chart = truce_end_chart(ended, expires, self.result.days(WEEK), agreement.title, title, self.source)
            blocks.append(FigureBlock(chart))
        return blocks

    def _fan(self) -> list[Block]:
        goods = list(self.scenario.goods.items())[:3]
        if not goods:
            return []
        series = {f"stack.{name}": good for name, good in goods}
        paths = {name: self.result.path(name, WEEK) for name in series}
        titles = {name: good.title for name, good in series.items()}
        colours = {name: colour(good.importer) for name, good in series.items()}
        name, good = next(iter(series.items()))
        values = paths[name].values
        above = float((values.max(axis=1) > values[:, 0]).mean())
        title = f"{good.title}: its tariff rises above today's {values[0, 0]:.0f} points in {percent(above)} of futures"
        chart = fan_chart(
            paths, titles, colours, title, "Legal stack over the MFN rate, percentage points.", self.source
        )
        return [FigureBlock(chart)]

    def _moves(self) -> list[Block]:
        kinds = [kind for kind in What if kind <= What.leaves]
        shares_ = np.zeros((len(self.plan.players), len(kinds)))
        table = self.result.events(f"who >= 0 AND what <= {int(What.leaves)}")
        once: Any = (
            np.unique(np.stack([table["run"], table["who"], table["what"]], axis=1), axis=0)
            if len(table["run"])
            else []
        )
        for _, who, what in once:
            shares_[int(who), int(what) - 1] += 1 / self.result.runs
        rows, columns = shares_.max(axis=1) > 0, shares_.max(axis=0) > 0
        if not rows.any():
            return []
        actors = [player.title for player, used in zip(self.plan.players, rows, strict=True) if used]
        names = [kind.name for kind, used in zip(kinds, columns, strict=True) if used]
        chosen = shares_[np.ix_(rows, columns)]
        row, column = np.unravel_index(chosen.argmax(), chosen.shape)
        share, move = percent(float(chosen[row, column])), names[column].replace("_", " ")
        title = f"The most usual move: {actors[row]} {move}, in {share} of futures"
        return [FigureBlock(moves_chart(chosen, actors, names, title, self.source))]

    # ── What-ifs ─────────────────────────────────────────────────────────────────────────────────────

    def _what_if_title(self, name: str) -> str:
        return str(self.scenario.what_ifs[name].get("title", name))

    def _changes(self) -> dict[str, dict[str, Difference]]:
        """What-if → outcome → paired difference."""
        found = {}
        for other in self.what_ifs:
            found[str(other.what_if)] = {
                name: difference(
                    (self.result.outcome == place).astype(float),
                    (other.outcome == place).astype(float),
                    self.result.chances,
                )
                for place, name in enumerate(self.result.outcome_names)
            }
        return found

    def _compare(self) -> list[Block]:
        changes = self._changes()
        if not changes:
            text = "The scenario has what-ifs; run with --what-ifs to play them on the same futures."
            return [Paragraph(text, note=True)] if self.scenario.what_ifs else []
        shown = [
            name for name in self.result.outcome_names if any(panel[name].change for panel in changes.values())
        ] or [OTHER]
        panels = {name: {outcome: panel[outcome] for outcome in shown} for name, panel in changes.items()}
        titles = self.titles | {name: self._what_if_title(name) for name in changes}
        name, outcome = max(((n, o) for n in panels for o in shown), key=lambda key: abs(panels[key[0]][key[1]].change))
        one = panels[name][outcome]
        title = f"“{titles[name]}” changes most: {titles[outcome]}, {one.change * 100:+.0f} points"
        return [FigureBlock(compare_chart(panels, titles, title, self.source))]

    def _what_if_table(self) -> list[Block]:
        changes = self._changes()
        if not changes:
            return []
        names = list(changes)
        rows = []
        for outcome in self.result.outcome_names:
            cells = [_change(changes[name][outcome]) for name in names]
            rows.append([self.titles[outcome], percent(self.odds[outcome].mean), *cells])
        columns = ["Outcome", "Base", *(self._what_if_title(name) for name in names)]
        return [Table("Odds in each what-if, on the same futures", columns, rows)]


def _change(one: Difference) -> str:
    if not one.clear:
        return "no clear difference"
    return f"{percent(one.variant)} ({one.change * 100:+.1f} ± {2 * one.error * 100:.1f} points)"


def _long(day: datetime.date) -> str:
    return f"{day.day} {day:%B %Y}"
