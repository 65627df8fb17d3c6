"""The answer in a few sentences: the likeliest outcome, what else happens, the what-if that moves it most."""

from __future__ import annotations

from app.briefing.content import odds_word
from app.briefing.findings import Findings
from plots.numbers import counted, percent, points, remainder, span
from sim.scenario.model import OTHER

NEXT = 3
"""Alternatives that are named."""
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def answer(found: Findings) -> list[str]:
    """Sentences; every number is read from the results."""
    said = [_likeliest(found), _else(found), _what_if(found)]
    return [sentence for sentence in said if sentence]


def count(number: int) -> str:
    """A small number as a word."""
    return _COUNTS[number] if number < len(_COUNTS) else str(number)


def _likeliest(found: Findings) -> str:
    name = found.ranked[0]
    one, title = found.odds[name], _quoted(found.titles[name])
    if one.mean == 1:
        return f"In every one of the {counted(found.result.runs, 'future')} played: {title}."
    if one.mean == 0:
        return f"None of the named outcomes comes about in the {counted(found.result.runs, 'future')} played."
    said = f"{title} is {odds_word(one.mean)}: it comes about in {percent(one.mean)} of futures"
    if one.low is not None and one.high is not None:
        return f"{said}, {span(one.low, one.high)} over the assumptions."
    if found.result.chances > 1 and found.uncertain:
        futures = counted(found.result.runs, "future")
        return f"{said}; how far that moves over the assumptions cannot be told from {futures}."
    return f"{said}."


def _else(found: Findings) -> str:
    first, *others = (name for name in found.ranked if found.odds[name].mean > 0 or name == found.ranked[0])
    rest = [name for name in others if name != OTHER]
    named = rest[: NEXT if len(rest) > NEXT + 1 else NEXT + 1]
    listed = [f"{_quoted(found.titles[name])} ({percent(found.odds[name].mean)})" for name in named]
    said = []
    if listed:
        *most, last = listed
        one, ones = ("", "") if OTHER not in others else (" named one", " named ones")
        said.append(
            f"the likeliest{ones} are {', '.join(most)} and {last}" if most else f"the likeliest{one} is {last}"
        )
    if left := rest[len(named) :]:
        said.append(f"{count(len(left))} more outcomes share {percent(sum(found.odds[name].mean for name in left))}")
    if OTHER in others:
        said.append(f"none of the named outcomes comes about in {percent(found.odds[OTHER].mean)}")
    return f"In the other {remainder(found.odds[first].mean)} {'; '.join(said)}." if said else ""


def _what_if(found: Findings) -> str:
    first = found.ranked[0]
    if not found.changes:
        return ""
    clear = {name: panel[first] for name, panel in found.changes.items() if panel[first].clear}
    if not clear and len(found.changes) == 1:
        name = next(iter(found.changes))
        return f"The what-if “{found.what_if_title(name)}” does not move the odds of the likeliest outcome clearly."
    if not clear:
        return f"None of the {count(len(found.changes))} what-ifs moves the odds of the likeliest outcome clearly."
    name = max(clear, key=lambda key: abs(clear[key].change))
    one, many = clear[name], len(found.changes)
    opening = f"Of {count(many)} what-ifs" if many > 1 else "The what-if"
    subject = f", “{found.what_if_title(name)}”" if many > 1 else f" “{found.what_if_title(name)}”"
    most = " most" if many > 1 else ""
    return (
        f"{opening}{subject} moves this outcome{most}, from {percent(one.base)} to {percent(one.variant)} "
        f"({points(one.change)} points)."
    )


def _quoted(title: str) -> str:
    return f"“{title}”"
