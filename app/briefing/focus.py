"""The page for one country: what it faces on each branch, what it can change itself, what it has at stake."""

from __future__ import annotations

from app.briefing.content import Briefing, Section
from app.briefing.economy_focus import its_economy
from app.briefing.exposure import at_stake, exposure
from app.briefing.faced import drawn, faced, goes
from app.briefing.findings import Findings
from app.briefing.seen import RAREST, Focus, Seen
from app.briefing.stances import finding, stances
from app.briefing.supply_focus import its_supply
from plots.numbers import long_date, percent
from sim.analysis.branches import Branch


def focus_page(found: Findings, focus: Focus) -> Briefing:
    """The content of the page; sections that hold nothing are left out."""
    seen = Seen(found, focus)
    sections = [
        Section("What it faces on each branch", list(faced(seen))),
        Section("What it can change itself", list(stances(seen))),
        Section("What becomes of its economy", list(its_economy(seen))),
        Section("What shortage means for it", list(its_supply(seen))),
        Section("What it has at stake", exposure(seen)),
    ]
    return Briefing(
        focus.title,
        found.scenario.title,
        answer(seen),
        f"As of {long_date(found.plan.as_of)} · to {long_date(found.plan.horizon)}",
        [section for section in sections if section.blocks],
        {"briefing.html": "The whole briefing"},
        compact=True,
    )


def answer(seen: Seen) -> list[str]:
    """At most four sentences; every number is read from the results."""
    said = [_likeliest(seen), _hardest(seen), _choice(seen), at_stake(seen)]
    return [sentence for sentence in said if sentence]


def _likeliest(seen: Seen) -> str:
    branch = seen.branches[0]
    told = []
    for pair in seen.pairs[:1]:
        later = seen.tariffs[branch.name].later[pair.series]
        told.append(goes(f"the {seen.duty(pair)}", seen.today(pair), [later]))
    last = {group: float(seen.bites[group].last[branch.runs].mean()) for group in drawn(seen)}
    listed = [f"“{seen.control(group)}” in {percent(share)}" for group, share in last.items() if share >= RAREST]
    if listed:
        told.append(f"in force on it on the last day: {_and(listed)} of these futures")
    elif last:
        told.append("next to none of the controls that change is in force on it on the last day")
    said = f"The likeliest branch is “{branch.title}” ({percent(branch.share)} of futures)"
    return f"{said}: there {'; '.join(told)}." if told else f"{said}; nothing in the file touches {seen.title}."


def _and(listed: list[str]) -> str:
    *most, last = listed
    return f"{', '.join(most)} and {last}" if most else last


def _hardest(seen: Seen) -> str:
    """The branch with the most days under the controls that differ, against that with the fewest."""
    if not seen.controls or len(seen.branches) == 1:
        return ""
    groups = drawn(seen)

    def days(group: str, branch: Branch) -> float:
        return float(seen.bites[group].days[branch.runs].mean())

    def whole(branch: Branch) -> float:
        return sum(days(group, branch) for group in groups)

    hardest, easiest = max(seen.branches, key=whole), min(seen.branches, key=whole)
    if whole(hardest) - whole(easiest) < RAREST:
        return ""
    group = max(groups, key=lambda one: days(one, hardest) - days(one, easiest))
    most, least = (percent(days(group, branch)) for branch in (hardest, easiest))
    return (
        f"Controls weigh most on it in “{hardest.title}” ({percent(hardest.share)} of futures): "
        f"“{seen.control(group)}” is in force on it on {most} of days, against {least} in “{easiest.title}”."
    )


def _choice(seen: Seen) -> str:
    if not seen.changes:
        return f"The file leaves {seen.title} no choice of its own between joining, waiting and a side deal."
    nouns = [seen.stance(name).noun for name in seen.changes]
    found = finding(seen)
    return f"Of {_and(nouns)}, {found[0].lower()}{found[1:]}." if len(nouns) > 1 and ":" in found else f"{found}."
