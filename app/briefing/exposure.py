"""The part of a country's page on what it has at stake: its trade, by partner and sector, and what the file assumes."""

from __future__ import annotations

from functools import lru_cache

from app.briefing.content import Block, Paragraph, Table
from app.briefing.findings import Findings
from app.show import legal_clock
from plots.numbers import long_date, percent
from sim.analysis.exposure import BY_SECTOR, Flow, Sectoral, flows, imports_by_sector, taxed
from sim.analysis.facing import pairs
from sim.instruments.tranches import load_dataset, regions, sectors
from sim.scenario.provenance import provenance

MOST = 5
"""Rows of each table."""


def exposure(found: Findings, actor: str, holders: list[str]) -> list[Block]:
    """Tables of trade by partner and by sector, and the actor's own parameters; what the data do not hold is left out.

    `holders` are those who hold controls over it.
    """
    return [*_partners(found, actor), *_sold(found, actor), *_supplied(found, actor, holders), *_assumed(found, actor)]


def at_stake(found: Findings, actor: str, holders: list[str]) -> str:
    """Its exposure in a sentence."""
    said = []
    for pair in pairs(found.plan, actor)[0][:1]:
        sold = _taxed(found, pair.importer, actor)
        covered = sum(one.value * (one.covered or 0.0) for one in sold) / pair.trade
        said.append(
            f"sells goods of {_billions(pair.trade)} bn USD a year to {found.scenario.actors[pair.importer].title}, "
            f"{percent(covered)} of them in tranches that tariffs in force, suspended or threatened cover"
        )
    own = found.scenario.actors[actor].regions
    for holder in holders[:1]:
        part = found.scenario.actors[holder]
        value = sum(flow.value for flow in flows(found.scenario, own)[1] if flow.exporter in part.regions)
        said += [f"buys goods of {_billions(value)} bn USD from {part.title}"] if value else []
    return f"{found.scenario.actors[actor].title} {'; it '.join(said)}." if said else ""


@lru_cache(maxsize=8)
def _taxed(found: Findings, importer: str, exporter: str) -> list[Sectoral]:
    return taxed(legal_clock(found.scenario, found.plan.as_of), importer, exporter)


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


def _sold(found: Findings, actor: str) -> list[Block]:
    """What its largest taxing buyer takes by sector, with today's tariff."""
    blocks: list[Block] = []
    for pair in pairs(found.plan, actor)[0][:1]:
        sold = _taxed(found, pair.importer, actor)
        rows = [
            [_sector(one.sector), _billions(one.value), percent(one.covered or 0.0), f"{one.tariff or 0.0:.1f}"]
            for one in sold[:MOST]
        ]
        buyer = found.scenario.actors[pair.importer].title
        caption = f"What {buyer} buys from it, by sector: {len(rows)} of {len(sold)}"
        blocks.append(Table(caption, ["Sector", "bn USD", "Covered by tariffs", "Average tariff today, %"], rows))
    return blocks


def _supplied(found: Findings, actor: str, holders: list[str]) -> list[Block]:
    """What it buys by sector from whoever holds controls over it; the mix is an estimate, and may be too new."""
    own = found.scenario.actors[actor].regions
    blocks: list[Block] = []
    for holder in holders[:1]:
        title = found.scenario.actors[holder].title
        for region in found.scenario.actors[holder].regions[:1]:
            bought = imports_by_sector(found.scenario, own, region)
            if bought:
                rows = [[_sector(one.sector), _billions(one.value)] for one in bought[:MOST]]
                caption = f"What it buys from {title}, by sector: {len(rows)} of {len(bought)}"
                blocks.append(Table(caption, ["Sector", "bn USD a year"], rows))
                text = "The split by sector is an estimate: totals of 2023 (BACI) divided by the mix of 2022 (OECD)."
                blocks.append(Paragraph(text, note=True))
            elif (table := load_dataset(BY_SECTOR).select(own, region)) and own and len(table):
                text = (
                    f"How its purchases from {title} split by sector was published on "
                    f"{long_date(int(table.known[0]))}, after this scenario's as_of, and is left out."
                )
                blocks.append(Paragraph(text, note=True))
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
