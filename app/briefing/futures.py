"""The parts of the briefing on what happens: odds, the calendar, whether agreements hold, tariff paths."""

from __future__ import annotations

import numpy as np

from app.briefing.answer import count
from app.briefing.content import Block, FigureBlock, Paragraph, Table, odds_word, scale
from app.briefing.findings import Findings
from app.show import legal_clock
from plots.calendar import Life, Mark, calendar_chart, folded
from plots.fan import fan_chart
from plots.numbers import counted, long_date, percent, rate, short_date, span, whole
from plots.odds import odds_chart
from plots.style import ACCENT
from plots.truce_end import truce_end_chart
from sim.analysis import standing
from sim.analysis.beyond import beyond
from sim.analysis.odds import Odds
from sim.days import MISSING
from sim.engine.simulation import Simulation
from sim.instruments import lives
from sim.world.log import What

RARE = 0.02
"""What stands in fewer futures than this on every day, or misses fewer, is left out of the calendar chart."""
SERIES = 3
"""Goods whose tariff paths are drawn."""
DAILY = 4_000_000
"""Runs times days up to which tariff paths are drawn day by day; beyond, week by week."""


# ── Odds ─────────────────────────────────────────────────────────────────────────────────────────────


def odds(found: Findings) -> list[Block]:
    """Chart, table, and what the numbers are worth."""
    first = found.ranked[0]
    one = found.odds[first]
    title = f"“{found.titles[first]}” is {odds_word(one.mean)}: {percent(one.mean)} of futures"
    if one.mean in (0, 1):
        every, none = f"Every future ends in “{found.titles[first]}”", "None of the named outcomes comes about"
        title = every if one.mean else none
    rows = [
        [found.titles[name], percent(one.mean), _in_words(one), _band(one, found.result.chances), _error(one)]
        for name, one in ((name, found.odds[name]) for name in found.ranked)
    ]
    columns = ["Outcome", "Odds", "In words", "5–95 % of assumptions", "Sampling error"]
    order = "; ".join(found.titles[name] for name in found.result.outcome_names[:-1])
    notes = [
        "These odds follow from the rules, probabilities and ranges typed into the scenario, listed below with their "
        "sources. They are conditional on them and no forecast. The band says how far they move over the assumptions; "
        "the sampling error is what more futures would take away.",
        f"A future has the first of these outcomes that holds: {order}.",
        scale(),
    ]
    if any(row[3] == WITHIN_CHANCE for row in rows):
        notes.insert(
            1,
            f"“{WITHIN_CHANCE.capitalize()}”: {counted(found.result.runs, 'future')} are too few to tell a spread over "
            "the assumptions from the luck of the draw.",
        )
    return [
        FigureBlock(odds_chart(found.odds, found.titles, title, found.source)),
        Table("Odds by outcome, the likeliest first, what is left over last", columns, rows),
        *(Paragraph(note, note=True) for note in notes),
    ]


WITHIN_CHANCE = "within chance"


def _band(one: Odds, chances: int) -> str:
    if one.low is not None and one.high is not None:
        band = span(one.low, one.high)
        return f"about {band}" if band == percent(one.mean) and band[0].isdigit() else band
    return WITHIN_CHANCE if chances > 1 and 0 < one.mean < 1 else "–"


def _in_words(one: Odds) -> str:
    return odds_word(one.mean) if one.mean > 0 else "in none of these futures"


def _error(one: Odds) -> str:
    error = one.error * 100
    return "–" if error == 0 else "under ±0.1 points" if error < 0.1 else f"±{error:.1f} points"


# ── Calendar ─────────────────────────────────────────────────────────────────────────────────────────


def calendar(found: Findings) -> list[Block]:
    """When it happens: milestones, agreements, instruments; and which instruments share a row."""
    marks = [mark for name in found.scenario.milestones if (mark := _mark(found, name)) is not None]
    rows = folded([*_agreements(found), *_instruments(found)])
    if not rows and not marks:
        return []
    chart = calendar_chart(rows, marks, found.result.days(), _calendar_finding(found, rows), found.source)
    blocks: list[Block] = [FigureBlock(chart)]
    shared = [[row.words, "; ".join([row.title, *row.others])] for row in rows if row.others]
    if shared:
        caption = "Rows that stand for several instruments with the same life"
        blocks.append(Table(caption, ["Row", "Instruments"], shared, folded=True))
    return blocks


def _mark(found: Findings, name: str) -> Mark | None:
    when, held = found.result.column(f"{name}.date"), found.result.column(f"{name}.held")
    ahead = (when >= found.plan.as_of) & (when <= found.plan.horizon)
    if not ahead.any():
        return None
    first, last = np.quantile(when[ahead], [0.05, 0.95], method="nearest").astype(int)
    return Mark(found.scenario.milestones[name].title, int(first), int(last), float(held.mean()))


def _agreements(found: Findings) -> list[Life]:
    rows = []
    for name, part in found.scenario.agreements.items():
        share = standing.live(found.result, name)
        last = int(part.expires.value) if part.expires.fixed else MISSING
        ahead = found.plan.as_of <= last <= found.plan.horizon
        if ahead or share.max() >= RARE:
            state = f"to {short_date(last)}" if ahead else ""
            rows.append(Life(part.title, "Agreements", ACCENT, share, state, last_day=last if ahead else None))
    return rows


