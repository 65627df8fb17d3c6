"""The calendar: milestones, agreements and instruments, each as the share of futures in which it stands, by day.

Of a past that is replayed it says when each stood, when it was threatened, and what it is on the last day.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from numpy.typing import NDArray

from plots import key
from plots.lettering import balanced, height, width
from plots.numbers import long_date, percent, short_date
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import BLACK, GREY, INK, LABEL, SMALL, Chart, Cue, house_style, tint
from plots.timeline import date_axis
from sim.days import date
from sim.days import day as day_of


@dataclass(frozen=True)
class Life:
    """An instrument or an agreement, and on each day the share of futures in which it is in force, or live."""

    title: str
    group: str
    """heading under which it stands: who holds it"""
    colour: str
    share: NDArray[np.float64]
    """[day]"""
    state: str = ""
    """what it is on the first day"""
    planned: int | None = None
    """day for which it is threatened, or on which an enacted one is to enter into force"""
    threat: bool = False
    last_day: int | None = None
    """of an agreement, as agreed on the first day"""
    threats: tuple[int, ...] = ()
    """days in the past on which it was threatened"""
    end: str = ""
    """in a past, what it is on the last day"""
    others: tuple[str, ...] = ()
    """further ones with the same life, for which the row stands as well"""

    @property
    def words(self) -> str:
        """What the row says."""
        more = len(self.others)
        return self.title + (f" and {more} other{'s' if more > 1 else ''}" if more else "")


@dataclass(frozen=True)
class Mark:
    """A milestone: the days between which it falls in 90 of 100 futures, and the share in which it takes place."""

    title: str
    first: int
    last: int
    share: float


SAME = 0.005
"""Shares that differ by less than this on every day are the same row."""


def folded(lives: Iterable[Life]) -> list[Life]:
    """Lives with those of the same holder, standing and path put into one row."""
    rows: list[Life] = []
    for life in lives:
        for place, row in enumerate(rows):
            if _standing(row) == _standing(life) and np.abs(row.share - life.share).max() < SAME:
                rows[place] = replace(row, others=(*row.others, life.title))
                break
        else:
            rows.append(life)
    return rows


def _standing(life: Life) -> tuple[object, ...]:
    """What must be the same for two lives to share a row, besides their paths."""
    return life.group, life.colour, life.state, life.planned, life.threat, life.last_day, life.threats, life.end


EARLY_DATES, EARLY_MOST, AFTER = 3, 0.4, 14
"""The first weeks are drawn apart if they hold so many dates, in at most so much of the period; days after the last."""


def first_weeks(dates: Iterable[int], first: int, last: int) -> int | None:
    """The day on which the crowded beginning ends: two weeks after the date that the longest quiet stretch follows.

    A stretch is long in proportion to the time before it, so months after weeks count like years after months.
    """
    ahead = sorted({day for day in dates if first <= day < last})
    quiet = {
        before + AFTER: (after - first) / (before + AFTER - first)
        for place, (before, after) in enumerate(pairwise([*ahead, last]), start=1)
        if place >= EARLY_DATES and before + AFTER - first <= EARLY_MOST * (last - first)
    }
    return max(quiet, key=lambda end: quiet[end], default=None)


LABELS, LABELS_OF_PAST, QUIET = 0.34, 0.42, 0.3
"""Shares of the width: labels at most; in a past, where no state stands beside them; the time before the busy one."""
BUSY, BUSY_MOST = 0.35, 0.5
"""The end of a past is spread out if its share of turns exceeds that of its days by so much; the latter at most."""


def busy_since(lives: Iterable[Life], days: NDArray[np.int32]) -> int | None:
    """The turn of the year since which most happened in a past, if that is so of a short time at its end."""
    first, last = int(days[0]), int(days[-1])
    turns = [int(days[place]) for life in lives for place in 1 + np.flatnonzero(np.diff(life.share))]
    turns += [threat for life in lives for threat in life.threats]
    years = [day_of(datetime.date(year, 1, 1)) for year in range(date(first).year + 1, date(last).year + 1)]
    gains = {
        new_year: np.mean(np.asarray(turns) >= new_year) - (last - new_year) / (last - first)
        for new_year in years
        if turns and last - new_year <= BUSY_MOST * (last - first)
    }
    busiest = max(gains, key=lambda new_year: gains[new_year], default=None)
    return busiest if busiest is not None and gains[busiest] >= BUSY else None


MILESTONES = "Milestones"
ROW, GAP, NUMBER = 13.0, 10.0, 34.0
"""Points: height of a row, space between panels, width of the numbers at the right."""


def calendar_chart(
    lives: list[Life],
    marks: list[Mark],
    days: NDArray[np.int32],
    title: str,
    source: str,
    size: str = "page",
    past: bool = False,
    busy: int | None = None,
    name: str = "calendar",
) -> Chart:
    """Rows under the headings of their holders, shaded by share; the crowded first weeks on a scale of their own.

    `lives` stand in the order of their groups, folded or not; `days` are all days from the first to the last. A `past`
    has one line of time and no shares: a row says what has become of it, and the time from `busy` on is spread out.
    `name` is that of the chart's files.
    """
    first, last = int(days[0]), int(days[-1])
    dates = [day for mark in marks for day in (mark.first, mark.last)]
    agreed = [life.last_day for life in lives if life.last_day]
    end = busy if past else first_weeks([*dates, *agreed], first, last)
    what = "When each is" if past else "Share of futures in which each is"
    subtitle = f"{what} in force or live, {long_date(first)} to {long_date(last)}"
    if end is not None:
        subtitle += f"; spread out from {long_date(end)}" if past else "; first weeks spread out"
    parts: list[Life | Mark] = [*marks, *lives]
    number = max(NUMBER, 10 + max((width(_at_the_end(part, past), LABEL) for part in parts), default=0.0) * past)
    across = body_width(size)
    state = max((width(life.state, SMALL) for life in lives), default=0.0) + 8
    headings = {life.group for life in lives} | ({MILESTONES} if marks else set())
    widest = max(
        *(width(words, LABEL) for words in [*(life.words for life in lives), *(mark.title for mark in marks)]),
        *(width(heading, LABEL, bold=True) for heading in headings),
    )
    label = min(widest + 8, (LABELS_OF_PAST if past else LABELS) * across)
    left = label + state
    items = _key(lives, marks, past)
    above = key.height(items, across) + 30
    rows = list(_rows(lives, marks, label - 8))
    if size == "slide":
        rows = _stretched(rows, room(size, title, subtitle, source) - above)
    tall = sum(high for _, high, _ in rows)
    with house_style():
        made = sheet(size, title, subtitle, source, above + tall + 4)
        key.draw(made, items, 0)
        first_part = QUIET if past else 0.5
        for place, wide, one, other in panels(left, across - left - number, first, end, last, first_part):
            panel = made.axes(place, above, wide, tall)
            panel.set_ylim(tall, 0)
            shared = past and other == end  # the turn of the year is labelled where the next panel begins
            date_axis(panel, one, other - shared, wide, top=True)
            panel.grid(visible=True, axis="x")
            _fill(panel, rows, days, (one, other), wide)
        _words(made, rows, above, label, first, past)
    alt, table = _alt(title, lives, marks, past), _table(lives, marks, days)
    key_values = _stretches_told(lives, marks, days) if past else _key_values(lives, marks, days, end)
    groups = {part: lines for part, _, lines in rows if isinstance(part, str)}
    cues = tuple({life.group: Cue(life.group, life.colour, groups[life.group]) for life in lives}.values())
    return Chart(name, made.figure, title, subtitle, alt, table, key_values, made.head, cues)


Row = tuple[Life | Mark | str, float, str]
"""What stands in a row (text: a heading), its height, its words in lines."""


def _rows(lives: list[Life], marks: list[Mark], room: float) -> Iterator[Row]:
    """Milestones first, then the lives under their headings."""
    parts: list[Life | Mark | str] = [MILESTONES, *marks] if marks else []
    for heading, group in groupby(lives, key=lambda life: life.group):
        parts += [heading, *group]
    for part in parts:
        words = part if isinstance(part, str) else part.words if isinstance(part, Life) else part.title
        lines = balanced(words, room, LABEL, bold=isinstance(part, str))
        extra = 5.0 if isinstance(part, str) else 0.0
        yield part, max(ROW, height(lines, LABEL) + 3) + extra, lines


def _stretched(rows: list[Row], tall: float) -> list[Row]:
    """Rows that fill the height of a slide, as far as that looks well."""
    factor = min(1.6, max(1.0, tall / sum(high for _, high, _ in rows)))
    return [(part, factor * high, lines) for part, high, lines in rows]


def panels(
    left: float, room: float, first: int, end: int | None, last: int, first_part: float = 0.5
) -> Iterator[tuple[float, float, int, int]]:
    """Left edge, width, first and last day of each panel."""
    if end is None:
        yield left, room, first, last
        return
    wide = (room - GAP) * first_part
    yield left, wide, first, end
    yield left + wide + GAP, room - GAP - wide, end, last


def _fill(panel: Axes, rows: list[Row], days: NDArray[np.int32], window: tuple[int, int], wide: float) -> None:
    """Bars and marks of the rows, within the days of the panel."""
    top, shapes, tints = 0.0, [], []
    point = (window[1] - window[0]) / wide
    for part, high, _ in rows:
        y = top + high / 2
        if isinstance(part, Mark):
            _milestone(panel, part, y, window)
        elif isinstance(part, Life):
            for start, stop, share in _stretches(part, days, window):
                shapes.append([(start, y - 4.5), (stop, y - 4.5), (stop, y + 4.5), (start, y + 4.5)])
                tints.append(tint(part.colour, strength(share)))
            _announced(panel, part, y, window, point)
        top += high
    panel.add_collection(PolyCollection(shapes, facecolors=tints, linewidths=0, zorder=2))


def _milestone(panel: Axes, mark: Mark, y: float, window: tuple[int, int]) -> None:
    """A line over its likely days, a diamond on the middle one."""
    middle = (mark.first + mark.last) / 2
    if window[0] <= middle < window[1]:
        panel.plot([mark.first, mark.last], [y, y], color=GREY, linewidth=2.5, solid_capstyle="butt")
        panel.plot(middle, y, "D", color=BLACK, markersize=4, clip_on=False, zorder=4)


def _announced(panel: Axes, life: Life, y: float, window: tuple[int, int], point: float) -> None:
    """The day for which it is threatened or enacted; days of threats past; an agreement's last day."""
    for threat in life.threats:
        if window[0] <= threat < window[1]:
            look: dict[str, Any] = {"markeredgecolor": life.colour, "markersize": 5.5, "clip_on": False, "zorder": 5}
            panel.plot(threat, y, ">", color="white", **look)
    if life.planned is not None and window[0] <= life.planned < window[1]:
        inside, edge = ("white", life.colour) if life.threat else (life.colour, "white")
        look = {"markeredgecolor": edge, "markersize": 6.5, "clip_on": False, "zorder": 5}
        panel.plot(life.planned, y, ">", color=inside, **look)
    if life.last_day is not None and window[0] <= life.last_day < window[1]:
        panel.axvline(life.last_day + 1, color=BLACK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=3)
        panel.plot([life.last_day + 1 - point] * 2, [y - 5.5, y + 5.5], color=BLACK, linewidth=2, zorder=4)


