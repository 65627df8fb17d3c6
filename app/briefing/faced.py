"""The part of a country's page on what it faces on each branch: tariffs, controls, agreements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from app.briefing.content import Block, FigureBlock, Paragraph, Table
from app.briefing.seen import OF_A_BRANCH, RAREST, Seen
from plots.facing import Faced, Measured, facing_chart
from plots.numbers import percent
from plots.style import BYSTANDER, Chart
from sim.analysis.branches import Branch

DRAWN = 3
"""Controls that the chart has room for."""
APART = 3.0
"""Standard errors between the mean tariffs of two branches that are told apart; three, for many are compared."""

ENOUGH, LEAST = 30, 0.5
"""Runs of a branch whose mean is compared, and the percentage points that two means differ by to be told."""


def faced(seen: Seen) -> Iterator[Block]:
    """Chart, table and note."""
    if not seen.pairs and not seen.controls:
        yield Paragraph(f"No tariff and no control of the file touches {seen.title}.")
        return
    yield FigureBlock(_chart(seen))
    yield _table(seen)
    yield Paragraph(_note(seen), note=True)


def _note(seen: Seen) -> str:
    said = ["A branch is the futures that end in one outcome."]
    if seen.pairs:
        said.append(
            f"Tariffs are averages at fixed weights, MFN included: median and 5–95 % range of {OF_A_BRANCH} futures of "
            "the branch, or of all where it has fewer."
        )
    if seen.controls:
        said.append("Days: mean share of days from the first to the last with the control in force on it.")
    if always := _always(seen):
        said.append(
            f"In force on it every day of every future: {', '.join(f'“{seen.control(one)}”' for one in always)}."
        )
    return " ".join([*said, "The run named stands for the branch; parley explain tells it."])


def drawn(seen: Seen) -> list[str]:
    """The controls that differ most between branches, in the order of the file; one at least, if there is any.

    Of those that are in force in the same shares on every branch the first stands for all.
    """
    first = [group for group in seen.controls if group == _alike(seen, group)[0]]
    spread = {group: max(shares) - min(shares) for group in first if (shares := _shares(seen, group))}
    chosen = [group for group in sorted(spread, key=lambda one: -spread[one])[:DRAWN] if spread[group] >= RAREST]
    return [group for group in seen.controls if group in (chosen or list(seen.controls)[:1])]


def _alike(seen: Seen, group: str) -> list[str]:
    """Controls that are in force on the last day in the same share of every branch as this one, itself included."""
    return [other for other in seen.controls if _shares(seen, other) == _shares(seen, group)]


def _called(seen: Seen, group: str) -> str:
    others = len(_alike(seen, group)) - 1
    return seen.control(group) + (f" and {others} other{'s' if others > 1 else ''}" if others else "")


def _shares(seen: Seen, group: str) -> list[float]:
    """By branch, the share of its futures with the control in force on the country on the last day."""
    return [float(seen.bites[group].last[branch.runs].mean()) for branch in seen.branches]


def _chart(seen: Seen) -> Chart:
    groups, pair = drawn(seen), seen.pairs[0] if seen.pairs else None
    shares = [_shares(seen, group) for group in groups]
    rows = [
        Faced(
            branch.title,
            branch.share,
            None if pair is None else _range(seen.tariffs[branch.name].later[pair.series]),
            tuple(one[place] for one in shares),
        )
        for place, branch in enumerate(seen.branches)
    ]
    shade = seen.found.colours
    measured = Measured(
        "" if pair is None else f"{seen.duty(pair)} on the last day, average, %",
        0.0 if pair is None else seen.today(pair),
        BYSTANDER if pair is None else shade[pair.importer],
        tuple(_called(seen, group) for group in groups),
        tuple(shade[seen.scenario.instruments[seen.controls[group][0]].by] for group in groups),
    )
    told = ["Odds: share of futures"]
    told += [] if pair is None else ["dot: median, line: 5–95 % of the branch, dashed: today"]
    told += [f"bars: share of the branch with the control in force on {seen.title} on the last day"] if groups else []
    return facing_chart(rows, measured, _finding(seen), "; ".join(told), seen.found.source)


def _range(values: NDArray[np.float64]) -> tuple[float, float, float]:
    low, middle, high = (float(value) for value in np.quantile(values, [0.05, 0.5, 0.95]))
    return low, middle, high


def _finding(seen: Seen) -> str:
    """What becomes of the tariff on it, and of the control that differs most between branches."""
    said = []
    if seen.pairs:
        said.append(_tariff_finding(seen))
    if seen.controls:
        group = max(drawn(seen), key=lambda one: max(_shares(seen, one)) - min(_shares(seen, one)))
        shares = _shares(seen, group)
        ends = percent(min(shares)), percent(max(shares))
        futures = f"{ends[0]} of futures" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]} of futures, by branch"
        said.append(f"“{seen.control(group)}” is in force on {seen.title} at the end in {futures}")
    text = "; ".join(said)
    return text[0].upper() + text[1:]


def _tariff_finding(seen: Seen) -> str:
    pair = seen.pairs[0]
    today, duty = seen.today(pair), f"the {seen.duty(pair)}"
    values = {branch.title: seen.tariffs[branch.name].later[pair.series] for branch in seen.branches}
    means = {title: float(one.mean()) for title, one in values.items() if len(one) >= ENOUGH}
    if len(means) > 1:
        low, high = min(means, key=lambda one: means[one]), max(means, key=lambda one: means[one])
        error = np.hypot(*(values[title].std() / np.sqrt(len(values[title])) for title in (low, high)))
        if means[high] - means[low] > max(APART * error, LEAST):
            ends = f"averages {means[low]:.1f} % in “{low}” and {means[high]:.1f} % in “{high}”"
            return f"{duty}, {today:.1f} % today, {ends} at the end"
    return goes(duty, today, list(values.values())) + (" on these branches" if len(values) > 1 else "")


def goes(duty: str, today: float, values: Sequence[NDArray[np.float64]]) -> str:
    """Where a tariff goes on some branches, as a clause: from the lowest to the highest 5–95 % point."""
    ranges = [_range(one) for one in values]
    now, low, high = (f"{one:.1f}" for one in (today, min(one[0] for one in ranges), max(one[2] for one in ranges)))
    if now == low == high:
        return f"{duty} stays at {low} %"
    ends = f"ends at {low} %" if low == high else f"ends between {low} and {high} %"
    return f"{duty}, {now} % today, {ends}"


def _table(seen: Seen) -> Table:
    changing = [group for group in seen.controls if group not in _always(seen)]
    columns = [
        "Branch",
        "Odds",
        *(f"{seen.duty(one)} on the last day, % ({seen.today(one):.1f} today)" for one in seen.pairs),
    ]
    columns += [f"Days under “{seen.control(group)}”" for group in changing]
    columns += [f"“{part.title}” live on the last day" for part in seen.scenario.agreements.values()]
    expires = [seen.result.column(f"{name}.expires") for name in seen.scenario.agreements]
    rows = []
    for branch in seen.branches:
        row = [branch.title, percent(branch.share), *(_tariff(seen, branch, pair.series) for pair in seen.pairs)]
        row += [percent(float(seen.bites[group].days[branch.runs].mean())) for group in changing]
        row += [percent(float((when[branch.runs] >= seen.plan.horizon).mean())) for when in expires]
        rows.append([*row, str(branch.typical)])
    return Table(f"What {seen.title} faces on each branch", [*columns, "Run"], rows, folded=True)


def _tariff(seen: Seen, branch: Branch, series: str) -> str:
    one = seen.tariffs[branch.name]
    low, middle, high = (f"{value:.1f}" for value in _range(one.later[series]))
    return middle if low == high else f"{middle} ({low}–{high})"


def _always(seen: Seen) -> list[str]:
    """Controls that are in force on it every day of every future."""
    return [group for group, one in seen.bites.items() if one.days.min() == 1]
