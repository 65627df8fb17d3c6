"""Threats and retreats: a lane for each holder, a row for each instrument that is announced with a date ahead.

A hollow bar while it stands announced, a full one while it is in force, a mark where its holder or its law retreats;
at the right what becomes of it over all futures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from plots import key
from plots.calendar import first_weeks, panels
from plots.lettering import balanced, height, width, wrap
from plots.numbers import percent
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import BLACK, FAINT, GREY, INK, LABEL, PALE, SMALL, Chart, Cue, house_style, tint
from plots.timeline import date_axis
from sim.analysis.threats import Fate, Life
from sim.days import date

FATES = {
    Fate.carried_out: "carried out",
    Fate.withdrawn: "withdrawn",
    Fate.put_off: "put off",
    Fate.lapsed: "lapsed",
}
_MARKS = {Fate.withdrawn: "X", Fate.put_off: "D", Fate.lapsed: "o"}
"""Shapes of the retreats; what is carried out shows as a full bar."""
ROW, BAR, SHARE = 14.0, 7.0, 43.0
"""Points: least height of a row, height of a bar, width of the column of a share."""
ANNOUNCED = 0.16
"""Strength of the colour inside a hollow bar."""
SAME = 0.005
"""Shares that differ by less are the same."""
UNSEEN = "not in this future"


@dataclass(frozen=True)
class Row:
    """An instrument that is announced."""

    title: str
    holder: str
    colour: str
    life: Life
    """in the future that is drawn"""
    shares: NDArray[np.float64]
    """[fate] of all futures"""
    others: tuple[str, ...] = ()
    """further ones with the same life and shares, for which the row stands as well"""

    @property
    def words(self) -> str:
        """What the row says."""
        more = len(self.others)
        return self.title + (f" and {more} other{'s' if more > 1 else ''}" if more else "")


def folded(rows: list[Row]) -> list[Row]:
    """Rows with those of the same holder, life and shares put into one."""
    found: list[Row] = []
    for row in rows:
        for place, one in enumerate(found):
            same = (one.holder, one.life) == (row.holder, row.life)
            if same and np.abs(one.shares - row.shares).max() < SAME:
                found[place] = replace(one, others=(*one.others, row.title))
                break
        else:
            found.append(row)
    return found


def threats_chart(
    rows: list[Row],
    window: tuple[int, int],
    today: int,
    title: str,
    subtitle: str,
    source: str,
    size: str = "page",
    alone: bool = False,
    others: Iterable[Row] = (),
) -> Chart:
    """Rows in the order of their holders; `window` is the first and the last day. `others` stand in the table alone.

    With `alone` there is one future only: at the right stands what became of it, and time runs on one scale.
    """
    across = body_width(size)
    first, last = window
    items = _key(rows)
    widest = max(*(width(row.words, LABEL) for row in rows), *(width(row.holder, LABEL, bold=True) for row in rows))
    label = min(widest + 8, 0.34 * across)
    became = max(width(words, LABEL) for words in FATES.values()) + 8
    right = became if alone else SHARE * len(FATES) + 4
    heads = {fate: wrap(words, SHARE - 4, SMALL) for fate, words in FATES.items()}
    above = key.height(items, across) + 30
    lanes = list(_lanes(rows, label - 8))
    if size == "slide":
        spare = (room(size, title, subtitle, source) - above) / sum(high for _, high, _ in lanes)
        lanes = [(part, high * min(1.7, max(1.0, spare)), lines) for part, high, lines in lanes]
    tall = sum(high for _, high, _ in lanes)
    end = None if alone else first_weeks(_days(rows), first, last)
    with house_style():
        made = sheet(size, title, subtitle, source, above + tall + 4)
        key.draw(made, items, 0)
        for left, wide, one, other in panels(label, across - label - right, first, end, last):
            axes = made.axes(left, above, wide, tall)
            axes.set_ylim(tall, 0)
            date_axis(axes, one, other, wide, top=True)
            axes.grid(visible=True, axis="x")
            _draw(axes, lanes, (one, other), today if one <= today < other else None)
            if one < today < other:
                axes.axvline(today, color=BLACK, linewidth=0.9, linestyle=(0, (1, 2)), zorder=4)
        if alone:
            made.text(across, above - 4, "in short", fontsize=SMALL, color=GREY, ha="right", va="bottom")
        else:
            for place, head in enumerate(heads.values()):
                x = across - SHARE * (len(FATES) - place - 1)
                made.text(x, above - 4, head, fontsize=SMALL, color=GREY, ha="right", va="bottom")
        _words(made, lanes, above, alone)
    headings = {part: lines for part, _, lines in lanes if isinstance(part, str)}
    holders = {row.holder: row.colour for row in rows}
    cues = tuple(Cue(holder, colour, headings[holder]) for holder, colour in holders.items())
    return Chart(
        "threats",
        made.figure,
        title,
        subtitle,
        _alt(title, rows, alone),
        _table([*rows, *others]),
        _key_values(rows, alone),
        made.head,
        cues,
    )


Lane = tuple[Row | str, float, str]
"""What stands in it (text: a holder), its height, its words in lines."""


def _lanes(rows: list[Row], room_: float) -> Iterator[Lane]:
    for holder, group in groupby(rows, key=lambda row: row.holder):
        lines = balanced(holder, room_, LABEL, bold=True)
        yield holder, max(ROW, height(lines, LABEL) + 3) + 4, lines
        for row in group:
            lines = balanced(row.words, room_, LABEL)
            yield row, max(ROW, height(lines, LABEL) + 4), lines


def _days(rows: list[Row]) -> Iterator[int]:
    """Days on which something begins, ends or is taken back."""
    for row in rows:
        for stretch in row.life.stretches:
            yield stretch.first
            yield stretch.last
        yield from (day for day, _ in row.life.marks)


def _draw(axes: Axes, lanes: list[Lane], window: tuple[int, int], today: int | None) -> None:
    """Bars and marks within the days of a panel, which may hold today."""
    top = 0.0
    for part, high, _ in lanes:
        y = top + high / 2
        if isinstance(part, Row):
            axes.plot(window, [top + high] * 2, color=FAINT, linewidth=0.8, zorder=0)
            for stretch in part.life.stretches:
                start, stop = max(stretch.first, window[0]), min(stretch.last, window[1])
                if start < stop:
                    _bar(axes, part.colour, start, stop, y, stretch.in_force)
            for day, fate in part.life.marks:
                if window[0] <= day < window[1]:
                    axes.plot(day, y, _MARKS[fate], markersize=5.5, zorder=6, clip_on=False, **_LOOKS[fate])
            if not part.life.stretches and today is not None:
                axes.text(today, y, "  " + UNSEEN, fontsize=SMALL, color=GREY, va="center")
        top += high


_LOOKS: dict[Fate, dict[str, Any]] = {
    Fate.withdrawn: {"color": BLACK, "markeredgecolor": "white", "markeredgewidth": 0.6},
    Fate.put_off: {"color": "white", "markeredgecolor": BLACK, "markeredgewidth": 0.9},
    Fate.lapsed: {"color": "white", "markeredgecolor": BLACK, "markeredgewidth": 1.2},
}


def _bar(axes: Axes, colour: str, start: float, stop: float, y: float, full: bool) -> None:
    inside = colour if full else tint(colour, ANNOUNCED)
    axes.add_patch(
        Rectangle((start, y - BAR / 2), stop - start, BAR, facecolor=inside, edgecolor=colour, linewidth=0.8, zorder=3)
    )


def _words(made: Sheet, lanes: list[Lane], above: float, alone: bool) -> None:
    """Names at the left; at the right the share of each fate, the commonest in bold."""
    y = above
    for part, high, lines in lanes:
        middle = y + high / 2
        if isinstance(part, str):
            made.text(0, middle + 2, lines, fontweight="bold")
        else:
            made.text(0, middle, lines)
            if alone:
                made.text(made.width, middle, FATES[Fate(int(part.shares.argmax()))], ha="right")
            for fate in () if alone else FATES:
                share = float(part.shares[fate])
                x = made.width - SHARE * (len(FATES) - fate - 1)
                strong = share == part.shares.max() and share > 0
                look = {"fontweight": "bold"} if strong else {"color": INK if share else GREY}
                made.text(x, middle, _short(share), ha="right", **look)
        y += high


def _short(share: float) -> str:
    words = percent(share).replace("under", "<").replace("over", ">")
    return "–" if share == 0 else words


def _key(rows: list[Row]) -> list[key.Item]:
    """What bars and marks mean; only what the chart holds."""
    bars = {stretch.in_force for row in rows for stretch in row.life.stretches}
    marks = {fate for row in rows for _, fate in row.life.marks}
    items: list[key.Item] = []
    for full, words in ((False, "announced, not in force"), (True, "in force")):
        if full in bars:
            items.append((20.0, _swatch(full), words))
    for fate in _MARKS:
        if fate in marks:
            items.append((6.0, _marker(fate), FATES[fate] + (", or its law fell" if fate is Fate.lapsed else "")))
    return items


def _swatch(full: bool) -> key.Drawing:
    def drawing(axes: Axes, x: float, y: float) -> None:
        inside = GREY if full else PALE
        axes.add_patch(Rectangle((x, y - 3.5), 20, 7, facecolor=inside, edgecolor=GREY, linewidth=0.8))

    return drawing


def _marker(fate: Fate) -> key.Drawing:
    def drawing(axes: Axes, x: float, y: float) -> None:
        axes.plot(x + 3, y, _MARKS[fate], markersize=5.5, **_LOOKS[fate])

    return drawing


def _alt(title: str, rows: list[Row], alone: bool) -> str:
    told = []
    for row in rows:
        if alone:
            told.append(f"{row.words}: {_became(row)}")
        else:
            listed = [
                f"{words} {percent(float(row.shares[fate]))}" for fate, words in FATES.items() if row.shares[fate]
            ]
            told.append(f"{row.words}: {', '.join(listed)}")
    return f"{title}. What becomes of each that is announced. {'; '.join(told)}."


def _became(row: Row) -> str:
    """The life of a row in words."""
    events = [(s.first, "in force" if s.in_force else "announced") for s in row.life.stretches]
    events += [(day, FATES[fate]) for day, fate in row.life.marks]
    return ", ".join(f"{words} {date(day)}" for day, words in sorted(events)) or "not announced"


def _table(rows: list[Row]) -> dict[str, list[Any]]:
    """What became of each instrument in all futures, and its life in the one that is drawn."""
    spelt = [(name, row) for row in rows for name in (row.title, *row.others)]
    return {
        "instrument": [name for name, _ in spelt],
        "holder": [row.holder for _, row in spelt],
        **{
            f"{words.replace(' ', '_')}_percent": [round(float(row.shares[fate]) * 100, 2) for _, row in spelt]
            for fate, words in FATES.items()
        },
        "drawn_future": [_became(row) for _, row in spelt],
    }


def _key_values(rows: list[Row], alone: bool) -> dict[str, list[Any]]:
    table = {"instrument": [row.words for row in rows], "holder": [row.holder for row in rows]}
    if alone:
        return table | {"what became of it": [_became(row) for row in rows]}
    return table | {words: [_short(float(row.shares[fate])) for row in rows] for fate, words in FATES.items()}