SHADES = 50
"""Steps of strength of a bar: finer ones cannot be told apart."""


def strength(share: float) -> float:
    """How strong the colour of a share is: none for none, and the rarest still seen."""
    return 0.0 if share == 0 else 0.12 + 0.88 * share


def _stretches(life: Life, days: NDArray[np.int32], window: tuple[int, int]) -> Iterator[tuple[float, float, float]]:
    """From day, to day, share: wherever it is in force in some futures.

    Each stretch reaches to the end of its bar, under those that follow, so that no seam shows between them.
    """
    inside = slice(*np.searchsorted(days, window))
    shades = np.ceil(np.round(life.share[inside] * SHADES, 6))
    ends = np.r_[np.flatnonzero(shades == 0), len(shades)]
    for start in np.flatnonzero(np.diff(shades, prepend=-1.0)):
        if shades[start] > 0:
            stop = ends[np.searchsorted(ends, start)]
            yield window[0] + int(start), window[0] + int(stop), float(shades[start]) / SHADES


def _words(made: Sheet, rows: list[Row], above: float, label: float, first: int, past: bool) -> None:
    """Headings, names, states on the first day, and the numbers at the right."""
    y, right = above, made.width
    heads = {MILESTONES: ("", "takes place"), "": (f"on {short_date(first)}", "on the last day")}
    if past:
        heads = {MILESTONES: ("", ""), "": ("", "on the last day")}
    for part, high, lines in rows:
        middle = y + high / 2
        if isinstance(part, str):
            made.text(0, middle + 2, lines, fontweight="bold")
            state, number = heads.pop(part if part in heads else "", ("", ""))
            made.text(label, middle + 2, state, fontsize=SMALL, color=GREY)
            made.text(right, middle + 2, number, ha="right", fontsize=SMALL, color=GREY)
        elif isinstance(part, Mark):
            made.text(0, middle, lines)
            made.text(right, middle, _at_the_end(part, past), ha="right")
        else:
            made.text(0, middle, lines)
            made.text(label, middle, part.state, fontsize=SMALL, color=GREY)
            made.text(right, middle, _at_the_end(part, past), ha="right")
        y += high


