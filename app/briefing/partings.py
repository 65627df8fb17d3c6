"""The part of the briefing on how futures part, from date to date."""

from __future__ import annotations

from app.briefing.content import Block, FigureBlock
from app.briefing.findings import Findings
from plots.numbers import percent
from plots.parting import Column, State, parting_chart
from plots.style import ACCENT, BYSTANDER
from sim.analysis.parting import Gate, Parting, Turn, parting
from sim.world.log import What

_WORDS = {
    What.concluded: "Deal: {}",
    What.agreement_lapses: "Lapsed: {}",
    What.ends: "Left: {}",
    What.enters_into_force: "In force: {}",
    What.narrows: "Narrowed: {}",
    What.struck_down: "Struck down: {}",
}
NONE = "None of these"
_FADED = (1.0, 0.62, 0.38, 0.22, 0.12)
"""Strengths of the states that share a colour, the largest first: neighbours are told apart in grey."""


def partings(found: Findings) -> list[Block]:
    """The chart of how futures part."""
    seen = parting(found.result)
    if not seen.turns:
        return []
    # From the top: the turns by their share at the end, then those who have taken none.
    order = [*sorted(range(1, len(seen.turns) + 1), key=lambda k: -seen.gates[-1].shares[k]), 0]
    columns = [
        Column(_name(found, seen, k), gate.days, gate.shares[order], gate.flows[order][:, order])
        for k, gate in enumerate(seen.gates)
    ]
    chart = parting_chart(columns, _states(found, seen, order), _finding(found, seen), found.source)
    return [FigureBlock(chart)]


def title_of(found: Findings, subject: str) -> str:
    """What a part of the scenario is called."""
    section, _, name = subject.partition(".")
    return str(getattr(found.scenario, section)[name].title)


def _states(found: Findings, seen: Parting, order: list[int]) -> list[State]:
    taken: dict[str, int] = {}
    states = []
    for k in order:
        if k == 0:
            states.append(State(NONE, BYSTANDER, 0.3))
            continue
        turn = seen.turns[k - 1]
        colour = _colour(found, turn)
        states.append(State(_turn(found, turn), colour, _FADED[taken.get(colour, 0)]))
        taken[colour] = taken.get(colour, 0) + 1
    return states


def _turn(found: Findings, turn: Turn) -> str:
    return _WORDS[turn.what].format(title_of(found, turn.subject))


def _colour(found: Findings, turn: Turn) -> str:
    """That of the holder of an instrument; deals, agreements and courts are nobody's."""
    section, _, name = turn.subject.partition(".")
    if section == "packages":
        section, name = "instruments", found.scenario.packages[name].instruments[0]
    return found.colours[found.scenario.instruments[name].by] if section == "instruments" else ACCENT


def _name(found: Findings, seen: Parting, place: int) -> str:
    """What stands over a column."""
    gate = seen.gates[place]
    if place == 0:
        return "Today"
    if not gate.subject:
        return "End"
    title, section = title_of(found, gate.subject), gate.subject.partition(".")[0]
    if section == "agreements":
        return f"Last day: {title}"
    if section == "legal_bases":
        return f"Ruling: {title}"
    return f"Due: {title}" if section in ("instruments", "packages") else title


def _finding(found: Findings, seen: Parting) -> str:
    """The date on which most futures turn, and where to."""
    dated = [gate for gate in seen.gates if gate.subject]
    if not dated:
        ends = seen.gates[-1].shares
        best = int(ends[1:].argmax()) + 1
        return f"No single date parts the futures; {percent(float(ends[best]))} end at “{_told(found, seen, best)}”"
    gate = max(dated, key=lambda one: float(one.turned.sum()))
    best = int(gate.turned.argmax())
    total, most = float(gate.turned.sum()), float(gate.turned[best])
    to = f"“{_told(found, seen, best)}”"
    turn = (
        f"{percent(total)} turn to {to}" if most > 0.995 * total else f"{percent(total)} turn, {percent(most)} to {to}"
    )
    return f"More futures part {_gate(found, gate)} than on any other date: {turn}"


def _told(found: Findings, seen: Parting, state: int) -> str:
    turn = seen.turns[state - 1]
    title = title_of(found, turn.subject)
    return title if turn.what is What.concluded else _turn(found, turn)


def _gate(found: Findings, gate: Gate) -> str:
    title, section = title_of(found, gate.subject), gate.subject.partition(".")[0]
    if section == "milestones":
        return f"at “{title}”"
    if section == "agreements":
        return f"on the last day of “{title}”"
    if section == "legal_bases":
        return f"on the ruling on “{title}”"
    return f"on the date set for “{title}”"
