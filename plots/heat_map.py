"""Average rates by sector and pair as a heat map, and the change from one moment to another; a number in every cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from plots.lettering import balanced, height, width, wrap
from plots.numbers import MINUS
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import ACCENT, BLUE, GREY, LABEL, PALE, SMALL, VERMILLION, Chart, Cue, house_style, ink_on, tint

NARROWEST, WIDEST, ROW = 34.0, 70.0, 15.0
"""Points: of a column; height of a row. Pairs for which there is no room stand in the table alone."""
ALL = "All goods"
_FAINTEST = 0.06
"""Strength of a rate just above zero."""


@dataclass(frozen=True)
class Rates:
    """Average rates of pairs by sector."""

    pairs: tuple[tuple[str, str], ...]
    """titles of importer and exporter, the most important first"""
    sectors: tuple[str, ...]
    """titles"""
    values: NDArray[np.float64]
    """[sector, pair] per cent, MFN included; NaN where the pair trades nothing of it"""
    averages: NDArray[np.float64]
    """[pair] over all goods"""


def heat_map_chart(rates: Rates, title: str, subtitle: str, source: str, size: str = "page") -> Chart:
    """Rows of sectors, columns of pairs; the darker, the higher the rate."""
    most = float(np.nanmax(np.append(rates.values, 1e-9)))

    def fill(value: float) -> tuple[float, float, float]:
        return tint(ACCENT, _FAINTEST + (1 - _FAINTEST) * max(0.0, value) / most)

    figure, head = _drawn(rates, fill, rate, title, subtitle, source, size)
    alt = f"{title}. Average rates in per cent, by sector. {_told(rates, rate)}."
    table = _table(rates, "rate_percent")
    return Chart("heat_map", figure, title, subtitle, alt, table, _key_values(rates, rate), head)


def change_chart(before: Rates, after: Rates, title: str, subtitle: str, source: str, size: str = "page") -> Chart:
    """The same cells with the change in percentage points: one colour for rises, one for falls, and a sign."""
    change = Rates(before.pairs, before.sectors, after.values - before.values, after.averages - before.averages)
    most = float(np.nanmax(np.abs(np.append(change.values, 1e-9))))

    def fill(value: float) -> tuple[float, float, float]:
        if abs(value) < 0.05:
            return (1.0, 1.0, 1.0)
        return tint(VERMILLION if value > 0 else BLUE, 0.12 + 0.88 * min(1.0, abs(value) / most))

    figure, head = _drawn(change, fill, signed, title, subtitle, source, size)
    alt = f"{title}. Change of average rates in percentage points, by sector. {_told(change, signed)}."
    table = _table(before, "rate_percent") | {"change_points": _column(change)}
    return Chart(
        "heat_map_change", figure, title, subtitle, alt, table, _key_values(change, signed), head, _cues(change)
    )


def _cues(change: Rates) -> tuple[Cue, ...]:
    """What the two colours are, told apart by the sign in each cell."""
    whole = np.append(change.values, change.averages)
    rises, falls = whole[whole >= 0.05], whole[whole <= -0.05]
    found = [Cue("rises", VERMILLION, signed(float(rises[0])))] if len(rises) else []
    return (*found, *([Cue("falls", BLUE, signed(float(falls[0])))] if len(falls) else []))


def rate(value: float) -> str:
    """A rate: a decimal below ten only."""
    return f"{value:.1f}" if 0 < value < 9.95 else f"{value:.0f}"


def signed(value: float) -> str:
    """A change with its sign; zero has none."""
    words = f"{value:+.1f}" if abs(value) < 9.95 else f"{value:+.0f}"
    return "0" if float(words) == 0 else words.replace("-", MINUS)


def _chosen(rates: Rates, size: str) -> list[int]:
    """As many pairs as have room on the sheet, those of one importer side by side."""
    room_for = max(1, min(len(rates.pairs), int((body_width(size) - _left(rates, size)) / NARROWEST)))
    importers = list(dict.fromkeys(importer for importer, _ in rates.pairs[:room_for]))
    return sorted(range(room_for), key=lambda column: importers.index(rates.pairs[column][0]))


def _left(rates: Rates, size: str) -> float:
    """Width of the names of sectors."""
    most = 0.3 * body_width(size)
    return min(most, max(width(words, LABEL, bold=words == ALL) for words in (*rates.sectors, ALL)) + 10)


def _drawn(
    rates: Rates, fill: Any, words_of: Any, title: str, subtitle: str, source: str, size: str
) -> tuple[Any, float]:
    """The figure, and the height of its head."""
    columns = _chosen(rates, size)
    pairs = [rates.pairs[column] for column in columns]
    if len(pairs) < len(rates.pairs):
        subtitle += f" {len(rates.pairs) - len(pairs)} more pairs are in the table."
    left = _left(rates, size)
    wide = min(WIDEST, (body_width(size) - left) / len(pairs))
    heads = [wrap(exporter, wide - 3, SMALL) for _, exporter in pairs]
    blocks = [(importer, len(list(some))) for importer, some in groupby(importer for importer, _ in pairs)]
    over = [wrap(f"{importer} on", count * wide - 4, SMALL, bold=True) for importer, count in blocks]
    upper = max(height(words, SMALL) for words in over) + 4
    above = upper + max(height(words, SMALL) for words in heads) + 6
    names = [balanced(words, left - 10, LABEL, bold=words == ALL) for words in (*rates.sectors, ALL)]
    rows = [max(ROW, height(words, LABEL) + 4) for words in names]
    if size == "slide":
        spare = (room(size, title, subtitle, source) - above - 8) / len(rows)
        rows = [max(high, min(spare, 1.7 * ROW)) for high in rows]
    cells = np.vstack([rates.values, rates.averages])[:, columns]
    with house_style():
        made = sheet(size, title, subtitle, source, above + sum(rows) + 8)
        x = left
        for words, (_, count) in zip(over, blocks, strict=True):
            made.text(x, upper - 3, words, fontsize=SMALL, fontweight="bold", va="bottom")
            x += count * wide
        for place, words in enumerate(heads):
            made.text(left + place * wide + wide / 2, above - 4, words, fontsize=SMALL, va="bottom", ha="center")
        _cells(made, cells, rows, names, fill, words_of, (left, above, wide))
        _rules(made, blocks, (left, upper, wide))
    return made.figure, made.head


def _cells(
    made: Sheet,
    cells: NDArray[np.float64],
    rows: Sequence[float],
    names: Sequence[str],
    fill: Any,
    words_of: Any,
    place: tuple[float, float, float],
) -> None:
    """A square and a number for each; the last row, all goods, stands a little apart."""
    left, above, wide = place
    canvas = made.canvas(left, above, cells.shape[1] * wide, sum(rows) + 8)
    y = 0.0
    for row, (line, high, name) in enumerate(zip(cells, rows, names, strict=True)):
        closing = row == len(rows) - 1
        y += 5 if closing else 0
        made.text(0, above + y + high / 2, name, fontweight="bold" if closing else "normal")
        for column, value in enumerate(line):
            there = not np.isnan(value)
            colour = fill(float(value)) if there else (1.0, 1.0, 1.0)
            box = Rectangle((column * wide, y), wide - 1, high - 1, facecolor=colour, edgecolor=PALE, linewidth=0.4)
            canvas.add_patch(box)
            words = words_of(float(value)) if there else "–"
            look = {"color": ink_on(colour) if there else GREY, "fontweight": "bold" if closing else "normal"}
            made.text(
                left + column * wide + wide / 2, above + y + high / 2 - 0.5, words, ha="center", fontsize=SMALL, **look
            )
        y += high


def _rules(made: Sheet, blocks: Sequence[tuple[str, int]], place: tuple[float, float, float]) -> None:
    """A line under each importer, over its partners."""
    left, upper, wide = place
    canvas = made.canvas(left, 0, sum(count for _, count in blocks) * wide, upper)
    x = 0.0
    for _, count in blocks:
        canvas.plot([x, x + count * wide - 4], [upper - 1, upper - 1], color=GREY, linewidth=0.6)
        x += count * wide


# ── Words and data ───────────────────────────────────────────────────────────────────────────────────


def _told(rates: Rates, words_of: Any) -> str:
    """The extreme cells of each pair."""
    told = []
    for column, (importer, exporter) in enumerate(rates.pairs):
        line = rates.values[:, column]
        if not np.isnan(line).all():
            top = int(np.nanargmax(np.abs(line)))
            told.append(
                f"{importer} on {exporter}: {words_of(float(rates.averages[column]))} over all goods, "
                f"furthest from zero {rates.sectors[top]} with {words_of(float(line[top]))}"
            )
    return "; ".join(told)


def _table(rates: Rates, name: str) -> dict[str, list[Any]]:
    cells = [(pair, sector) for pair in rates.pairs for sector in (*rates.sectors, ALL)]
    return {
        "importer": [importer for (importer, _), _ in cells],
        "exporter": [exporter for (_, exporter), _ in cells],
        "sector": [sector for _, sector in cells],
        name: _column(rates),
    }


def _column(rates: Rates) -> list[Any]:
    """Values pair by pair, all goods last in each; empty where there is no trade."""
    whole = np.vstack([rates.values, rates.averages]).T
    return ["" if np.isnan(value) else round(float(value), 3) for value in whole.ravel()]


def _key_values(rates: Rates, words_of: Any) -> dict[str, list[Any]]:
    """A row for each sector, a column for each pair."""
    whole = np.vstack([rates.values, rates.averages])
    found: dict[str, list[Any]] = {"sector": [*rates.sectors, ALL]}
    for column, (importer, exporter) in enumerate(rates.pairs):
        values = whole[:, column]
        found[f"{importer} on {exporter}"] = ["–" if np.isnan(one) else words_of(float(one)) for one in values]
    return found