def _at_the_end(part: Life | Mark, past: bool) -> str:
    """What stands at the right of a row."""
    if isinstance(part, Mark):
        return ("held" if part.share else "not held") if past else percent(part.share)
    return part.end if past else _short(part.share[-1])


def _short(share: float) -> str:
    return percent(share).replace("under", "<").replace("over", ">").replace("\u00a0%", " %")


def _key(lives: list[Life], marks: list[Mark], past: bool) -> list[key.Item]:
    """What shades and marks mean; only what the chart holds."""
    items: list[key.Item] = []
    if past:
        return _key_of_past(lives, marks)
    if lives:
        shades = (0.1, 0.5, 1.0)

        def swatches(axes: Axes, x: float, y: float) -> None:
            for k, share in enumerate(shades):
                corners = [(x + 14 * k, y - 4), (x + 14 * k + 14, y - 4), (x + 14 * k + 14, y + 4), (x + 14 * k, y + 4)]
                axes.add_collection(PolyCollection([corners], facecolors=[tint(GREY, strength(share))]))

        items.append((42.0, swatches, "in force in 10, 50, 100 % of futures"))
    if any(life.planned is not None and life.threat for life in lives):
        items.append((6.0, _marker(">", "white"), "threatened for this day"))
    if any(life.planned is not None and not life.threat for life in lives):
        items.append((6.0, _marker(">", INK), "enacted, due on this day"))
    if any(life.last_day is not None for life in lives):
        items.append((6.0, _marker("|", BLACK), "last day of an agreement, unless extended"))
    if marks:
        items.append((6.0, _marker("D", BLACK), "milestone; line: 90 of 100 dates"))
    return items


