"""What branches mean in rates: what each group of goods pays at each moment, and the measures that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from plots.in_force import FITS, MOST_GROUPS, MOST_MEASURES, dated, draw_mark, number, part, table
from plots.lettering import balanced, height, width, wrap
from plots.numbers import NARROW
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import ACCENT, FAINT, GREY, INK, LABEL, PALE, SMALL, Chart, Cue, house_style, tint
from sim.analysis.in_force import Accord, Law, Measure, PairRates, State, folded

ROW = 15.0


@dataclass(frozen=True)
class Column:
    """A moment of the branch chart."""

    title: str
    note: str
    """what stands under the title: the share of futures, or the day"""
    moment: int
    """of the rates"""
    against: int
    """the moment that it is held against: the first day of the same run"""


AVERAGE = "All goods, average with MFN, %"


class Row(NamedTuple):
    """A line of numbers."""

    title: str
    values: list[float]
    """by column"""
    before: list[float]
    """what each is held against"""


def _moments(columns: Sequence[Column]) -> tuple[list[int], list[int]]:
    return [one.moment for one in columns], [one.against for one in columns]


def branches_chart(
    rates: PairRates,
    columns: Sequence[Column],
    standing: Sequence[Standing],
    colours: Mapping[str, str],
    title: str,
    subtitle: str,
    source: str,
    size: str = "page",
    peaks: Sequence[float] = (),
) -> Chart:
    """What each group of goods pays, a column for each moment; each is held against the first day of its run.

    `standing` says below what else differs; `peaks` is the highest average of each column on the way, if known.
    """
    shown, colour = folded(rates, MOST_GROUPS[size]), colours[rates.pair[0]]
    across = body_width(size)
    rows_of = [
        Row(group.title, *([group.over_mfn(moment) for moment in some] for some in _moments(columns)))
        for group in shown.groups
    ]
    rows_of.append(Row(AVERAGE, *([rates.average(moment) for moment in some] for some in _moments(columns))))
    if peaks:
        rows_of.append(
            Row("Highest average until then, %", list(peaks), [rates.average(one.against) for one in columns])
        )
    changing = standing[: MOST_MEASURES[size]]
    label = 0.28 * across
    words = [balanced(text, FITS * (label - 8), LABEL) for text, _, _ in rows_of]
    named = [balanced(one.title, FITS * (label - 8), LABEL) for one in changing]
    left = max(width(text, LABEL) for text in [*words, *named]) + 8
    share = width("of trade", SMALL) + 8
    wide = (across - left - share) / len(columns)
    heads = [wrap(column.title, FITS * (wide - 6), SMALL, bold=True) for column in columns]
    notes = [wrap(column.note, wide - 6, SMALL) for column in columns]
    above = max(height(head, SMALL) + height(note, SMALL) for head, note in zip(heads, notes, strict=True)) + 8
    rows = [max(ROW, height(text, LABEL) + 4) for text in words]
    cells = [[wrap(words, FITS * (wide - 18), SMALL) for _, words in one.cells] for one in changing]
    lower = [
        max(ROW, height(text, LABEL) + 4, *(height(cell, SMALL) + 4 for cell in line))
        for text, line in zip(named, cells, strict=True)
    ]
    if size == "slide":
        spare = room(size, title, subtitle, source) - above - sum(lower) - 20
        rows = [max(high, min(spare / len(rows), 1.6 * ROW)) for high in rows]
    values = [value for _, line, _ in rows_of for value in line]
    digits = max(width(number(value), LABEL, bold=True) for value in values)
    scale = (wide - digits - 16) / max(1.0, *values)
    with house_style():
        made = sheet(size, title, subtitle, source, above + sum(rows) + (sum(lower) + 14 if lower else 4))
        made.text(left + share - 8, above - 6, "of trade", fontsize=SMALL, color=GREY, ha="right")
        for k, (head, note) in enumerate(zip(heads, notes, strict=True)):
            x = left + share + k * wide
            made.text(x, above - 6 - height(note, SMALL), head, fontsize=SMALL, fontweight="bold", va="bottom")
            made.text(x, above - 6, note, fontsize=SMALL, color=GREY, va="bottom")
        canvas = made.canvas(left + share, above, across - left - share, sum(rows))
        y = 0.0
        for place, ((_, line, before), text, high) in enumerate(zip(rows_of, words, rows, strict=True)):
            closing = place >= len(shown.groups)
            made.text(0, above + y + high / 2, text, fontweight="bold" if closing else "normal")
            if not closing:
                told = part(shown.groups[place].share)
                made.text(left + share - 8, above + y + high / 2, told, ha="right", color=GREY)
            canvas.plot(
                [0, across - left - share],
                [y, y],
                color=GREY if place == len(shown.groups) else FAINT,
                linewidth=0.8,
                zorder=0,
            )
            for k, value in enumerate(line):
                _dot(made, canvas, (k * wide, y + high / 2), (left + share, above), scale, value, before[k], colour)
            y += high
        _states(made, changing, cells, named, lower, (left + share, above + y + 10, wide))
    alt = _branches_alt(title, rows_of, columns)
    return Chart(
        "in_force_branches",
        made.figure,
        title,
        subtitle,
        alt,
        _branches_table(rates, columns),
        _branches_values(rows_of, columns, changing),
        made.head,
        _cues(words[0], colour, changing, named),
    )


def _cues(first: str, colour: str, standing: Sequence[Standing], named: Sequence[str]) -> tuple[Cue, ...]:
    """The colours of the chart: that of the importer, and those of whoever holds what stands below."""
    found = {colour: Cue("importer", colour, first)}
    for one, words in zip(standing, named, strict=True):
        found.setdefault(one.colour, Cue(one.title, one.colour, words))
    return tuple(found.values())


def _dot(
    made: Sheet,
    canvas: Axes,
    place: tuple[float, float],
    corner: tuple[float, float],
    scale: float,
    value: float,
    first: float,
    colour: str,
) -> None:
    """A dot at the value, a tick at that of the first day, the number; bold and filled where they differ."""
    (x, y), moved = place, abs(value - first) > 0.05
    canvas.plot([x + 4, x + 4], [y - 4, y + 4], color=PALE, linewidth=0.8, zorder=1)
    if moved:
        canvas.plot([x + 4 + first * scale, x + 4 + value * scale], [y, y], color=tint(colour, 0.45), linewidth=1.4)
        canvas.plot([x + 4 + first * scale] * 2, [y - 4, y + 4], color=GREY, linewidth=1)
    inside = colour if moved else "white"
    canvas.plot(x + 4 + value * scale, y, "o", color=inside, markeredgecolor=colour, markersize=5, zorder=3)
    end = max(value, first if moved else 0.0)
    look = {"fontweight": "bold"} if moved else {"color": GREY}
    made.text(corner[0] + x + 4 + end * scale + 6, corner[1] + y, number(value), **look)


def _states(
    made: Sheet,
    standing: Sequence[Standing],
    cells: Sequence[Sequence[str]],
    named: Sequence[str],
    rows: Sequence[float],
    place: tuple[float, float, float],
) -> None:
    """Below the rates, a row for each that stands otherwise in some column."""
    if not standing:
        return
    left, top, wide = place
    canvas = made.canvas(0, top, made.width, sum(rows))
    y = 0.0
    for one, line, text, high in zip(standing, cells, named, rows, strict=True):
        canvas.plot([0, made.width], [y, y], color=FAINT, linewidth=0.8)
        made.text(0, top + y + high / 2, text)
        for k, ((state, words), cell) in enumerate(zip(one.cells, line, strict=True)):
            if state is not None:
                draw_mark(canvas, left + k * wide + 4, y + high / 2, state, one.colour)
            same = words == one.cells[0][1]
            made.text(left + k * wide + 11, top + y + high / 2, cell, fontsize=SMALL, color=GREY if same else INK)
        y += high


# ── What else differs ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Standing:
    """Where an agreement, a law or a measure stands in each column."""

    title: str
    colour: str
    cells: tuple[tuple[State | None, str], ...]
    """what is drawn, if anything, and what is said"""


def differing(
    accords: Sequence[Sequence[Accord]],
    laws: Sequence[Sequence[Law]],
    measures: Sequence[Sequence[Measure]],
    colours: Mapping[str, str],
) -> list[Standing]:
    """What is not the same at all moments: agreements, laws, measures that are no tariffs; those alike share a row.

    Each argument holds a list for every moment.
    """
    found = [Standing(some[0].title, ACCENT, tuple(map(_accord, some))) for some in zip(*accords, strict=True)]
    found += [Standing(some[0].title, ACCENT, tuple(map(_law, some))) for some in zip(*laws, strict=True)]
    for some in zip(*measures, strict=True):
        if some[0].kind != "tariff":
            found.append(Standing(some[0].title, colours[some[0].holder], tuple(map(_measure, some))))
    alike: dict[tuple[object, ...], list[Standing]] = {}
    for one in found:
        if len({words for _, words in one.cells}) > 1:
            alike.setdefault((one.colour, one.cells), []).append(one)
    return [replace(some[0], title=_with_others(some[0].title, len(some) - 1)) for some in alike.values()]


def _with_others(title: str, more: int) -> str:
    return title + (f" and {more} other{'s' if more > 1 else ''}" if more else "")


def _accord(one: Accord) -> tuple[State | None, str]:
    if one.live:
        return State.in_force, "live" + (f" to {_date(one.last_day)}" if one.last_day is not None else "")
    return None, "over" if one.begun else "not begun"


def _law(one: Law) -> tuple[State | None, str]:
    return (State.in_force, "valid") if one.valid else (None, "struck down" if one.struck else "not valid")


def _measure(one: Measure) -> tuple[State | None, str]:
    """A state in a narrow column."""
    words = {State.possible: "–", State.barred: "no law for it"}.get(one.state, one.state.value)
    joint = {State.suspended: "to", State.enacted: "for", State.threatened: "for"}.get(one.state)
    if joint is not None and one.date is not None:
        words += f" {joint} {_date(one.date)}"
    return one.state, words + (f", {len(one.exempt)} exempt" if one.exempt else "")


def _date(day: int) -> str:
    """A date whose year may go to the next line."""
    return " ".join(dated(day).rsplit(NARROW, 1))


# ── Words and data ───────────────────────────────────────────────────────────────────────────────────


def _branches_alt(title: str, rows: Sequence[Row], columns: Sequence[Column]) -> str:
    told = [
        f"{column.title}: " + ", ".join(f"{text} {number(line[k])}" for text, line, _ in rows)
        for k, column in enumerate(columns)
    ]
    return f"{title}. Points over MFN by group of goods, a column each. {'. '.join(told)}."


def _branches_table(rates: PairRates, columns: Sequence[Column]) -> dict[str, list[Any]]:
    return table(rates, dict(zip(_heads(columns), (column.moment for column in columns), strict=True)))


def _branches_values(
    rows: Sequence[Row], columns: Sequence[Column], changing: Sequence[Standing]
) -> dict[str, list[Any]]:
    titles = [*(row.title for row in rows), *(one.title for one in changing)]
    found: dict[str, list[Any]] = {"goods or measure": titles}
    for k, head in enumerate(_heads(columns)):
        found[head] = [*(number(row.values[k]) for row in rows), *(one.cells[k][1] for one in changing)]
    return found


def _heads(columns: Sequence[Column]) -> list[str]:
    """A heading for each column that no other has."""
    titles = [one.title for one in columns]
    return [one.title if titles.count(one.title) == 1 else f"{one.title} ({one.note})" for one in columns]
