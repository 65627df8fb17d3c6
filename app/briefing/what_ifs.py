"""The part of the briefing on what-ifs: how each moves the odds, on the same futures."""

from __future__ import annotations

from app.briefing.content import Block, FigureBlock, Paragraph, Table
from app.briefing.findings import Findings
from plots.compare import compare_chart
from plots.numbers import NARROW, percent, points
from sim.analysis.odds import Difference

Panel = dict[str, Difference]


def what_ifs(found: Findings) -> list[Block]:
    """Chart, the largest changes, and every clear change of each what-if."""
    # By path, for a what-if and an outcome may have one name.
    changes = {f"what_ifs.{name}": panel for name, panel in found.changes.items()}
    if not changes:
        text = "The scenario has what-ifs; run with --what-ifs to play them on the same futures."
        return [Paragraph(text, note=True)] if found.scenario.what_ifs else []
    titles = found.titles | {f"what_ifs.{name}": found.what_if_title(name) for name in found.changes}
    note = (
        "Changes are in percentage points, with twice their paired error. A change that is smaller than that is no "
        "clear difference and is not listed."
    )
    return [
        FigureBlock(compare_chart(changes, titles, _finding(titles, changes), found.source)),
        _largest(titles, changes),
        Paragraph(note, note=True),
        *(_all(titles[name], titles, panel) for name, panel in changes.items() if _clear(panel)),
    ]


def _clear(panel: Panel) -> list[str]:
    """Outcomes that a what-if clearly moves, the most moved first."""
    return sorted((name for name in panel if panel[name].clear), key=lambda name: -abs(panel[name].change))


def _finding(titles: dict[str, str], changes: dict[str, Panel]) -> str:
    moved = [(name, _clear(panel)[0]) for name, panel in changes.items() if _clear(panel)]
    if not moved:
        return "No what-if makes a clear difference"
    name, outcome = max(moved, key=lambda pair: abs(changes[pair[0]][pair[1]].change))
    change = points(changes[name][outcome].change)
    return f"“{titles[name]}” moves the odds most: “{titles[outcome]}” {change} points"


def _largest(titles: dict[str, str], changes: dict[str, Panel]) -> Table:
    """A row for each what-if, with what it moves most up and most down."""
    rows = []
    for name, panel in changes.items():
        up = [outcome for outcome in _clear(panel) if panel[outcome].change > 0]
        down = [outcome for outcome in _clear(panel) if panel[outcome].change < 0]
        rows.append([titles[name], *(_moved(titles, panel, found) for found in (up, down))])
    return Table("What each what-if moves most", ["What if", "Most gained", "Most lost"], rows)


def _moved(titles: dict[str, str], panel: Panel, outcomes: list[str]) -> str:
    if not outcomes:
        return "no clear difference"
    one = panel[outcomes[0]]
    return f"{titles[outcomes[0]]}: {percent(one.base)} → {percent(one.variant)} ({points(one.change)}{NARROW}points)"


def _all(title: str, titles: dict[str, str], panel: Panel) -> Table:
    clear = _clear(panel)
    rows = [
        [
            titles[name],
            percent(panel[name].base),
            percent(panel[name].variant),
            f"{points(panel[name].change, 1)} ± {2 * panel[name].error * 100:.1f}",
        ]
        for name in clear
    ]
    caption = f"{title}: {len(clear)} clear difference{'s' if len(clear) > 1 else ''}"
    return Table(caption, ["Outcome", "Base", "What if", "Change, points"], rows, folded=True)
