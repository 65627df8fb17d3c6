"""The answer in a few sentences: the likeliest outcome, what else happens, the what-if that moves it most."""

from __future__ import annotations

from app.briefing.content import odds_word
from app.briefing.findings import Findings
from plots.numbers import percent, points, span

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
    name = max(found.odds, key=lambda outcome: found.odds[outcome].mean)
    one, title = found.odds[name], _quoted(found.titles[name])
    if one.mean == 1:
        return f"In every one of the {found.result.runs:,} futures played: {title}."
    over = "" if one.low is None or one.high is None else f", {span(one.low, one.high)} over the assumptions"
    return f"{title} is {odds_word(one.mean)}: it comes about in {percent(one.mean)} of futures{over}."


def _else(found: Findings) -> str:
    first = max(found.odds, key=lambda outcome: found.odds[outcome].mean)
    rest = [name for name in found.ranked if name != first and found.odds[name].mean > 0]
    if not rest:
        return ""
    named = rest[: NEXT if len(rest) > NEXT + 1 else NEXT + 1]
    listed = [f"{_quoted(found.titles[name])} ({percent(found.odds[name].mean)})" for name in named]
    outside = percent(1 - found.odds[first].mean)
    if len(listed) == 1:
        return f"Otherwise, in {outside}: {listed[0].rsplit(' (', 1)[0]}."
    text = f"In the other {outside} the likeliest are {', '.join(listed[:-1])} and {listed[-1]}"
    left = rest[len(named) :]
    if left:
        share = percent(sum(found.odds[name].mean for name in left))
        text += f"; {count(len(left))} more outcomes share {share}"
    return text + "."


def _what_if(found: Findings) -> str:
    first = max(found.odds, key=lambda outcome: found.odds[outcome].mean)
    clear = {name: panel[first] for name, panel in found.changes.items() if panel[first].clear}
    if not found.changes:
        return ""
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
