"""What-ifs against the base: by how many points each outcome changes, on the same futures."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from plots.lettering import balanced, height, width, wrap
from plots.numbers import points
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import ACCENT, FAINT, GREY, LABEL, PALE, SMALL, Chart, house_style
from sim.analysis.odds import Difference

Changes = dict[str, dict[str, Difference]]
"""What-if → outcome → paired difference."""
NARROWEST, ROW, GAP = 50.0, 15.0, 7.0
"""Points: of a panel, of a row, between panels."""


def compare_chart(
    changes: Changes,
    titles: dict[str, str],
    title: str,
    source: str,
    size: str = "page",
    called: str = "what_ifs",
    measure: str = "Change in the odds",
) -> Chart:
    """A panel for each what-if, a row for each outcome that one of them clearly changes; bars in points.

    Under another name and measure, panels may be other variants and rows other things measured in percentage points.
    """
    outcomes = [name for name in next(iter(changes.values())) if any(panel[name].clear for panel in changes.values())]
    outcomes = outcomes or list(next(iter(changes.values())))[:1]
    subtitle = f"{measure}, percentage points, on the same futures; dot: no clear difference (under twice its error)"
    across = body_width(size)
    words = {name: balanced(titles[name], 0.27 * across, LABEL) for name in outcomes}
    left = max(width(name, LABEL) for name in words.values()) + 10
    lines = -(-len(changes) // max(1, int((across - left + GAP) / (NARROWEST + GAP))))
    columns = -(-len(changes) // lines)
    wide = min(110.0, (across - left + GAP) / columns - GAP)
    heads = {name: wrap(titles[name], wide, SMALL, bold=True) for name in changes}
    rows = [max(ROW, height(name, LABEL) + 4) for name in words.values()]
    above = [
        max(height(heads[name], SMALL) for name in list(changes)[first : first + columns]) + 8
        for first in range(0, len(changes), columns)
    ]
    if size == "slide" and len(above) == 1:
        spare = (room(size, title, subtitle, source) - above[0] - 10) / len(rows)
        rows = [max(high, min(spare, 2 * ROW)) for high in rows]
    with house_style():
        made = sheet(size, title, subtitle, source, sum(above) + len(above) * (sum(rows) + 10))
        top = 0.0
        for line, head in enumerate(above):
            _outcomes(made, words, rows, top + head)
            for column, name in enumerate(list(changes)[line * columns : (line + 1) * columns]):
                x = left + column * (wide + GAP)
                made.text(x, top + head - 7, heads[name], fontsize=SMALL, fontweight="bold", va="baseline")
                panel = made.canvas(x, top + head, wide, sum(rows))
                _bars(made, panel, [changes[name][o] for o in outcomes], rows, (x, top + head, wide), _ends(changes))
            top += head + sum(rows) + 10
    alt, table = _alt(title, changes, titles), _table(changes)
    return Chart(called, made.figure, title, subtitle, alt, table, _key_values(changes, titles), made.head)


def _ends(changes: Changes) -> tuple[float, float]:
    """Largest clear fall and rise of all, as shares of their sum: where zero stands in every panel."""
    clear = [one.change for panel in changes.values() for one in panel.values() if one.clear]
    return max(0.0, -min(clear, default=0.0)), max(0.0, max(clear, default=0.0))


def _outcomes(made: Sheet, words: dict[str, str], rows: list[float], top: float) -> None:
    """The names of the rows."""
    for lines, high in zip(words.values(), rows, strict=True):
        made.text(0, top + high / 2, lines)
        top += high


def _bars(
    made: Sheet,
    panel: Axes,
    found: list[Difference],
    rows: list[float],
    place: tuple[float, float, float],
    ends: tuple[float, float],
) -> None:
    """The bars of a panel at `place` (left, top, width); each number stands across zero, where no bar is in the way."""
    left, above, wide = place
    fall, rise = ends
    number = max(width(points(one.change), SMALL) for one in found) + 5
    scale = min((wide - number) / (max(fall, rise) or 1.0), wide / ((fall + rise) or 1.0))
    zero, top = min(max(fall * scale, number), wide - number), 0.0
    panel.plot([zero, zero], [0, sum(rows)], color=GREY, linewidth=0.8, zorder=3)
    for one, high in zip(found, rows, strict=True):
        y = top + high / 2
        panel.plot([0, wide], [top + high] * 2, color=FAINT, linewidth=0.8, zorder=0)
        if one.clear:
            long = one.change * scale
            panel.barh(y, long, left=zero, height=8, color=ACCENT, linewidth=0)
            side, shift = ("right", -3) if one.change > 0 else ("left", 3)
            made.text(left + zero + shift, above + y, points(one.change), fontsize=SMALL, ha=side)
        else:
            panel.plot(zero, y, "o", color=PALE, markeredgecolor=GREY, markersize=3, markeredgewidth=0.6, zorder=4)
        top += high


def _alt(title: str, changes: Changes, titles: dict[str, str]) -> str:
    told = []
    for name, panel in changes.items():
        clear = sorted((o for o in panel if panel[o].clear), key=lambda o: -abs(panel[o].change))[:3]
        listed = ", ".join(f"{titles[o]} {points(panel[o].change)} points" for o in clear)
        told.append(f"{titles[name]}: {listed or 'no clear difference'}")
    return f"{title}. Largest changes of each what-if. {'; '.join(told)}."


def _table(changes: Changes) -> dict[str, list[Any]]:
    found = [(name, outcome, one) for name, panel in changes.items() for outcome, one in panel.items()]
    return {
        "what_if": [name for name, _, _ in found],
        "outcome": [outcome for _, outcome, _ in found],
        "base_percent": [round(one.base * 100, 2) for _, _, one in found],
        "variant_percent": [round(one.variant * 100, 2) for _, _, one in found],
        "change_points": [round(one.change * 100, 2) for _, _, one in found],
        "error_points": [round(one.error * 100, 2) for _, _, one in found],
        "clear": [one.clear for _, _, one in found],
    }


def _key_values(changes: Changes, titles: dict[str, str]) -> dict[str, list[Any]]:
    """A row for each outcome, a column for each what-if: the clear changes."""
    outcomes = list(next(iter(changes.values())))
    table: dict[str, list[Any]] = {"change in points": [titles[outcome] for outcome in outcomes]}
    for name, panel in changes.items():
        table[titles[name]] = [points(panel[o].change) if panel[o].clear else "–" for o in outcomes]
    return table