def _key_of_past(lives: list[Life], marks: list[Mark]) -> list[key.Item]:
    def bar(axes: Axes, x: float, y: float) -> None:
        axes.fill_between([x, x + 14], y - 4, y + 4, color=GREY, linewidth=0)

    items: list[key.Item] = [(14.0, bar, "in force, or live")] if lives else []
    if any(life.threats for life in lives):
        items.append((6.0, _marker(">", "white"), "threatened on this day"))
    if marks:
        items.append((6.0, _marker("D", BLACK), "milestone"))
    return items


def _marker(shape: str, inside: str) -> key.Drawing:
    def drawing(axes: Axes, x: float, y: float) -> None:
        edge: dict[str, Any] = {"markeredgecolor": INK, "markeredgewidth": 1.6 if shape == "|" else 0.8}
        axes.plot(x + 3, y, shape, color=inside, markersize=8 if shape == "|" else 5, **edge)

    return drawing


def _alt(title: str, lives: list[Life], marks: list[Mark], past: bool) -> str:
    if past:
        said = [f"{mark.title}: {_at_the_end(mark, past)}" for mark in marks]
        said += [f"{life.words}: {_at_the_end(life, past)}" for life in lives]
        return f"{title}. Calendar by row, with what each is on the last day. {'; '.join(said)}."
    told = [f"{mark.title}: takes place in {percent(mark.share)}" for mark in marks]
    told += [f"{life.words}: {percent(float(life.share[-1]))} on the last day" for life in lives]
    return f"{title}. Calendar by row, in per cent of futures. {'; '.join(told)}."


