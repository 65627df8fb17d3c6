"""The names an expression may use, with their units: one flat namespace with attribute tables.

The tables below are the reference: `parley names` prints them, `docs/scenario.md` shows them, and the
engine's view answers exactly them.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.scenario.expressions import Kind, Symbol
from sim.scenario.model import Scenario
from sim.scenario.policies import Doctrine
from sim.scenario.scalars import Scalar
from sim.scenario.units import Dimension

INSTRUMENT = {
    "threatened": (Kind.truth, "a threat stands: announced, not enacted, its date not past"),
    "enacted": (Kind.truth, "the legal act stands (in force, waiting for its date, or suspended)"),
    "in_force": (Kind.truth, "in force today"),
    "suspended": (Kind.truth, "enacted and due, but held today by a delay or a live agreement"),
    "delayed": (Kind.truth, "has been put off or suspended by a delay"),
    "narrowed": (Kind.truth, "bites on a smaller share of its scope than at the start"),
    "withdrawn": (Kind.truth, "has been taken back"),
    "ended": (Kind.truth, "over: withdrawn, expired, or its legal basis has fallen"),
    "lapsed": (Kind.truth, "was a threat that passed its date without being enacted"),
    "available": (Kind.truth, "could be enacted today: not enacted, legal basis valid"),
    "rate": (Kind.points, "rate in force today, 0 when not in force"),
    "share": (Kind.share, "share of its scope that it bites on"),
    "approval": (Kind.share, "share of licence applications approved"),
    "effective": (Kind.date, "date on which it enters, or would enter, into force"),
    "enacted_on": (Kind.date, "day of the legal act"),
    "threatened_on": (Kind.date, "day of the latest threat"),
    "held_until": (Kind.date, "last day of the latest delay"),
    "cut_on": (Kind.date, "day of the latest cut of its rate"),
    "raised_on": (Kind.date, "day of the latest rise of its rate"),
}
"""Attributes of an instrument. Of a package: `in_force`, `threatened`, `suspended` and `narrowed` hold when they
hold for one of its instruments, the other truths when they hold for all of them; it has no other attributes."""

PACKAGE = [name for name, (kind, _) in INSTRUMENT.items() if kind is Kind.truth]
PACKAGE_ANY = ("in_force", "threatened", "suspended", "narrowed")

AGREEMENT = {
    "live": (Kind.truth, "binding today"),
    "extended": (Kind.truth, "has been extended"),
    "lapsed": (Kind.truth, "has passed its last day at some time, even if renewed later"),
    "ended": (Kind.truth, "has been left by a party"),
    "expires": (Kind.date, "last day on which it is live"),
    "since": (Kind.date, "first day of its present life"),
}
DEAL = {
    "offered": (Kind.truth, "an offer stands"),
    "concluded": (Kind.truth, "has been concluded"),
    "concluded_on": (Kind.date, "day of the latest conclusion"),
}
MILESTONE = {
    "held": (Kind.truth, "has taken place"),
    "failed": (Kind.truth, "its date has passed and it did not take place"),
    "cancelled": (Kind.truth, "has been called off"),
    "passed": (Kind.truth, "its date has come"),
    "date": (Kind.date, "the date set for it"),
}
LEGAL_BASIS = {
    "valid": (Kind.truth, "instruments may rest on it today"),
    "decided": (Kind.truth, "the court has decided"),
    "struck": (Kind.truth, "the court has struck it down"),
    "decided_on": (Kind.date, "day of the decision, missing before it"),
}
DECIDER = {"last_move": (Kind.date, "day of its latest move")}
COALITION = {
    "joined": (Kind.share, "share of its members that take part"),
    "joined_count": (Kind.number, "number of members that take part"),
    **DECIDER,
}
CLOCK = {
    "today": "the day on which the expression is read; in outcomes, the horizon",
    "as_of": "the scenario's as_of",
    "horizon": "the scenario's last day",
}
ECONOMY = {
    "real_income": ("%", "real income against the policy of as_of held"),
    "consumer_prices": ("%", "consumer prices against the policy of as_of held"),
    "tariff_revenue": ("bn USD a year", "tariffs collected"),
    "exports": ("bn USD a year", "sales to other regions, before tariffs"),
    "imports": ("bn USD a year", "what one buys from another, before tariffs"),
}
"""Measures of the economy with their units: `imports` of each pair of actors that have regions, the others of each."""
SUPPLY = {
    "cover": (Kind.number, "weeks", "stocks, of the need of a week, over all that use a material"),
    "weeks_to_stock_out": (
        Kind.number,
        "weeks",
        "until users of half of the need are out of stock, as stocks fall now; 520: never",
    ),
    "stopped": (Kind.share, "", "users without stock, of all"),
    "supply_output": (Kind.number, "%", "output of the users of materials, of that at rest"),
    "output_lost": (Kind.number, "weeks", "output lost since as_of, of a week at rest"),
    "price_ratio": (Kind.number, "times", "quoted price outside China, of that at rest"),
    "exports_index": (Kind.share, "", "shipments from China, of those at rest; may be above 1"),
    "licence_backlog": (Kind.number, "weeks", "applications that wait, of the shipments of a week at rest"),
    "non_chinese": (Kind.share, "", "what comes from elsewhere, of the need outside China"),
    "years_to_quarter": (
        Kind.number,
        "years",
        "until every stage outside China can meet 25 % of the need, from today, as things go",
    ),
    "years_to_half": (Kind.number, "years", "the same for 50 %"),
    "years_to_three_quarters": (Kind.number, "years", "the same for 75 %"),
    "revenue_lost": (Kind.number, "m USD a week", "revenue that China forgoes"),
}
"""Measures of the supply layer with their kinds and units: of actors, some by sector too, and of materials."""
SUPPLY_OF_ACTORS = ("cover", "weeks_to_stock_out", "stopped", "supply_output", "output_lost")
SUPPLY_OF_SECTORS = ("stopped", "supply_output", "output_lost")
SUPPLY_OF_MATERIALS = tuple(name for name in SUPPLY if name not in SUPPLY_OF_ACTORS)
TABLES = {
    "instruments": INSTRUMENT,
    "agreements": AGREEMENT,
    "deals": DEAL,
    "milestones": MILESTONE,
    "legal_bases": LEGAL_BASIS,
    "coalitions": COALITION,
    "actors": DECIDER,
}

_UNITS = {
    Kind.points: "pp",
    Kind.share: "share 0–1",
    Kind.date: "date",
    Kind.days: "days",
    Kind.truth: "true or false",
}
_KINDS = {
    Dimension.share: Kind.share,
    Dimension.points: Kind.points,
    Dimension.days: Kind.days,
    Dimension.date: Kind.date,
    Dimension.choice: Kind.choice,
}


def _symbol(name: str, kind: Kind, doc: str, unit: str = "") -> Symbol:
    return Symbol(name, kind, unit or _UNITS.get(kind, ""), doc)


class Named(NamedTuple):
    """An assumption that expressions may use."""

    path: str
    """its place in the file, which is its name everywhere else"""
    scalar: Scalar
    doc: str


def named_assumptions(scenario: Scenario) -> dict[str, Named]:
    """Expression name → assumption: parameters, and what actors and coalitions hold and believe."""
    found = {name: Named(f"parameters.{name}", scalar, "parameter") for name, scalar in scenario.parameters.items()}
    for name, decider in scenario.deciders():
        section = "actors" if name in scenario.actors else "coalitions"
        for key, scalar in decider.parameters.items():
            found[f"{name}.{key}"] = Named(f"{section}.{name}.parameters.{key}", scalar, "parameter of the actor")
        if isinstance(decider.policy, Doctrine):
            preset = decider.policy.preset.settings
            for key, value in preset:
                if isinstance(value, Scalar):
                    path = f"{section}.{name}.policy.preset.{preset.preset}.{key}"
                    found[f"{name}.preset.{key}"] = Named(path, value, f"setting of the {preset.preset} preset")
    for name, actor in scenario.actors.items():
        path = f"actors.{name}"
        if actor.audience_cost is not None:
            doc = "political cost of backing down in public"
            found[f"{name}.audience_cost"] = Named(f"{path}.audience_cost", actor.audience_cost, doc)
        for key, belief in actor.beliefs.items():
            found[f"{name}.beliefs.{key}"] = Named(f"{path}.beliefs.{key}", belief, "held true with this probability")
    return found


def symbols(scenario: Scenario) -> dict[str, Symbol]:
    """Every name of the scenario's expressions, in the order of the file's sections."""
    found: list[Symbol] = [_symbol(name, Kind.date, doc) for name, doc in CLOCK.items()]
    for name, (_, scalar, doc) in named_assumptions(scenario).items():
        kind = _KINDS.get(scalar.dimension, Kind.number)
        found.append(Symbol(name, kind, scalar.unit, doc, scalar.distribution.labels))
    for section, table in TABLES.items():
        for name, part in getattr(scenario, section).items():
            found += [_symbol(f"{name}.{attribute}", kind, doc) for attribute, (kind, doc) in table.items()]
            if section == "instruments":
                found += [_symbol(f"{name}.on.{actor}", Kind.truth, f"in force on {actor}") for actor in part.on]
            if section == "coalitions":
                found += [_symbol(f"{name}.{actor}", Kind.truth, f"{actor} takes part in it") for actor in part.members]
    for name in scenario.packages:
        found += [_symbol(f"{name}.{attribute}", *INSTRUMENT[attribute]) for attribute in PACKAGE]
    for name, good in scenario.goods.items():
        found.append(_symbol(f"stack.{name}", Kind.points, f"legal stack over MFN: {good.title}"))
    for importer, exporter in tariff_pairs(scenario):
        doc = "fixed-weight average tariff, MFN included"
        found.append(_symbol(f"average.{importer}.{exporter}", Kind.points, doc))
    for name, (measure, actor, partner) in economy_measures(scenario).items():
        unit, doc = ECONOMY[measure]
        whose = f"{actor}: {doc}" if partner is None else f"{actor} from {partner}: {doc}"
        found.append(_symbol(name, Kind.number, whose, unit))
    for name, (measure, owner, sector) in supply_measures(scenario).items():
        kind, unit, doc = SUPPLY[measure]
        found.append(_symbol(name, kind, f"{owner if sector is None else f'{owner}, {sector}'}: {doc}", unit))
    return {symbol.name: symbol for symbol in found}


def economy_measures(scenario: Scenario) -> dict[str, tuple[str, str, str | None]]:
    """Expression name → (measure of `ECONOMY`, actor, actor that it buys from); none where no economy is solved."""
    traders = [name for name, actor in scenario.actors.items() if actor.regions and scenario.economy is not None]
    found: dict[str, tuple[str, str, str | None]] = {}
    for measure in ECONOMY:
        if measure == "imports":
            pairs = ((importer, exporter) for importer in traders for exporter in traders if importer != exporter)
            found |= {f"{measure}.{one}.{other}": (measure, one, other) for one, other in pairs}
        else:
            found |= {f"{measure}.{name}": (measure, name, None) for name in traders}
    return found


def supply_measures(scenario: Scenario) -> dict[str, tuple[str, str, str | None]]:
    """Expression name → (measure of `SUPPLY`, actor or material, sector); none where no supply is simulated."""
    if scenario.supply is None:
        return {}
    buyers = [name for name in scenario.actors if supply_regions(scenario, name)]
    found: dict[str, tuple[str, str, str | None]] = {}
    for measure in SUPPLY_OF_ACTORS:
        for name in buyers:
            found[f"{measure}.{name}"] = (measure, name, None)
            for sector in scenario.supply.sectors if measure in SUPPLY_OF_SECTORS else ():
                found[f"{measure}.{name}.{sector}"] = (measure, name, sector)
    for measure in SUPPLY_OF_MATERIALS:
        found |= {f"{measure}.{name}": (measure, name, None) for name in scenario.supply.materials}
    return found


def supply_regions(scenario: Scenario, actor: str) -> list[str]:
    """The regions of supply in which regions of an actor lie, in the order of the file."""
    regions = {} if scenario.supply is None else scenario.supply.regions
    held = set(scenario.actors[actor].regions)
    return [name for name, region in regions.items() if not held.isdisjoint(region.regions)]


def tariff_pairs(scenario: Scenario) -> list[tuple[str, str]]:
    """The pairs (importing actor, exporting actor) that a tariff instrument of the file touches."""
    pairs = set()
    for instrument in scenario.instruments.values():
        if instrument.kind != "tariff":
            continue
        importers = (
            scenario.coalitions[instrument.by].members if instrument.by in scenario.coalitions else [instrument.by]
        )
        exporters = instrument.on or [name for name in scenario.actors if name not in importers]
        pairs |= {(importer, exporter) for importer in importers for exporter in exporters if importer != exporter}
    return sorted(pairs)
