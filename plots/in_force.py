"""What is in force: the stack on each group of goods by law, and the measures of each holder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from plots.lettering import balanced, height, width, wrap
from plots.numbers import NARROW, percent
from plots.sheet import Sheet, body_width, room, sheet
from plots.style import GREY, INK, LABEL, PALE, SMALL, Chart, Cue, house_style, ink_on, tint
from sim.analysis.in_force import STANDING, Group, Levy, Measure, PairRates, State, folded
from sim.days import date

MOST_GROUPS, MOST_MEASURES = {"page": 12, "slide": 9}, {"page": 16, "slide": 12}
"""Rows of the chart; the table holds all of them."""
SHADES = (1.0, 0.5, 0.18)
"""Strengths for the laws that weigh most; the rest are hatched."""
_OTHER, _UNNAMED = "Other laws", "No law named"
_BAR, _ROW, _SMALL_ROW = 11.0, 15.0, 12.0
FITS = 0.95
"""Share of its room that a line may fill: letters on a screen are a little wider than their outlines."""


def dated(day: int) -> str:
    """8 Nov 2025."""
    one = date(day)
    return f"{one.day}{NARROW}{one:%b}{NARROW}{one.year}"


def number(value: float) -> str:
    """Points or per cent with a decimal only where there is one to tell, and none from a thousand upwards."""
    rounded = round(value, 1 if abs(value) < 1000 else 0)
    return f"{rounded:.0f}" if rounded == int(rounded) else f"{rounded:.1f}"


def rate(value: float) -> str:
    """A rate in per cent, from which its sign does not part."""
    return f"{number(value)}{NARROW}%"


def part(share: float) -> str:
    """A share of trade in a narrow column."""
    return percent(share).replace("under", "<").replace("over", ">")


def state_words(one: Measure) -> str:
    """Where a measure stands, in words."""
    if one.state is State.in_force:
        words = "in force"
        words += "" if one.approval is None else f", {percent(one.approval)} of licences approved"
        return words + (f", on {percent(one.share)} of its scope" if one.share < 1 else "")
    until = {State.suspended: " to ", State.enacted: " for ", State.threatened: " for "}.get(one.state, "")
    return one.state.value + (f"{until}{dated(one.date)}" if one.date is not None else "")


# ── One moment ───────────────────────────────────────────────────────────────────────────────────────


def in_force_chart(
    rates: PairRates,
    measures: Sequence[Measure],
    holders: Mapping[str, str],
    colours: Mapping[str, str],
    title: str,
    subtitle: str,
    source: str,
    size: str = "page",
) -> Chart:
    """Bars of what each group of goods pays, by law; under them the measures that stand, by holder.

    `holders` gives the title of each actor and coalition, `colours` its colour.
    """
    shown = folded(rates, MOST_GROUPS[size])
    laws = _laws(shown.groups)
    colour = colours[rates.pair[0]]
    whole = body_width(size)
    across, panel_left = (whole, 0.0) if size == "page" else (0.57 * whole, 0.6 * whole)
    words = {group: balanced(group.title, FITS * 0.3 * across, LABEL) for group in shown.groups}
    last = f"All goods, {rate(rates.mfn)} MFN included"
    left = max(width(text, LABEL) for text in [*words.values(), balanced(last, 0.3 * across, LABEL, bold=True)]) + 8
    share = width("of trade", SMALL) + 10
    rows = [max(_ROW, height(text, LABEL) + 4) for text in words.values()]
    legend = _legend(rates.groups, laws, across)
    above = sum(high for _, _, high in legend) + 16
    panel = _panel(measures, holders, whole - panel_left, MOST_MEASURES[size])
    beside = sum(high for _, high, _ in panel)
    below = beside + 10 if panel and size == "page" else 0
    closing = max(_ROW, height(balanced(last, left - 8, LABEL, bold=True), LABEL) + 4) + 4
    if size == "slide":
        spare = room(size, title, subtitle, source) - above - closing - below - 16
        rows = [max(high, min(spare / len(rows), 1.6 * _ROW)) for high in rows]
    with house_style():
        body = max(above + sum(rows) + closing + 16 + below, beside)
        made = sheet(size, title, subtitle, source, body)
        top = _draw_legend(made, legend, laws, colour)
        made.text(left + share - 8, top + 8, "of trade", fontsize=SMALL, color=GREY, ha="right")
        highest = max(1.0, *(group.over_mfn() for group in shown.groups))
        wide = across - left - share - max(width(number(group.over_mfn()), LABEL, bold=True) for group in rates.groups)
        scale = (wide - 8) / highest
        _bars(made, shown.groups, words, laws, colour, rows, (left, share, top + 16, scale), across)
        y = top + 16 + sum(rows)
        _axis(made, left + share, y, highest, scale)
        y += 16
        made.text(0, y + closing / 2 - 2, balanced(last, left - 8, LABEL, bold=True), fontweight="bold")
        mean = rate(rates.average())
        made.text(left + share, y + closing / 2 - 2, f"{mean} on average at fixed weights", fontweight="bold")
        corner = (0.0, y + closing + 6) if size == "page" else (panel_left, 0.0)
        _draw_panel(made, panel, colours, corner, whole - panel_left)
    alt = _alt(title, shown, measures, holders)
    held = {part: left for part, _, (left, _) in panel if isinstance(part, str) and part}
    cues = tuple({colours[name]: Cue(name, colours[name], words) for name, words in held.items()}.values())
    if colour not in {cue.colour for cue in cues}:
        cues = (Cue(rates.pair[0], colour, legend[0][1] if legend else ""), *cues)
    return Chart("in_force", made.figure, title, subtitle, alt, table(rates), key_values(rates), made.head, cues)


def _laws(groups: Iterable[Group]) -> list[str]:
    """Laws that the levies rest on, the weightiest first; at most as many as there are shades, then the others."""
    weight: dict[str, float] = {}
    for group in groups:
        for levy in group.levies[0]:
            law = levy.basis or _UNNAMED
            weight[law] = weight.get(law, 0.0) + group.share * levy.points
    ranked = sorted(weight, key=lambda law: -weight[law])
    return ranked if len(ranked) <= len(SHADES) + 1 else [*ranked[: len(SHADES)], _OTHER]


def _law_of(levy: Levy, laws: Sequence[str]) -> int:
    law = levy.basis or _UNNAMED
    return laws.index(law) if law in laws else len(laws) - 1


def _fill(law: int, colour: str) -> dict[str, Any]:
    """How the part of a bar is filled."""
    if law < len(SHADES):
        return {"facecolor": tint(colour, SHADES[law]), "edgecolor": "white", "linewidth": 0.8}
    return {"facecolor": "white", "edgecolor": colour, "hatch": "//////", "linewidth": 0.6}


Legend = list[tuple[int, str, float]]
"""Law, the words beside its swatch, height."""


def _legend(groups: Sequence[Group], laws: Sequence[str], across: float) -> Legend:
    """A line for each law with the tariffs that rest on it, and what each brings."""
    found: Legend = []
    for place, law in enumerate(laws):
        points: dict[str, list[float]] = {}
        for levy in (levy for group in groups for levy in group.levies[0] if _law_of(levy, laws) == place):
            points.setdefault(levy.title, []).append(levy.points)
        named = [f"{title} ({_span(values)})" for title, values in list(points.items())[:3]]
        more = f" and {len(points) - 3} more" if len(points) > 3 else ""
        words = wrap(f"{law}: {'; '.join(named)}{more}", FITS * (across - 20), SMALL)
        found.append((place, words, height(words, SMALL) + 3))
    return found


def _span(values: Sequence[float]) -> str:
    """Points of one tariff on the goods that it covers."""
    ends = number(min(values)), number(max(values))
    return ends[1] if ends[0] == ends[1] else f"up to {ends[1]}"


def _draw_legend(made: Sheet, legend: Legend, laws: Sequence[str], colour: str) -> float:
    top = 0.0
    canvas = made.canvas(0, 0, 20, max(1.0, sum(high for _, _, high in legend)))
    for law, words, high in legend:
        look = _fill(law, colour) | {"edgecolor": colour, "linewidth": 0.6}
        canvas.add_patch(Rectangle((0.5, top + 1), 14, 8, **look))
        made.text(20, top + high / 2 - 0.5, words, fontsize=SMALL, color=INK)
        top += high
    return top


def _bars(
    made: Sheet,
    groups: Sequence[Group],
    words: Mapping[Group, str],
    laws: Sequence[str],
    colour: str,
    rows: Sequence[float],
    place: tuple[float, float, float, float],
    across: float,
) -> None:
    """Rows with name, share and bar; a part says what it brings where its width lets it."""
    left, share, top, scale = place
    canvas = made.canvas(left + share, top, across - left - share, sum(rows))
    y = 0.0
    for group, high in zip(groups, rows, strict=True):
        middle, x = y + high / 2, 0.0
        made.text(0, top + middle, words[group])
        made.text(left + share - 8, top + middle, part(group.share), ha="right", color=GREY)
        for levy in sorted(group.levies[0], key=lambda levy: _law_of(levy, laws)):
            long, law = levy.points * scale, _law_of(levy, laws)
            canvas.add_patch(Rectangle((x, middle - _BAR / 2), long, _BAR, **_fill(law, colour)))
            told = next((one for one in (f"{levy.title}: {number(levy.points)}", number(levy.points))
                         if width(one, SMALL) + 6 <= long and law < len(SHADES)), "")  # fmt: skip
            if told:
                ink = ink_on(tint(colour, SHADES[law]))
                made.text(left + share + x + long / 2, top + middle, told, ha="center", fontsize=SMALL, color=ink)
            x += long
        total = number(group.over_mfn())
        made.text(left + share + x + 4, top + middle, total, fontweight="bold")
        y += high
    canvas.plot([0, 0], [0, y], color=GREY, linewidth=0.8, clip_on=False)


def _axis(made: Sheet, left: float, y: float, highest: float, scale: float) -> None:
    """Values under the bars."""
    step = next((one for one in (1, 2, 5, 10, 20, 25, 50, 100, 250, 500, 1000, 2500) if highest / one <= 6), 5000)
    for k in range(int(highest / step) + 1):
        words = f"{k * step}" if k else "0"
        made.text(left + k * step * scale, y + 7, words, ha="center" if k else "left", fontsize=SMALL, color=GREY)


# ── Measures ─────────────────────────────────────────────────────────────────────────────────────────


Line = tuple[Measure | str, float, tuple[str, str]]
"""A measure or a heading (text), its height, what stands at the left and at the right."""
_MARKS = {
    State.in_force: ("o", True),
    State.suspended: ("s", False),
    State.enacted: (">", True),
    State.threatened: (">", False),
}


def waiting_or_no_tariff(measures: Iterable[Measure]) -> list[Measure]:
    """Measures that stand and that no bar shows: all but the tariffs in force."""
    return [
        one for one in measures if one.state in STANDING and not (one.kind == "tariff" and one.state is State.in_force)
    ]


def _panel(measures: Sequence[Measure], holders: Mapping[str, str], across: float, most: int) -> list[Line]:
    """Measures under their holders; levers that nobody has used in one line each."""
    standing = waiting_or_no_tariff(measures)
    shown, lines = standing[:most], list[Line]()
    for holder, title in holders.items():
        own = [one for one in shown if one.holder == holder]
        idle = [one.title for one in measures if one.holder == holder and one.state is State.possible]
        if not own and not idle:
            continue
        heading = wrap(title, across - 8, LABEL, bold=True)
        lines.append((holder, height(heading, LABEL) + 6, (heading, "")))
        for one in own:
            state = wrap(state_words(one), 0.42 * across, SMALL)
            left = wrap(one.title, FITS * (across - 30 - width(state, SMALL)), LABEL)
            lines.append((one, max(_SMALL_ROW, height(left, LABEL) + 3, height(state, SMALL) + 3), (left, state)))
        if idle:
            listed = "; ".join(idle[:3]) + (f" and {len(idle) - 3} more" if len(idle) > 3 else "")
            left = wrap(f"Possible: {listed}", FITS * (across - 12), SMALL)
            lines.append(("", height(left, SMALL) + 4, (left, "")))
    if more := len(standing) - len(shown):
        lines.append(("", _SMALL_ROW, (f"and {more} more in the table", "")))
    return lines


def _draw_panel(
    made: Sheet, panel: Sequence[Line], colours: Mapping[str, str], corner: tuple[float, float], across: float
) -> None:
    if not panel:
        return
    x, top = corner
    canvas = made.canvas(x, top, across, sum(high for _, high, _ in panel))
    y = 0.0
    for part, high, (left, right) in panel:
        middle = y + high / 2
        if isinstance(part, Measure):
            draw_mark(canvas, 5, middle, part.state, colours[part.holder])
            made.text(x + 12, top + middle, left)
            made.text(x + across, top + middle, right, ha="right", fontsize=SMALL, color=GREY)
        elif part:
            made.text(x, top + middle + 2, left, fontweight="bold")
            canvas.plot([0, across], [y + 1, y + 1], color=PALE, linewidth=0.8)
        else:
            made.text(x + 12, top + middle, left, fontsize=SMALL, color=GREY)
        y += high


def draw_mark(canvas: Axes, x: float, y: float, state: State, colour: str) -> None:
    """Filled: in force, or enacted and due. Open: held back, or only threatened."""
    if state in _MARKS:
        shape, filled = _MARKS[state]
        inside = colour if filled else "white"
        canvas.plot(x, y, shape, color=inside, markeredgecolor=colour, markersize=5, markeredgewidth=1.1)


# ── Words and data ───────────────────────────────────────────────────────────────────────────────────


def table(rates: PairRates, moments: Mapping[str, int] | None = None) -> dict[str, list[Any]]:
    """Every group with every tariff on it, at each moment named (only the first if none is)."""
    columns = ("importer", "exporter", "goods", "tranches", "share_percent", "mfn_pp", "tariff", "law", "tariff_pp",
               "stack_pp")  # fmt: skip
    found: dict[str, list[Any]] = {"moment": []} if moments else {}
    found |= {column: [] for column in columns}
    for moment, k in (moments or {"": 0}).items():
        for group in rates.groups:
            tranches = " ".join(f"{sector}/{tranche}" for sector, tranche in group.cells)
            head = (rates.importer, rates.exporter, group.title, tranches, round(group.share * 100, 4))
            for levy in group.levies[k] or (Levy("", "none", "", 0.0),):
                rest = (round(group.mfn, 3), levy.title, levy.basis, round(levy.points, 3), round(group.over_mfn(k), 3))
                for column, value in zip(columns, (*head, *rest), strict=True):
                    found[column].append(value)
                if moments:
                    found["moment"].append(moment)
    return found


def key_values(rates: PairRates) -> dict[str, list[Any]]:
    """A row for each group: what it pays, and by which tariffs."""
    groups = rates.groups
    return {
        "goods": [*(group.title for group in groups), "all goods, average with MFN"],
        "share of trade_percent": [*(_exact(group.share) for group in groups), "100"],
        "MFN, points": [*(number(group.mfn) for group in groups), number(rates.mfn)],
        "over MFN, points": [*(number(group.over_mfn()) for group in groups), number(rates.average() - rates.mfn)],
        "tariffs": [*(listed(group) or "none" for group in groups), f"{number(rates.average())} in all"],
    }


def listed(group: Group, moment: int = 0) -> str:
    """The tariffs on a group with their points and laws."""
    return "; ".join(
        f"{levy.title}: {number(levy.points)}" + (f" ({levy.basis})" if levy.basis else "")
        for levy in group.levies[moment]
    )


def _exact(share: float) -> str:
    return f"{share * 100:.1f}" if share >= 0.0005 else "under 0.1"


def _alt(title: str, rates: PairRates, measures: Sequence[Measure], holders: Mapping[str, str]) -> str:
    told = [
        f"{group.title}, {percent(group.share)} of trade: {number(group.over_mfn())} points, {listed(group) or 'none'}"
        for group in rates.groups
    ]
    stand = [f"{holders[one.holder]}, {one.title}: {state_words(one)}" for one in waiting_or_no_tariff(measures)]
    words = f"{title}. Stacks over MFN by group of goods. {'. '.join(told)}."
    return words + (f" Measures: {'; '.join(stand)}." if stand else "")