def _instruments(found: Findings) -> list[Life]:
    """Instruments that may change within the horizon, by holder."""
    shares = standing.in_force(found.result)
    clock = legal_clock(found.scenario, found.plan.as_of)
    rows = []
    for holder, heading in found.deciders.items():
        for name, part in found.scenario.instruments.items():
            if part.by != holder:
                continue
            planned, share = part.effective, shares[name]
            ahead = planned is not None and planned.fixed and _within(found, int(planned.value))
            if not ahead and (share.max() < RARE or share.min() > 1 - RARE):
                continue
            state = _state(clock, found.plan.column("instruments", name))
            day = int(planned.value) if ahead and planned is not None else None
            rows.append(Life(part.title, heading, found.colours[holder], share, state, day, part.enacted is None))
    return rows


def _within(found: Findings, day: int) -> bool:
    return found.plan.as_of <= day <= found.plan.horizon


def _state(clock: Simulation, column: int) -> str:
    """What an instrument is by law on the first day."""
    world, standing_, today = clock.world, clock.plan.standings[column], clock.world.today
    if lives.in_force(world, column, standing_, today)[0]:
        return "in force"
    if lives.suspended(world, column, standing_, today)[0]:
        return "suspended"
    if lives.enacted(world, column, standing_, today)[0]:
        return "enacted"
    return "threatened" if lives.threatened(world, column, today)[0] else "possible"


def _calendar_finding(found: Findings, rows: list[Life]) -> str:
    """What becomes of the instruments that have a date ahead; failing that, what changes most."""
    planned = [title for row in rows if row.planned for title in (row.title, *row.others)]
    lasting = [title for row in rows if row.planned and row.share[-1] > 0.5 for title in (row.title, *row.others)]
    if len(planned) == 1:
        verb = "is" if lasting else "is not"
        return f"“{planned[0]}”, with a date ahead, {verb} in force at the end in most futures"
    if planned:
        many = f"Of the {count(len(planned))} instruments with a date ahead"
        kept = f"only “{lasting[0]}”" if len(lasting) == 1 else count(len(lasting)) if lasting else "none"
        return f"{many} {kept} {'are' if len(lasting) > 1 else 'is'} in force at the end in most futures"
    if not rows:
        return "Nothing in force changes; the milestones ahead"
    most = max(rows, key=lambda row: abs(row.share[-1] - row.share[0]))
    first, last = (percent(float(most.share[place])) for place in (0, -1))
    return f"“{most.title}” stands in {last} of futures on the last day, against {first} today"


# ── Agreements ───────────────────────────────────────────────────────────────────────────────────────


def agreements(found: Findings) -> list[Block]:
    """Whether the first agreement of the file holds."""
    days = found.result.days()
    for name, part in list(found.scenario.agreements.items())[:1]:
        subject = found.plan.subject("agreements", found.plan.column("agreements", name))
        lapsed = found.result.first_day(What.agreement_lapses, subject)
        left = found.result.first_day(What.ends, subject)
        ended_on = np.minimum(lapsed, np.where(left < MISSING, left + 1, MISSING))
        ended = np.searchsorted(np.sort(ended_on), days, side="right") / found.result.runs
        live = standing.live(found.result, name)
        beyond = float((found.result.column(f"{name}.expires") > found.plan.horizon).mean())
        title = _holding(part.title, float(ended[-1]), float(live[-1]))
        subtitle = (
            f"{part.title}: share of futures, %, by day. At the horizon, {long_date(int(days[-1]))}, its last day lies "
            f"beyond in {percent(beyond)}"
        )
        return [FigureBlock(truce_end_chart(ended, live, days, part.title, title, subtitle, found.source))]
    return []


def _holding(title: str, ended: float, live: float) -> str:
    """Whether an agreement holds, from the shares in which it has ended at least once and is live on the last day."""
    if ended == 0:
        return f"{title}: does not end before the horizon in any of these futures"
    revived = "yet is" if whole(ended * 100) + whole(live * 100) > 100 else "is"
    return (
        f"{title}: ends at least once in {percent(ended)} of futures, {revived} live on the last day in {percent(live)}"
    )


# ── Tariffs ──────────────────────────────────────────────────────────────────────────────────────────


def _moves_from(level: str, above: float, below: float) -> str:
    """In what share of futures something rises above a level and falls below it."""
    if above and below:
        return f"rises above {level} in {percent(above)} of futures, falls below in {percent(below)}"
    if above:
        return f"rises above {level} in {percent(above)} of futures and never falls below"
    return f"falls below {level} in {percent(below)} of futures and never rises above" if below else f"stays at {level}"


def tariffs(found: Findings) -> list[Block]:
    """Fans of the stacks of the first goods."""
    goods = dict(list(found.scenario.goods.items())[:SERIES])
    if not goods:
        return []
    cells = found.result.runs * (found.plan.horizon - found.plan.as_of)
    step = 1 if cells <= DAILY else 7
    paths = {name: found.result.path(f"stack.{name}", step) for name in goods}
    name, good = next(iter(goods.items()))
    today = float(np.median(paths[name].values[:, 0]))
    above, below = beyond(found.result, f"stack.{name}")
    level = f"today’s {rate(today)} points"
    title = f"{good.title}: the tariff {_moves_from(level, above, below)}"
    subtitle, marked = "Legal stack over the MFN rate, percentage points.", None
    for part in list(found.scenario.agreements.values())[:1]:
        if part.expires.fixed and _within(found, int(part.expires.value)):
            marked = int(part.expires.value)
            subtitle += f" Dotted: last day of “{part.title}” unless extended, {short_date(marked)}."
    titles = {name: good.title for name, good in goods.items()}
    shades = {name: found.colours[good.importer] for name, good in goods.items()}
    return [FigureBlock(fan_chart(paths, titles, shades, title, subtitle, found.source, marked=marked))]
