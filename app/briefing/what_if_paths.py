"""The part of the briefing on tariff paths in each what-if."""

from __future__ import annotations

from app.briefing.answer import count
from app.briefing.content import Block, FigureBlock
from app.briefing.findings import Findings
from plots.numbers import MINUS, signed
from plots.what_if_fans import what_if_fans_chart
from sim.analysis.odds import Difference, difference

PANELS = 6
"""What-ifs that are drawn: those that move the path most on the last day."""
DAILY = 1_000_000
"""Runs times days of all what-ifs up to which paths are drawn day by day; beyond, week by week."""


def what_if_paths(found: Findings) -> list[Block]:
    """Fans of the first good's stack (or the first average that is followed), one panel for each what-if."""
    series = next(iter(found.plan.recorded_series), None)
    if found.scenario.goods:
        series = f"stack.{next(iter(found.scenario.goods))}"
    if series is None or not found.what_ifs:
        return []
    days = found.plan.horizon - found.plan.as_of
    step = 1 if found.result.runs * days * (len(found.what_ifs) + 1) <= DAILY else 7
    base = found.result.path(series, step)
    paths = {str(other.what_if): other.path(series, step) for other in found.what_ifs}
    moved = {
        name: difference(base.values[:, -1], path.values[:, -1], found.result.chances) for name, path in paths.items()
    }
    shown = sorted(moved, key=lambda name: -abs(moved[name].change))[:PANELS]
    kept = {name: paths[name] for name in paths if name in shown}
    name, shade = _followed(found, series)
    subtitle = f"{name}, percentage points; {_measure(series)}"
    if left := len(paths) - len(kept):
        subtitle += f". {count(left).capitalize()} more what-ifs move it less"
    titles = {one: found.what_if_title(one) for one in kept}
    told = {one: _told(moved[one]) for one in kept}
    chart = what_if_fans_chart(kept, base, titles, told, shade, _finding(titles, moved, name), subtitle, found.source)
    return [FigureBlock(chart)]


def _followed(found: Findings, series: str) -> tuple[str, str]:
    """What is followed, and the colour of the importer, whose tariff it is."""
    kind, _, name = series.partition(".")
    if kind == "stack":
        good = found.scenario.goods[name]
        return good.title, found.colours[good.importer]
    importer, _, exporter = name.partition(".")
    titles = found.deciders
    return f"{titles[importer]} on {titles[exporter]}", found.colours[importer]


def _measure(series: str) -> str:
    return "legal stack over the MFN rate" if series.startswith("stack.") else "average at fixed weights, MFN included"


def _told(one: Difference) -> str:
    if one.change == 0 and one.error == 0:
        return "no difference on the last day"
    return f"{_points(one.change)} on average on the last day" if one.clear else "no clear difference on the last day"


def _points(change: float) -> str:
    if abs(change) < 0.05:
        return "under 0.1 points"
    words = signed(change)
    return f"{words} point{'' if words in ('+1', f'{MINUS}1') else 's'}"


def _finding(titles: dict[str, str], moved: dict[str, Difference], name: str) -> str:
    clear = {one: moved[one] for one in titles if moved[one].clear}
    if not clear:
        return f"{name}: no what-if makes a clear difference to the tariff on the last day"
    most = max(clear, key=lambda one: abs(clear[one].change))
    verb = "raises" if clear[most].change > 0 else "lowers"
    size = _points(abs(clear[most].change)).lstrip("+")
    few = "" if len(moved) == 1 else " most"
    return f"“{titles[most]}” {verb} the tariff on the last day{few}, by {size} on average"
