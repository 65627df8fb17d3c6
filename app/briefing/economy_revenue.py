"""The part of the briefing on tariff revenue, from the law to what is collected, and on consumer prices."""

from __future__ import annotations

from collections.abc import Iterator

from app.briefing.content import Block, FigureBlock, Paragraph, Table
from app.briefing.economy import largest, over_time, region
from app.briefing.findings import Findings
from plots.amounts import NEAR, level, of_bands, told, told_level
from plots.collected import Rate, collected_chart
from plots.numbers import NARROW, percent, span, whole
from plots.ranges import Measure, Row, ranges_chart
from plots.style import Chart
from plots.words import the
from sim.analysis.economy import EVIDENCE, Economy

MOST = 10
"""Regions that are drawn."""
OUTSIDE = 0.1
"""Share of days outside of the measured pass-through from which the note is a caution."""
STEPS = ("statutory_percent", "applied_percent", "collected_percent")


def revenue_and_prices(found: Findings) -> list[Block]:
    """Charts, the table of every region, and how the pass-through of tariffs compares with what was measured."""
    economy = found.economy
    if economy is None or not len(economy.runs):
        return []
    return [*_revenue(found, economy), *_prices(found, economy), *_pass_through(economy)]


def _revenue(found: Findings, economy: Economy) -> Iterator[Block]:
    moved = [code for code, some in zip(economy.regions, economy.changes("revenue_change_bn"), strict=True) if some]
    if not moved:
        return
    revenue, change = economy.bands("revenue_bn"), economy.bands("revenue_change_bn")
    steps = {name: economy.bands(name) for name in STEPS}
    chosen = largest(moved, change, MOST)

    def rate(code: str) -> Rate:
        by_law, applied, collected = (steps[name][code].middle for name in STEPS)
        return Rate(region(found, code), (by_law, applied, collected), revenue[code], change[code])

    first = rate(chosen[0])
    places = of_bands([first.change], 1)
    buyer, amount = the(first.name), level(abs(first.change.middle), places)
    verb = "more" if first.change.middle > 0 else "less"
    title = (
        f"{buyer[0].upper()}{buyer[1:]} collects {amount} bn USD a year {verb} at the median: its average tariff is "
        f"{first.steps[0]:.1f} % by law, {first.steps[2]:.1f} % as collected"
    )
    subtitle = f"Average tariff on goods, %, and revenue, bn USD a year, medians, {over_time(economy)}"
    yield FigureBlock(collected_chart([rate(code) for code in chosen], title, subtitle, found.source))
    yield _table(found, economy)
    yield Paragraph(
        "Averages are over imports of goods. By law: the rates in "
        "force, at the imports of the base year. Applied: less what is never levied and what comes through third "
        "countries. Collected: revenue over what is imported then, when buyers have turned from what is taxed.",
        note=True,
    )


def _table(found: Findings, economy: Economy) -> Table:
    revenue, change = economy.bands("revenue_bn"), economy.bands("revenue_change_bn")
    steps = {name: economy.bands(name) for name in STEPS}
    totals = economy.cumulated_bands("revenue_change_bn")
    places = [of_bands(bands.values(), 1) for bands in (revenue, change, totals)]
    rows = [
        [
            region(found, code),
            told_level(revenue[code], places[0]),
            told(change[code], places[1]),
            told(totals[code], places[2]),
            *(f"{steps[name][code].middle:.1f}" for name in STEPS),
        ]
        for code in economy.regions
    ]
    columns = ["Region", "Revenue, bn USD a year", "Change", "Change over the horizon, bn USD"]
    columns += ["By law, %", "Applied, %", "Collected, %"]
    caption = f"Tariff revenue and average rates, {over_time(economy)}: median and 5–95 % range"
    return Table(caption, columns, rows, folded=True)


def _prices(found: Findings, economy: Economy) -> Iterator[Block]:
    moved = [
        code for code, some in zip(economy.regions, economy.changes("consumer_prices_percent"), strict=True) if some
    ]
    if moved:
        yield FigureBlock(_prices_chart(found, economy, moved))


def _prices_chart(found: Findings, economy: Economy, moved: list[str]) -> Chart:
    prices = economy.bands("consumer_prices_percent")
    chosen = largest(moved, prices, MOST)
    places = of_bands(prices[code] for code in chosen)
    first = prices[chosen[0]]
    verb = "rise" if first.middle > 0 else "fall"
    title = f"Consumer prices {verb} most in {the(region(found, chosen[0]))}, {told(first, places, '%')}"
    if level(first.middle, places) in (NEAR, "0"):
        title = "Consumer prices are near unchanged at the median everywhere"
    rows = [Row(region(found, code), prices[code]) for code in sorted(chosen, key=lambda code: -prices[code].middle)]
    subtitle = f"Change of consumer prices, %, {over_time(economy)}. Dot: median; line: 5–95 % of futures"
    measure = Measure("% of consumer prices")
    return ranges_chart({"": rows}, measure, title, subtitle, found.source, called="economy_prices")


def _pass_through(economy: Economy) -> list[Block]:
    """What share of tariffs reaches the buyers' border prices, beside the evidence."""
    found = economy.within_evidence()
    if found is None:
        return []
    one, share = found
    measured = span(*EVIDENCE)
    text = (
        f"Of a changed tariff {_whole(one.middle)} is passed through to the price at the border at the median "
        f"({_whole(one.low)} to {_whole(one.high)} in 90 of 100 cases). In {percent(share)} of cases, days and regions "
        f"together, that lies within the {measured} that were measured in 2018 and 2025."
    )
    if share < 1 - OUTSIDE:
        text += " Where it does not, prices and revenue are less sure than their ranges say."
    return [Paragraph(text, note=True)]


def _whole(share: float) -> str:
    """A pass-through, which may be above one."""
    return f"{whole(share * 100):.0f}{NARROW}%"
