"""The briefing of a record: a past that is replayed, with nothing ahead. No odds; what was done and what stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

import numpy as np

from app.briefing.answer import count
from app.briefing.comparisons import finding
from app.briefing.content import Block, FigureBlock, Paragraph, Table
from app.briefing.findings import Findings
from plots.calendar import Life, Mark, busy_since, calendar_chart, folded
from plots.lines import lines_chart
from plots.numbers import NARROW, long_date, percent, rate
from plots.style import ACCENT, Chart
from plots.words import the
from sim.analysis import standing as shares
from sim.analysis.record import Stack, Threat
from sim.days import MISSING
from sim.scenario.expressions import Kind
from sim.scenario.model import Instrument
from sim.world.log import What

SERIES = 4
"""Goods whose tariff paths are drawn; the table has all."""
MOST_MARKS = 12
"""Milestones in the calendar chart; more are told day by day only."""
MOST_ROWS = 40
"""Rows of one calendar chart."""
AGREEMENTS = "Agreements"
LONG = 20
"""Rows of a table that is shown on request."""
TOLD = 2
"""Goods that the answer speaks of."""
TAGS = {
    "V": "read",
    "VR": "read in a report of it",
    "D": "derived",
    "M": "from memory",
    "I": "inferred",
}
KINDS = {
    "tariff": "tariff",
    "export_control": "export control",
    "quota": "import quota",
    "rule": "rule",
    "support": "support measure",
    "statement": "statement",
}


# ── The answer ───────────────────────────────────────────────────────────────────────────────────────


def answer(found: Findings) -> list[str]:
    """Sentences; every number is read from the replay."""
    said = [_acts(found), _in_force(found), *_stacks(found), _threats(found), _published(found)]
    return [sentence for sentence in said if sentence]


def _acts(found: Findings) -> str:
    """How often tariffs were imposed or changed, by holder."""
    acts = found.record.tariff_acts
    holders = Counter(found.scenario.instruments[act.instrument].by for act in acts)
    span = f"From {long_date(found.plan.start)} to {long_date(found.plan.as_of)}"
    if not acts:
        return f"{span} no tariff entered into force and none changed its rate."
    listed = [f"{_times(number)} by {the(found.deciders[name])}" for name, number in holders.most_common()]
    return f"{span} a tariff entered into force or changed its rate {_times(len(acts))}: {_and(listed)}."


def _in_force(found: Findings) -> str:
    """What stands on the last day, by kind."""
    now = [one for one in found.record.standing if one.state == "in force"]
    kinds: Counter[str] = Counter(found.scenario.instruments[one.instrument].kind for one in now)
    listed = [_many(kinds[kind], word) for kind, word in KINDS.items() if kinds[kind]]
    said = f"On the last day {_and(listed) or 'nothing'} {'is' if len(now) <= 1 else 'are'} in force"
    held = [one for one in found.record.standing if one.state == "suspended"]
    if held:
        said += f"; {count(len(held))} more {'is' if len(held) == 1 else 'are'} suspended"
    return f"{said}."


def _stacks(found: Findings) -> list[str]:
    """The stack of the first goods now and at its peak."""
    said = []
    for name, good in list(found.scenario.goods.items())[:TOLD]:
        stack = found.record.stack(name)
        said.append(f"{good.title}: {rate(stack.now)}{NARROW}points over the MFN rate now, {_peak(found, stack)}.")
    return said


def _peak(found: Findings, stack: Stack) -> str:
    """The peak in words: when, and whether it is the present."""
    first, last = long_date(stack.first), long_date(stack.last)
    if stack.peak == stack.now and stack.last == found.plan.horizon:
        return "as from the start" if stack.first == found.plan.start else f"the highest so far, reached on {first}"
    when = f"on {first}" if stack.first == stack.last else f"from {first} to {last}"
    return f"{rate(stack.peak)} at the peak {when}"


def _threats(found: Findings) -> str:
    """How many threats were made, and how many carried out."""
    ends = Counter(threat.end for threat in found.record.threats)
    made = ends.total()
    listed = [f"{count(ends[end])} {_became(end, ends[end])}" for end in _ENDS if ends[end]]
    if made == 1:
        return f"One threat was made; it {_became(next(iter(ends)), 1)}."
    return f"{count(made).capitalize()} threats were made: {_and(listed)}." if made else ""


_ENDS = {"carried out": "carried out", "withdrawn": "withdrawn", "lapsed": "left to lapse", "standing": "still open"}
"""What becomes of a threat, in words."""


def _became(end: str, number: int) -> str:
    one, many = ("is", "are") if end == "standing" else ("was", "were")
    return f"{one if number == 1 else many} {_ENDS[end]}"


def _published(found: Findings) -> str:
    return f"{finding(found.comparisons)}." if found.comparisons else ""


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _many(number: int, word: str) -> str:
    return f"{count(number)} {word}{'s' if number > 1 else ''}"


def _and(parts: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


# ── Tariffs ──────────────────────────────────────────────────────────────────────────────────────────


def tariffs(found: Findings) -> list[Block]:
    """The stacks of the first goods as lines since the start, and of all of them in a table."""
    goods = found.scenario.goods
    if not goods:
        return []
    drawn = dict(list(goods.items())[:SERIES])
    paths = {name: found.record.path(f"stack.{name}") for name in drawn}
    name, good = next(iter(goods.items()))
    title = f"{good.title}: {_course(found, found.record.stack(name))}"
    first, last = long_date(found.plan.start), long_date(found.plan.horizon)
    subtitle = f"Legal stack over the MFN rate, percentage points, {first} to {last}"
    titles = {name: good.title for name, good in drawn.items()}
    shades = {name: found.colours[good.importer] for name, good in drawn.items()}
    peaks = {name: _peak(found, found.record.stack(name)) for name in drawn}
    chart = lines_chart(paths, titles, peaks, shades, title, subtitle, found.source)
    rows = []
    for name, good in goods.items():
        stack = found.record.stack(name)
        days = " to ".join(dict.fromkeys(long_date(day) for day in (stack.first, stack.last)))
        first_value = float(np.median(found.record.path(f"stack.{name}").values[:, 0]))
        unchanged = stack.first == found.plan.start and stack.last == found.plan.horizon
        rows.append([good.title, rate(first_value), rate(stack.peak), "all" if unchanged else days, rate(stack.now)])
    columns = ["Good", f"On {first}", "At the peak", "Days of the peak", f"On {last}"]
    return [FigureBlock(chart), Table("Stacks over the MFN rate, percentage points", columns, rows)]


def _course(found: Findings, stack: Stack) -> str:
    now = f"{rate(stack.now)}{NARROW}points"
    if stack.peak == stack.now and stack.last == found.plan.horizon:
        if stack.first == found.plan.start:
            return f"{now}, unchanged"
        return f"{now}, the highest so far, reached on {long_date(stack.first)}"
    return f"{now} now, after {rate(stack.peak)} at the peak in {_month(stack)}"


def _month(stack: Stack) -> str:
    return long_date(stack.first).partition(NARROW)[2]


# ── What happened when ───────────────────────────────────────────────────────────────────────────────


def calendar(found: Findings) -> list[Block]:
    """When each stood: milestones, agreements, instruments; and which share a row."""
    marks = [mark for name in found.scenario.milestones if (mark := _mark(found, name)) is not None]
    marks = marks if len(marks) <= MOST_MARKS else []
    rows = folded([*_agreements(found), *_instruments(found)])
    if not rows and not marks:
        return []
    blocks: list[Block] = [FigureBlock(chart) for chart in _calendars(found, rows, marks)]
    if shared := [[row.words, "; ".join([row.title, *row.others])] for row in rows if row.others]:
        caption = "Rows that stand for several instruments with the same life"
        blocks.append(Table(caption, ["Row", "Instruments"], shared, folded=True))
    return blocks


def _calendars(found: Findings, rows: list[Life], marks: list[Mark]) -> Iterator[Chart]:
    """One chart, or several of about the same number of rows; the milestones stand in the first."""
    days = found.result.days(since=found.plan.start)
    busy = busy_since(rows, days)
    charts = max(1, -(-len(rows) // MOST_ROWS))
    for place, part in enumerate(np.array_split(np.arange(len(rows)), charts), start=1):
        drawn = [rows[k] for k in part]
        title = _calendar_finding(found) if charts == 1 else _part_finding(drawn)
        name = "calendar" if place == 1 else f"calendar_{place}"
        shown = marks if place == 1 else []
        yield calendar_chart(drawn, shown, days, title, found.source, past=True, busy=busy, name=name)


def _part_finding(rows: list[Life]) -> str:
    """How much of what some rows hold still stands."""
    holders = _and([name for name in dict.fromkeys(row.group for row in rows) if name != AGREEMENTS])
    sizes = [(1 + len(row.others), row.end in ("in force", "live")) for row in rows if row.share.any()]
    ever, still = sum(size for size, _ in sizes), sum(size for size, stands in sizes if stands)
    stands = f"{count(still)} still {'does' if still == 1 else 'do'}"
    return f"{holders}: of {count(ever)} instruments and agreements that have stood, {stands}"


def _mark(found: Findings, name: str) -> Mark | None:
    when = int(np.median(found.result.column(f"{name}.date")))
    if not found.plan.start <= when <= found.plan.horizon:
        return None
    held = float(found.result.column(f"{name}.held").mean() >= 0.5)
    return Mark(found.scenario.milestones[name].title, when, when, held)


def _agreements(found: Findings) -> list[Life]:
    rows = []
    for name, part in found.scenario.agreements.items():
        share = shares.live(found.result, name, since=found.plan.start)
        if share.any():
            rows.append(Life(part.title, AGREEMENTS, ACCENT, share, end="live" if share[-1] else "over"))
    return rows


def _instruments(found: Findings) -> list[Life]:
    """Instruments that have been in force or threatened, by holder."""
    in_force = shares.in_force(found.result, since=found.plan.start)
    states = {one.instrument: one.state for one in found.record.standing}
    threatened: dict[str, list[int]] = {}
    for threat in found.record.threats:
        threatened.setdefault(threat.instrument, []).append(threat.day)
    rows = []
    for holder, heading in found.deciders.items():
        for name, part in found.scenario.instruments.items():
            days = tuple(threatened.get(name, ()))
            if part.by == holder and (in_force[name].any() or days):
                end = {"possible": "not enacted"}.get(states[name], states[name])
                rows.append(Life(part.title, heading, found.colours[holder], in_force[name], threats=days, end=end))
    return rows


def _calendar_finding(found: Findings) -> str:
    """How much of what was in force at some time still is."""
    ever = [one for one in found.record.standing if one.state == "in force" or _entered(found, one.instrument)]
    still = sum(one.state == "in force" for one in ever)
    if not ever:
        return "Nothing was in force in this time"
    if still == len(ever):
        return (
            f"All {count(still)} instruments that entered into force still are"
            if still > 1
            else "What entered into force still is"
        )
    many = f"{count(len(ever)).capitalize()} instrument{'s have' if len(ever) > 1 else ' has'} been in force"
    return f"{many}; {count(still) if still else 'none'} still {'is' if still <= 1 else 'are'} on the last day"


def _entered(found: Findings, name: str) -> bool:
    entered = any(what is What.enters_into_force for _, what in found.record.events[name])
    return entered or found.result.plan_start_in_force[name]


def chronicle(found: Findings) -> list[Block]:
    """Day by day, what was done and what followed from it."""
    told = found.record.told()
    rows = [
        [long_date(day), "; ".join(words for _, words in said)] for day, said in groupby(told, key=lambda one: one[0])
    ]
    return (
        [Table(f"Day by day: {len(rows)} days on which something happened", ["Day", "What"], rows, folded=True)]
        if rows
        else []
    )


# ── Threats, what stands, measures ───────────────────────────────────────────────────────────────────


def threats(found: Findings) -> list[Block]:
    """Every threat with what became of it."""
    rows = [
        [long_date(one.day), _by(found, one), _title(found, one.instrument), _end(one)] for one in found.record.threats
    ]
    return (
        [
            Table(
                "Threats and what became of them",
                ["Day", "By", "Threatened", "What became of it"],
                rows,
                folded=len(rows) > LONG,
            )
        ]
        if rows
        else []
    )


def _by(found: Findings, threat: Threat) -> str:
    return found.deciders[found.scenario.instruments[threat.instrument].by]


def _end(threat: Threat) -> str:
    put_off = f", put off {_times(threat.put_off)} before" if threat.put_off else ""
    return _ENDS[threat.end] + put_off


def _title(found: Findings, name: str) -> str:
    return found.scenario.instruments[name].title


def standing(found: Findings) -> list[Block]:
    """What is in force or suspended on the last day, by holder."""
    rows = []
    for holder, heading in found.deciders.items():
        for one in found.record.standing:
            part = found.scenario.instruments[one.instrument]
            if part.by != holder or one.state not in ("in force", "suspended", "enacted"):
                continue
            basis = found.scenario.legal_bases[part.legal_basis].title if part.legal_basis else "–"
            since = "–" if one.state != "in force" else "the start" if one.since is None else long_date(one.since)
            rows.append([part.title, heading, KINDS[part.kind], _rate(part, one.rate), basis, one.state, since])
    columns = ["Instrument", "By", "Kind", "Rate, points", "Legal basis", "State", "Since"]
    caption = f"What stands on {long_date(found.plan.horizon)}: {len(rows)}"
    return [Table(caption, columns, rows, folded=len(rows) > LONG)] if rows else []


def _rate(part: Instrument, points: float) -> str:
    if part.kind != "tariff":
        return "–"
    written = rate(points)
    if part.tops_up_to is not None:
        return f"{written}, all in"
    return f"{written}, in place of another" if part.replaces else written


def measures(found: Findings) -> list[Block]:
    """The indicators of the scenario, as they came out."""
    rows = []
    for name, part in found.scenario.indicators.items():
        value, kind = float(np.median(found.result.column(f"indicator.{name}"))), found.plan.indicators[name].kind
        unit = part.unit or {Kind.points: "percentage points", Kind.days: "days"}.get(kind, "–")
        if kind is Kind.truth:
            written, unit = ("yes" if value else "no"), "–"
        elif kind is Kind.date:
            written, unit = ("never" if value >= MISSING else long_date(int(value))), "date"
        elif kind is Kind.share and part.unit in ("", "%"):
            written, unit = percent(value), "share"
        else:
            written = f"{value:.3g}"
        rows.append([part.title, written, unit])
    return [Table("Further measures", ["Measure", "Value", "Unit"], rows)] if rows else []


def sources(found: Findings) -> list[Block]:
    """The citations of the file: what was read, and how."""
    rows = [
        [
            f"{one.title}{f', {one.url}' if one.url else ''}",
            "–" if one.published is None else str(one.published),
            TAGS.get(one.tag or "", "–"),
        ]
        for one in found.scenario.sources.values()
    ]
    if not rows:
        return []
    text = "Every dated act of the record rests on one of these, or on a reason given with the number below."
    return [
        Paragraph(text),
        Table(f"Sources: {len(rows)}", ["Source", "Published", "How it was taken"], rows, folded=len(rows) > LONG),
    ]
