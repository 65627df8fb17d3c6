"""What must be true: for some outcomes, the conditions under which each is clearly likelier."""

from __future__ import annotations

from typing import Any

from plots.numbers import percent
from plots.pairs import Heads, Pair, pairs_sheet
from plots.style import Chart
from sim.analysis.must_be_true import Needed

Told = list[tuple[str, Needed]]
"""Conditions in words, with what they are worth."""


def must_be_true_chart(
    outcomes: dict[str, Told],
    titles: dict[str, str],
    odds: dict[str, float],
    title: str,
    source: str,
    size: str = "page",
) -> Chart:
    """A panel for each outcome, a row for each condition: odds where it holds and where it does not.

    `titles` and `odds` (shares of all futures) are by outcome.
    """
    subtitle = (
        "Share of futures with the outcome, %, where the condition holds and where it does not; each panel on its own "
        "scale, clear differences only"
    )
    panels = {
        f"“{titles[name]}”: {percent(odds[name])} of all futures": [
            Pair(words[0].upper() + words[1:], one.odds, one.otherwise, percent(one.within)) for words, one in told
        ]
        for name, told in outcomes.items()
    }
    heads = Heads("where it holds", "otherwise", "holds in so many of its futures")
    made = pairs_sheet(panels, heads, title, subtitle, source, size)
    told = "; ".join(
        f"{titles[name]}: "
        + ", ".join(f"{percent(one.odds)} where {words}, {percent(one.otherwise)} otherwise" for words, one in rows)
        for name, rows in outcomes.items()
    )
    alt = f"{title}. Odds of outcomes where a condition holds. {told}."
    return Chart("must_be_true", made.figure, title, subtitle, alt, _table(outcomes, titles), head=made.head)


def _table(outcomes: dict[str, Told], titles: dict[str, str]) -> dict[str, list[Any]]:
    rows = [(name, words, one) for name, told in outcomes.items() for words, one in told]
    return {
        "outcome": [titles[name] for name, _, _ in rows],
        "condition": [words for _, words, _ in rows],
        "where_it_holds_percent": [round(one.odds * 100, 2) for _, _, one in rows],
        "otherwise_percent": [round(one.otherwise * 100, 2) for _, _, one in rows],
        "error_of_difference_points": [round(one.error * 100, 2) for _, _, one in rows],
        "times_as_likely": [round(one.lift, 2) for _, _, one in rows],
        "holds_in_percent": [round(one.within * 100, 2) for _, _, one in rows],
    }
