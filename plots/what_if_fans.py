"""A tariff path in each what-if: small fans side by side on one scale, the base's median in each as a dashed line."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from plots import key
from plots.fan import BANDS, LEVELS, bands, gridded, scale
from plots.lettering import height, spread, width, wrap
from plots.numbers import rate
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import BLACK, GREY, INK, SMALL, Chart, Cue, house_style, tint
from plots.timeline import date_axis, sample, stepped
from sim.days import date
from sim.results.result import Steps

COLUMNS = 3
GAP, AXIS, LOW = 10.0, 28.0, 78.0
"""Points: between panels, for the dates below, least height of a panel."""
DASH = (0, (4, 2))
BASE = "base"


def what_if_fans_chart(
    paths: dict[str, Steps],
    base: Steps,
    titles: dict[str, str],
    told: dict[str, str],
    shade: str,
    title: str,
    subtitle: str,
    source: str,
    size: str = "page",
) -> Chart:
    """A panel for each what-if of `paths` (percentage points); `told` says how it differs from the base."""
    fans = {name: np.quantile(path.values, LEVELS, axis=0) for name, path in paths.items()}
    reference = np.median(base.values, axis=0)
    across = body_width(size)
    columns = min(COLUMNS, len(paths))
    lines = [list(paths)[k : k + columns] for k in range(0, len(paths), columns)]
    least, most = scale(fans | {BASE: reference[None, :]})
    indent = max(width(f"{value:,.0f}", SMALL) for value in gridded(most)) + 3
    ends = {name: [float(path.values[:, -1].mean()), float(base.values[:, -1].mean())] for name, path in paths.items()}
    beside = max(width(_written(value), SMALL, bold=True) for pair in ends.values() for value in pair) + 11
    wide = (across - indent - GAP * (columns - 1)) / columns - beside
    heads = {name: wrap(titles[name], wide + beside - 4, SMALL, bold=True) for name in paths}
    said = {name: wrap(told[name], wide + beside - 4, SMALL) for name in paths}
    items = _key(shade)
    top = key.height(items, across) + 6
    above = [max(height(heads[name], SMALL) + height(said[name], SMALL) for name in line) + 6 for line in lines]
    spare = room(size, title, subtitle, source) - top - sum(above) - len(lines) * AXIS
    tall = max(LOW, spare / len(lines))
    with house_style():
        made = sheet(size, title, subtitle, source, top + sum(above) + len(lines) * (tall + AXIS))
        key.draw(made, items, 0)
        for line, head in zip(lines, above, strict=True):
            for place, name in enumerate(line):
                left = indent + place * (wide + beside + GAP)
                made.text(left, top, heads[name], va="top", fontsize=SMALL, fontweight="bold")
                made.text(left, top + height(heads[name], SMALL), said[name], va="top", fontsize=SMALL, color=GREY)
                axes = made.axes(left, top + head, wide, tall)
                date_axis(axes, int(base.days[0]), int(base.days[-1]), wide)
                axes.set_ylim(least, most)
                bands(axes, paths[name].days, fans[name], shade)
                axes.plot(*stepped(base.days, reference), color=BLACK, linewidth=1.1, linestyle=DASH, zorder=4)
                for value, inside in zip(ends[name][::-1], ("white", shade), strict=True):
                    look: dict[str, Any] = {"markeredgecolor": BLACK, "markeredgewidth": 0.9, "clip_on": False}
                    axes.plot(base.days[-1], value, "o", color=inside, markersize=4.5, zorder=6, **look)
                _ends(made, ends[name], (left + wide + 6, top + head, tall), (least, most))
                _grid(made, axes, (left, top + head, tall), (least, most), numbered=place == 0)
            top += head + tall + AXIS
    alt = "; ".join(f"{titles[name]}: {told[name]}, {_written(ends[name][0])} points then" for name in paths)
    whole = f"{title}. Base: {_written(next(iter(ends.values()))[1])} points on average on the last day. {alt}."
    table = _table(paths, fans, base, reference)
    chosen = [k * len(base.days) + j for k in range(len(paths)) for j in sample(len(base.days), 5)]
    key_values = {column: [values[k] for k in chosen] for column, values in table.items()}
    bands_ = (Cue(words, tint(shade, strong)) for words, strong in BANDS.items())
    cues = (Cue("what if", shade, shape="solid"), Cue(BASE, BLACK, shape="dashed"), *bands_)
    return Chart("what_if_fans", made.figure, title, subtitle, whole, table, key_values, made.head, cues)


def _written(value: float) -> str:
    return rate(value)


def _ends(made: Sheet, values: list[float], place: tuple[float, float, float], span: tuple[float, float]) -> None:
    """The averages on the last day: of the what-if in bold, of the base if it is another."""
    left, above, tall = place
    shown = values[:1] if _written(values[0]) == _written(values[1]) else values
    wanted = [above + tall * (1 - (value - span[0]) / (span[1] - span[0])) for value in shown]
    for k, (value, y) in enumerate(zip(shown, spread(wanted, 9, above + 4, above + tall - 4), strict=True)):
        look: dict[str, Any] = {"color": INK, "fontweight": "bold"} if k == 0 else {"color": GREY}
        made.text(left, y, _written(value), fontsize=SMALL, **look)


def _grid(
    made: Sheet, axes: Axes, place: tuple[float, float, float], span: tuple[float, float], numbered: bool
) -> None:
    """Horizontal lines on round values, numbered in the first panel of a line; few of them, for panels are low."""
    left, above, tall = place
    values = gridded(span[1])
    values = values[:: -(-len(values) * 10 // int(tall))] if len(values) * 10 > tall else values
    axes.set_yticks(values, [""] * len(values))
    axes.grid(visible=True, axis="y")
    for value in values[1:] if numbered else ():
        y = above + tall * (1 - (value - span[0]) / (span[1] - span[0]))
        made.text(left - 2, y, f"{value:,.0f}", fontsize=SMALL, color=GREY, ha="right")


def _key(shade: str) -> list[key.Item]:
    def line(colour: str, thick: float, dash: Any) -> key.Drawing:
        def drawing(axes: Axes, x: float, y: float) -> None:
            axes.plot([x, x + 20], [y, y], color=colour, linewidth=thick, linestyle=dash)

        return drawing

    def band(strong: float) -> key.Drawing:
        def drawing(axes: Axes, x: float, y: float) -> None:
            axes.fill_between([x, x + 14], y - 4, y + 4, color=tint(shade, strong), linewidth=0)

        return drawing

    def dot(inside: str) -> key.Drawing:
        def drawing(axes: Axes, x: float, y: float) -> None:
            axes.plot(x + 3, y, "o", color=inside, markeredgecolor=BLACK, markeredgewidth=0.9, markersize=4.5)

        return drawing

    return [
        (20.0, line(shade, 1.8, "-"), "median"),
        (14.0, band(0.5), "50 of 100 futures"),
        (14.0, band(0.2), "90 of 100"),
        (20.0, line(BLACK, 1.1, DASH), "median of the base"),
        (6.0, dot(shade), "average on the last day"),
        (6.0, dot("white"), "that of the base"),
    ]


def _table(
    paths: dict[str, Steps], fans: dict[str, NDArray[np.float64]], base: Steps, reference: NDArray[np.float64]
) -> dict[str, list[Any]]:
    table: dict[str, list[Any]] = {
        "what_if": [name for name in paths for _ in base.days],
        "date": [date(day) for _ in paths for day in base.days],
    }
    for level, place in zip(LEVELS, range(len(LEVELS)), strict=True):
        table[f"p{int(level * 100)}_pp"] = [v for fan in fans.values() for v in np.round(fan[place], 3).tolist()]
    table["base_median_pp"] = np.round(reference, 3).tolist() * len(paths)
    return table
