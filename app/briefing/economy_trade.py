"""The parts of the briefing on trade before and after, and on the sectors most hit."""

from __future__ import annotations

from app.briefing.content import Block, FigureBlock, Paragraph, Table
from app.briefing.economy import foremost, over_time, region
from app.briefing.findings import Findings
from plots.amounts import decimals, level, of_bands, signed, told, told_level
from plots.ranges import Measure, Row, ranges_chart
from plots.style import Chart
from plots.traded import Trade, traded_chart
from plots.words import the
from sim.analysis.economy import Band, Economy
from sim.analysis.economy_trade import Hit, Traded, hit, traded

MUCH = 10
"""Times the median that a range is so wide that it is the finding."""
PAIRS, REGIONS, SECTORS = 12, 3, 5
"""Pairs that are drawn; regions that are drawn, and sectors of each."""


def trade(found: Findings) -> list[Block]:
    """The pairs whose trade changes most, and imports and exports of every region."""
    economy = found.economy
    pairs = [one for one in traded(economy) if not one.change.zero] if economy is not None else []
    if economy is None or not pairs:
        return []
    note = (
        "Goods and services, at exporters’ prices, without tariffs. Rerouted: goods that reach a region through a "
        "third one to avoid its tariff. Brought forward: bought early, before an announced rise, less what is then "
        "not bought."
    )
    return [FigureBlock(_trade_chart(found, economy, pairs)), _by_region(found, economy), Paragraph(note, note=True)]


def _trade_chart(found: Findings, economy: Economy, pairs: list[Traded]) -> Chart:
    moved = sorted(pairs, key=lambda one: -max(abs(one.change.low), abs(one.change.high)))
    chosen = sorted(moved[:PAIRS], key=lambda one: -one.before)
    rows = [Trade(_pair(found, one), one.before, one.after, one.percent) for one in chosen]
    subtitle = f"Imports of one region from another, bn USD a year, {over_time(economy)}. Line: 5–95 % of futures"
    return traded_chart(rows, _trade_finding(found, pairs), subtitle, found.source)


def _pair(found: Findings, one: Traded) -> str:
    return f"{region(found, one.importer)} from {the(region(found, one.exporter))}"


def _trade_finding(found: Findings, pairs: list[Traded]) -> str:
    """The largest fall and the largest rise at the median; where the widest range dwarfs them, that."""
    widest = max(pairs, key=lambda one: one.change.high - one.change.low)
    if _dwarfed(widest.change):
        buyer, seller = the(region(found, widest.importer)), the(region(found, widest.exporter))
        return f"What {buyer} buys from {seller} moves most: {_reach(widest.percent)}"
    places = decimals([pairs[0].change.middle], 1)
    fall, rise = min(pairs, key=lambda one: one.change.middle), max(pairs, key=lambda one: one.change.middle)
    said: list[str] = []
    for one, there, word in ((fall, fall.change.middle < 0, "less"), (rise, rise.change.middle > 0, "more")):
        if there:
            amount = level(abs(one.change.middle), places)
            buyer, seller = the(region(found, one.importer)), the(region(found, one.exporter))
            money = "bn USD a year " if not said else ""
            said.append(f"{buyer} buys {amount} {money}{word} from {seller}")
    text = "; ".join(said) + " at the median" if said else "Trade is the same in at least half of futures"
    return text[0].upper() + text[1:]


def _dwarfed(one: Band) -> bool:
    """Whether the median says little beside the range."""
    return MUCH * abs(one.middle) < one.high - one.low


def _reach(one: Band) -> str:
    places = of_bands([one], 1)
    return f"{signed(one.low, places)} to {signed(one.high, places)} % in 90 of 100 futures"


def _by_region(found: Findings, economy: Economy) -> Table:
    amounts = {name: economy.bands(f"{name}_bn") for name in ("imports", "exports", "rerouted", "front_loaded", "rent")}
    changes = {name: economy.bands(f"{name}_change_percent") for name in ("imports", "exports")}
    places = {name: of_bands(bands.values(), 1) for name, bands in amounts.items()}
    moved = {name: of_bands(bands.values(), 1) for name, bands in changes.items()}
    aside = {"rerouted": "Rerouted", "front_loaded": "Brought forward", "rent": "Scarcity rents"}
    shown = {name: head for name, head in aside.items() if economy.changes(f"{name}_bn").any()}
    rows = []
    for code in economy.regions:
        row = [region(found, code)]
        for name in ("imports", "exports"):
            row += [level(amounts[name][code].middle, places[name]), told(changes[name][code], moved[name])]
        rows.append([*row, *(told_level(amounts[name][code], places[name]) for name in shown)])
    columns = ["Region", "Imports", "Change, %", "Exports", "Change, %", *shown.values()]
    caption = f"Trade of every region, bn USD a year, {over_time(economy)}: median and 5–95 % range"
    return Table(caption, columns, rows, folded=True)


def sectors_hit(found: Findings) -> list[Block]:
    """The sectors whose output changes most, of the regions that matter most here."""
    economy = found.economy
    hits = [one for one in hit(economy) if one.strength > 0] if economy is not None else []
    if economy is None or not hits:
        return []
    return [FigureBlock(_sectors_chart(found, economy, hits)), _sectors_table(found, economy, hits)]


def _sectors_chart(found: Findings, economy: Economy, hits: list[Hit]) -> Chart:
    strongest = {
        code: max((one.strength for one in hits if one.region == code), default=0.0) for code in economy.regions
    }
    first, chosen = hits[0], foremost(found, strongest)[:REGIONS]
    if first.region not in chosen:
        chosen[-1] = first.region
    panels = {region(found, code): _rows(economy, hits, code) for code in chosen}
    name, place = economy.sector_names[first.sector], the(region(found, first.region))
    change = told(first.output, of_bands([first.output], 1), "%")
    change = _reach(first.output) if _dwarfed(first.output) else change
    title = f"Output changes most in {place}, “{name}”: {change}"
    subtitle = f"Change of output, %, {over_time(economy)}. Dot: median; line: 5–95 % of futures"
    measure = Measure("% of output", group="sector")
    return ranges_chart(panels, measure, title, subtitle, found.source, called="economy_sectors")


def _rows(economy: Economy, hits: list[Hit], code: str) -> list[Row]:
    """The sectors of a region that change most."""
    own = [one for one in hits if one.region == code]
    return [Row(economy.sector_names[one.sector], one.output) for one in own[:SECTORS]]


def _sectors_table(found: Findings, economy: Economy, hits: list[Hit]) -> Table:
    """Every region's sectors, the most hit first; as many as the chart has of each."""
    outputs, prices = of_bands((one.output for one in hits), 1), of_bands((one.price for one in hits), 2)
    rows = []
    for code in economy.regions:
        for one in [one for one in hits if one.region == code][:SECTORS]:
            size = signed(one.strength, outputs).removeprefix("+")
            cells = [told(one.output, outputs), size, told(one.price, prices)]
            rows.append([region(found, code), economy.sector_names[one.sector], *cells])
    columns = ["Region", "Sector", "Output, %", "Median size of change, %", "Price, %"]
    caption = f"Sectors most hit, {over_time(economy)}: median and 5–95 % range"
    return Table(caption, columns, rows, folded=True)
