"""The part of the briefing on what must be true: for the likeliest outcomes and the rarest, what tells them apart."""

from __future__ import annotations

from app.briefing.content import Block, FigureBlock, Paragraph
from app.briefing.findings import Findings
from plots.must_be_true import Told, must_be_true_chart
from plots.numbers import percent, quantity
from sim.analysis.must_be_true import LEAST, Condition, conditions, must_be_true
from sim.analysis.statements import Statement
from sim.scenario.model import OTHER, Scenario
from sim.scenario.supply import Supply
from sim.scenario.units import Dimension

ROWS = 4
"""Conditions that are shown of an outcome."""
_NOTE = (
    "Tried was what nobody at the table decides: whether milestones take place, what courts decide, and every "
    "assumption, split at its thirds. Moves and deals are left out, for outcomes are made of them. Listed is what "
    "stands out more than the best of so many things would by chance; what goes with an outcome need not bring it "
    "about. The last column says in how many of the outcome's futures the condition holds."
)


def what_must_be_true(found: Findings) -> list[Block]:
    """The chart and how to read it; one line where nothing stands out; nothing where futures are too few."""
    often = [name for name in found.ranked if name != OTHER and found.odds[name].mean * found.result.runs >= LEAST]
    if len(often) < 1 or found.odds[often[0]].mean == 1:
        return []
    tried = conditions(found.result)
    told = {name: _told(found, name, tried) for name in often}
    clear = [name for name in often if told[name]]
    if not clear:
        return [Paragraph(f"Nothing tried makes an outcome clearly likelier. {_NOTE}", note=True)] if tried else []
    chosen = dict.fromkeys([*clear[:2], clear[-1]])
    shown = {name: told[name][:ROWS] for name in chosen}
    odds = {name: found.odds[name].mean for name in shown}
    return [
        FigureBlock(must_be_true_chart(shown, found.titles, odds, _finding(found, shown), found.source)),
        Paragraph(_NOTE, note=True),
    ]


def _told(found: Findings, outcome: str, tried: list[Condition]) -> Told:
    """Conditions in words, but for those whose odds read the same on either side."""
    needed = must_be_true(found.result, outcome, tried)
    return [(in_words(found, one.condition), one) for one in needed if percent(one.odds) != percent(one.otherwise)]


def _finding(found: Findings, shown: dict[str, Told]) -> str:
    """The condition that makes an outcome likeliest, compared with all futures."""
    name = max(shown, key=lambda outcome: shown[outcome][0][1].lift)
    words, one = shown[name][0]
    title = f"“{found.titles[name]}”"
    if one.otherwise == 0:
        return f"{title} comes about only where {words}: {percent(one.odds)} then"
    return f"{title} is likelier where {words}: {percent(one.odds)} then, {percent(one.otherwise)} otherwise"


def in_words(found: Findings, condition: Condition) -> str:
    """A condition within a sentence: “Summit” does not take place; “North: patience” is at least 40 %."""
    about = condition.about
    if isinstance(about, Statement):
        return about.holds if condition.true else about.fails
    name, scalar = assumption_title(found.scenario, about.path), found.plan.scalars[about.path]
    if about.side == "word":
        return f"“{name}” is {about.bound}"
    bound = quantity(float(about.bound), scalar.dimension, scalar.unit)
    if scalar.dimension is Dimension.date:
        return f"“{name}” is {bound} or {'earlier' if about.side == 'low' else 'later'}"
    return f"“{name}” is {'at most' if about.side == 'low' else 'at least'} {bound}"


def assumption_title(scenario: Scenario, path: str) -> str:
    """A path for readers: the title of what it belongs to, then what it is of that."""
    section, *keys = path.split(".")
    own = getattr(scenario, section, None)
    supply = own if isinstance(own, Supply) else None
    if supply is not None and isinstance(names := getattr(supply, keys[0], None), dict):
        own, keys = names, keys[1:]
    part = own.get(keys[0]) if isinstance(own, dict) else None
    title = getattr(part, "title", None)
    said = {} if supply is None else supply.titles()
    rest = [said.get(key, key.replace("_", " ")) for key in (keys[1:] if title else keys) if key not in _STEPS]
    return ": ".join(filter(None, [title, " ".join(rest)]))


_STEPS = ("parameters", "policy", "rules", "preset")
"""Steps of paths that say nothing to a reader."""
