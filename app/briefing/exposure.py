"""The part of a country's page on what it has at stake: its trade, by partner and sector, and what the file assumes."""

from __future__ import annotations

from app.briefing.content import Block, Paragraph, Table
from app.briefing.findings import Findings
from app.briefing.seen import Seen
from plots.numbers import long_date, percent
from plots.words import the
from sim.analysis.exposure import BY_SECTOR, Flow, flows, imports_by_sector
from sim.instruments.tranches import load_dataset, regions, sectors
from sim.scenario.provenance import provenance

MOST = 5
"""Rows of each table."""


def exposure(seen: Seen) -> list[Block]:
    """Tables of trade by partner and sector, and the actor's own parameters; what the data do not hold is left out."""
    return [*_partners(seen.found, seen.actor), *_sold(seen), *_supplied(seen), *_assumed(seen.found, seen.actor)]


def at_stake(seen: Seen) -> str:
    """Its exposure in a sentence."""
    said, actors = [], seen.scenario.actors
    if seen.buyer is not None:
        covered = sum(one.value * (one.covered or 0.0) for one in seen.sold) / seen.buyer.trade
        share = percent(covered) if covered else "none"
        said.append(
            f"sells goods of {_billions(seen.buyer.trade)} bn USD a year to {the(actors[seen.buyer.importer].title)}, "
            f"{share} of them in tranches that tariffs in force, suspended or threatened cover"
        )
    for holder in seen.holders[:1]:
        part = actors[holder]
        bought = flows(seen.scenario, actors[seen.actor].regions)[1]
        value = sum(flow.value for flow in bought if flow.exporter in part.regions)
        said += [f"buys goods of {_billions(value)} bn USD from {the(part.title)}"] if value else []
    return f"{seen.title} {'; it '.join(said)}." if said else ""


def _partners(found: Findings, actor: str) -> list[Block]:
    """To whom it sells and from whom it buys."""
    buyers, sellers = flows(found.scenario, found.scenario.actors[actor].regions)
    count = min(MOST, max(len(buyers), len(sellers)))
    if not count:
        return []
    rows = [
        [*_flow(found, buyers[k : k + 1], "importer"), *_flow(found, sellers[k : k + 1], "exporter")]
        for k in range(count)
    ]
    columns = ["Sells to", "bn USD", "Year", "Buys from", "bn USD", "Year"]
    return [Table("Goods trade with its largest partners in the data", columns, rows)]


def _flow(found: Findings, flows: list[Flow], side: str) -> list[str]:
    if not flows:
        return ["–"] * 3
    (flow,) = flows
    return [_region(found, getattr(flow, side)), _billions(flow.value), str(flow.year) if flow.year else "the file's"]


def _region(found: Findings, code: str) -> str:
    held = {region: part.title for part in found.scenario.actors.values() for region in part.regions}
    return held.get(code) or regions().get(code, code)


def _billions(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def _sector(code: str) -> str:
    return sectors().get(code, code)


def _sold(seen: Seen) -> list[Block]:
    """What its largest taxing buyer takes by sector, with today's tariff."""
    if seen.buyer is None:
        return []
    rows = [
        [_sector(one.sector), _billions(one.value), percent(one.covered or 0.0), f"{one.tariff or 0.0:.1f}"]
        for one in seen.sold[:MOST]
    ]
    caption = f"What {seen.scenario.actors[seen.buyer.importer].title} buys from it, by sector"
    caption += f": {len(rows)} of {len(seen.sold)}" if len(seen.sold) > len(rows) else ""
    return [Table(caption, ["Sector", "bn USD", "Covered by tariffs", "Average tariff today, %"], rows)]


def _supplied(seen: Seen) -> list[Block]:
    """What it buys by sector from whoever holds controls over it; the mix is an estimate, and may be too new."""
    actors = seen.scenario.actors
    own = actors[seen.actor].regions
    blocks: list[Block] = []
    for holder in seen.holders[:1]:
        title, regions_held = actors[holder].title, actors[holder].regions
        bought = imports_by_sector(seen.scenario, own, regions_held)
        known = load_dataset(BY_SECTOR).select(own, regions_held).known
        if bought:
            rows = [[_sector(one.sector), _billions(one.value)] for one in bought[:MOST]]
            caption = f"What it buys from {the(title)}, by sector: {len(rows)} of {len(bought)}"
            blocks.append(Table(caption, ["Sector", "bn USD a year"], rows))
            text = "The split by sector is an estimate: totals of 2023 (BACI) divided by the mix of 2022 (OECD)."
            blocks.append(Paragraph(text, note=True))
        elif len(known):
            text = f"How its purchases from {the(title)} split by sector was published after this scenario's as_of, on "
            blocks.append(Paragraph(f"{text}{long_date(int(known.min()))}, and is left out.", note=True))
    return blocks


def _assumed(found: Findings, actor: str) -> list[Block]:
    """The actor's own parameters and beliefs, with their sources."""
    sources = provenance(found.scenario)
    part = found.scenario.actors[actor]
    held = {f"parameters.{name}": value for name, value in part.parameters.items()}
    held |= {f"beliefs.{name}": value for name, value in part.beliefs.items()}
    rows = [
        [key.partition(".")[2].replace("_", " "), value.describe(), sources[f"actors.{actor}.{key}"].source or "none"]
        for key, value in held.items()
    ]
    return (
        [Table(f"What the file assumes of {part.title}", ["What", "Value", "Source or reason"], rows)] if rows else []
    )