def _table(lives: list[Life], marks: list[Mark], days: NDArray[np.int32]) -> dict[str, list[Any]]:
    """Every milestone, agreement and instrument by itself, on the days on which its share changes."""
    table: dict[str, list[Any]] = {"row": [], "group": [], "date": [], "share_percent": []}

    def add(row: str, group: str, day: int, share: float) -> None:
        for column, value in zip(table, (row, group, date(day), round(share * 100, 1)), strict=True):
            table[column].append(value)

    for mark in marks:
        for day in dict.fromkeys((mark.first, mark.last)):
            add(mark.title, MILESTONES, day, mark.share)
    for life in lives:
        rounded = np.round(life.share * 100, 1)
        changes = np.flatnonzero(np.diff(rounded, prepend=-1.0))
        for name in (life.title, *life.others):
            for place in sorted({*changes.tolist(), len(days) - 1}):
                add(name, life.group, int(days[place]), float(life.share[place]))
    return table


def _key_values(lives: list[Life], marks: list[Mark], days: NDArray[np.int32], end: int | None) -> dict[str, list[Any]]:
    """Every row with what it says on the first day, at the end of the first weeks, and on the last day."""
    chosen = [int(days[0]), *([] if end is None else [end]), int(days[-1])]
    table: dict[str, list[Any]] = {"row": [], "dates": [], "state": []}
    table |= {f"{date(day):%d %b %Y}_percent".lstrip("0"): [] for day in chosen}
    for mark in marks:
        span = " to ".join(dict.fromkeys((short_date(mark.first), short_date(mark.last))))
        row = [mark.title, span, f"takes place: {percent(mark.share)}", *["–"] * len(chosen)]
        for column, value in zip(table, row, strict=True):
            table[column].append(value)
    for life in lives:
        date_of = life.planned or life.last_day
        shares = [percent(float(life.share[day - int(days[0])])).removesuffix("\u00a0%") for day in chosen]
        row = [life.words, "–" if date_of is None else short_date(date_of), life.state or "–", *shares]
        for column, value in zip(table, row, strict=True):
            table[column].append(value)
    return table


def _stretches_told(lives: list[Life], marks: list[Mark], days: NDArray[np.int32]) -> dict[str, list[Any]]:
    """Every row of a past with the days between which it stood."""
    table: dict[str, list[Any]] = {"row": [], "by": [], "threatened": [], "in force or live": [], "on the last day": []}
    for mark in marks:
        for column, value in zip(
            table, (mark.title, MILESTONES, "–", long_date(mark.first), _at_the_end(mark, past=True)), strict=True
        ):
            table[column].append(value)
    for life in lives:
        stood = np.r_[False, life.share > 0, False]
        turns = np.flatnonzero(stood[1:] != stood[:-1])
        spans = [(int(days[a]), int(days[b - 1])) for a, b in zip(turns[::2], turns[1::2], strict=True)]
        told = "; ".join(f"{long_date(a)} to {long_date(b)}" for a, b in spans) or "never"
        threats = "; ".join(long_date(day) for day in life.threats) or "–"
        for name in (life.title, *life.others):
            for column, value in zip(table, (name, life.group, threats, told, life.end), strict=True):
                table[column].append(value)
    return table
