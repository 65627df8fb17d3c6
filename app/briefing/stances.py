"""The part of a country's page on what it can change itself: joining, waiting, a side deal, on the same futures."""

from __future__ import annotations

from collections.abc import Iterator

from app.briefing.content import Block, Bullets, FigureBlock, Paragraph, Table
from app.briefing.seen import OF_ALL, Seen
from plots.compare import compare_chart
from plots.numbers import percent, points
from sim.analysis.odds import Difference
from sim.scenario.stances import Stance

MOST_DRAWN, MOST_TOLD, OTHERS = 8, 3, 4
"""Measures that the chart has room for, changes that the sentence on a stance names, effects on others."""

Panel = dict[str, Difference]


def stances(seen: Seen) -> Iterator[Block]:
    """Chart, a sentence for each stance, the table."""
    changes = {stance: _without_others(panel) for stance, panel in seen.changes.items()}
    if changes:
        titles = seen.titles | {stance: seen.stance(stance).title for stance in changes}
        measure = "Change in the share of days or of futures, or in the tariff"
        source = seen.found.source
        yield FigureBlock(
            compare_chart(_drawn(changes), titles, finding(seen), source, called="focus_stances", measure=measure)
        )
    yield Bullets([_told(seen, stance) for stance in seen.focus.stances if stance.missing or stance.name in changes])
    if changes:
        yield _table(seen, changes)
        read = min(OF_ALL, seen.result.runs)
        same = [seen.titles[name] for name in _same(changes) if _own(name)]
        few = f" The same in every future: {'; '.join(map(_within, same))}." if same else ""
        few += (
            f" Tariffs are read in the first {read} futures, the rest in all."
            if seen.pairs and read < seen.result.runs
            else ""
        )
        yield Paragraph(
            "A stance makes these moves certain, or never made, wherever the rules of the file allow them; all else is "
            "as it was, on the same futures. No clear difference: under twice the paired error, which stands beside "
            f"it in points.{few}",
            note=True,
        )


def _drawn(changes: dict[str, Panel]) -> dict[str, Panel]:
    """The measures that are clearly changed, in their order: what the country faces itself, then the most changed."""
    most = {
        name: max((abs(panel[name].change) for panel in changes.values() if panel[name].clear), default=0.0)
        for name in next(iter(changes.values()))
    }
    chosen = sorted(most, key=lambda name: (most[name] == 0, not _own(name), -most[name]))[:MOST_DRAWN]
    return {stance: {name: panel[name] for name in most if name in chosen} for stance, panel in changes.items()}


def finding(seen: Seen) -> str:
    """Which stance changes most of what the country itself faces."""
    own = [
        (abs(one.change), stance, name)
        for stance, panel in seen.changes.items()
        for name, one in panel.items()
        if _own(name) and one.clear
    ]
    if not own:
        return f"Nothing that {seen.title} can do itself clearly changes the tariffs and controls on it"
    _, stance, name = max(own)
    noun = seen.stance(stance).noun
    return (
        f"{noun[0].upper()}{noun[1:]} changes most for {seen.title}: {_moves(seen, name, seen.changes[stance][name])}"
    )


def _moves(seen: Seen, name: str, one: Difference) -> str:
    """A clear change as a clause."""
    verb = "fall" if one.change < 0 else "rise"
    if name.startswith("tariff."):
        duty = seen.titles[name].removesuffix(", average")
        return f"the {duty} {verb}s from {one.base * 100:.1f} to {one.variant * 100:.1f} % on average"
    return f"{_within(seen.titles[name])} {verb} from {percent(one.base)} to {percent(one.variant)}"


def _own(name: str) -> bool:
    """Whether a measure says what the country itself faces."""
    return name.startswith(("days.", "tariff."))


def _without_others(panel: Panel) -> Panel:
    return {name: one for name, one in panel.items() if not name.startswith("other.")}


def _within(title: str) -> str:
    """A title within a sentence."""
    return title.replace("Days ", "days ", 1).replace("Takes part", "taking part", 1)


def _told(seen: Seen, stance: Stance) -> str:
    """What a stance changes: for itself first, then what it moves most, then for others."""
    if stance.missing:
        return f"{stance.title}: not played, for {stance.missing}."
    panel = seen.changes[stance.name]
    clear = sorted(
        (name for name in _without_others(panel) if panel[name].clear), key=lambda one: -abs(panel[one].change)
    )
    own, rest = [name for name in clear if _own(name)], [name for name in clear if not _own(name)]
    said = [_change(seen, name, panel[name]) for name in [*own[:MOST_TOLD], *rest][: max(MOST_TOLD, len(own[:2]) + 2)]]
    if not own:
        said.insert(0, _no_difference(seen, panel))
    told = [f"{stance.title}: {'; '.join(said)}."]
    moved = sorted((name for name in panel if name.startswith("other.") and panel[name].clear),
                   key=lambda one: -abs(panel[one].change))  # fmt: skip
    if moved:
        listed = [f"{seen.short(name.partition('.')[2])} {points(panel[name].change)}" for name in moved[:OTHERS]]
        more = f" and {len(moved) - OTHERS} more" if len(moved) > OTHERS else ""
        told.append(f"Days under controls of others, in points: {', '.join(listed)}{more}.")
    return " ".join(told)


def _no_difference(seen: Seen, panel: Panel) -> str:
    own = {name: one for name, one in panel.items() if _own(name)}
    if not own:
        return f"no tariff or control of the file touches {seen.title}"
    if not any(one.changed for one in own.values()):
        return "the tariffs and controls on it are the same in every future"
    margin = max(2 * one.error for one in own.values()) * 100
    return f"no clear difference to the tariffs and controls on it (one of {margin:.1f} points would have been seen)"


def _change(seen: Seen, name: str, one: Difference) -> str:
    ends = f"{_level(name, one.base)} → {_level(name, one.variant)}"
    return f"{_within(seen.titles[name])} {ends} ({points(one.change)} points)"


def _table(seen: Seen, changes: dict[str, Panel]) -> Table:
    base = next(iter(changes.values()))
    names = [name for name in base if _own(name) or any(panel[name].clear for panel in changes.values())]
    names = [name for name in names if name not in _same(changes)] or names
    rows = [
        [seen.titles[name], _level(name, base[name].base), *(_cell(name, panel[name]) for panel in changes.values())]
        for name in names
    ]
    columns = ["Share of days or futures; tariff", "As the file has it", *(seen.stance(one).title for one in changes)]
    return Table("What each stance changes, on the same futures", columns, rows, folded=True)


def _same(changes: dict[str, Panel]) -> list[str]:
    """Measures that no stance changes in any future."""
    panels = list(changes.values())
    return [name for name in panels[0] if all(panel[name].changed == 0 for panel in panels)]


def _level(name: str, value: float) -> str:
    return f"{value * 100:.1f} %" if name.startswith("tariff.") else percent(value)


def _cell(name: str, one: Difference) -> str:
    if one.clear:
        return f"{_level(name, one.variant)} ({points(one.change, 1)})"
    return "the same" if one.changed == 0 else f"no clear difference (±{2 * one.error * 100:.1f})"
