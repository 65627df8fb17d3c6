"""The supply of materials, and what controls and supports do to it: whether what a file says of them fits together."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from sim.scenario import supply_defaults
from sim.scenario.document import Path
from sim.scenario.economy import SHIPPED_DATA, Restriction
from sim.scenario.findings import Finding, each, known
from sim.scenario.model import Instrument, Scenario
from sim.scenario.supply import STAGES, Material, Project, Region, Supply, Support
from sim.scenario.units import Dimension

SELLER = "CHN"
"""region code of the seller, which no buyer holds"""
LONGEST = 60
"""years to which capacity is followed, from as_of"""
_ROUNDING = 1e-9
_ABSENT = "for no supply is simulated; add `supply: {}`"


class _Amount(NamedTuple):
    """What the amount of a measure is."""

    dimension: Dimension
    units: tuple[str, ...]
    written: str


_AMOUNTS = {
    "price_floor": _Amount(Dimension.number, ("", "USD/kg"), "a price above 0, such as 110 USD/kg"),
    "offtake": _Amount(Dimension.share, ("share",), "the part of the need outside China under contract, such as 30 %"),
    "capacity_subsidy": _Amount(Dimension.share, ("share",), "the part of capital cost paid, such as 25 %"),
}


def check(scenario: Scenario) -> Iterator[Finding]:
    """What is wrong with the section, and with what instruments say of materials."""
    supply = scenario.supply
    for name, part in scenario.instruments.items():
        path: Path = ("instruments", name)
        for place, restriction in enumerate(part.restricts):
            yield from _uses(supply, (*path, "restricts", place), restriction)
        yield from _denies((*path, "denies"), part, supply)
        yield from _supports(scenario, path, part)
    if supply is not None:
        yield from _horizon(scenario, supply)
        yield from _regions(scenario, supply)
        yield from _sectors(scenario, supply)
        for name, material in supply.materials.items():
            yield from _material(supply, ("supply", "materials", name), material)
        for name, project in supply.projects.items():
            yield from _project(supply, ("supply", "projects", name), project)
        yield from _names(("supply", "licensing", "staff_cap"), supply.licensing.staff_cap, supply.materials, _MATERIAL)


_MATERIAL, _SECTOR, _REGION = "a material of supply", "a sector of supply", "a region of supply"


def _names(path: Path, held: Mapping[str, Any], allowed: Collection[str], what: str) -> Iterator[Finding]:
    for name in held:
        yield from known((*path, name), name, allowed, what)


# ── Instruments ──────────────────────────────────────────────────────────────────────────────────────


def _uses(supply: Supply | None, path: Path, restriction: Restriction) -> Iterator[Finding]:
    if restriction.uses and restriction.material is None:
        message = "'uses' says which users of a material are bound; give material, or leave it out"
        yield Finding((*path, "uses"), message)
    if supply is None:
        if restriction.uses:
            yield Finding((*path, "uses"), f"binds no user, {_ABSENT}", None, True)
        return
    if restriction.material is not None:
        yield from known((*path, "material"), restriction.material, _materials(supply), _MATERIAL)
    yield from each((*path, "uses"), restriction.uses, supply.sectors, _SECTOR)


def _materials(supply: Supply) -> Collection[str]:
    """Names that an instrument may give: a shipped one that is not there yet would be laid."""
    out = {name for name in supply_defaults.materials() if name not in supply.materials}
    return [*supply.materials, *sorted(out)]


def _denies(path: Path, part: Instrument, supply: Supply | None) -> Iterator[Finding]:
    if not part.denies:
        return
    if part.kind != "export_control":
        yield Finding(path, f"'denies' belongs to an export_control; this instrument is of kind {part.kind!r}")
        return
    for place, word in enumerate(part.denies):
        if word in part.denies[:place]:
            yield Finding((*path, place), f"{word!r} stands here a second time")
    if supply is None:
        yield Finding(path, f"denies nothing, {_ABSENT}", None, True)


def _supports(scenario: Scenario, path: Path, part: Instrument) -> Iterator[Finding]:
    at = (*path, "supports")
    if not part.supports:
        return
    if part.kind != "support":
        yield Finding(at, f"'supports' belongs to a support; this instrument is of kind {part.kind!r}")
        return
    holders = scenario.coalitions[part.by].members if part.by in scenario.coalitions else [part.by]
    if all(name in scenario.actors and not scenario.actors[name].regions for name in holders):
        yield Finding(at, f"{part.by!r} has no regions, so no need of materials; give actors.{holders[0]}.regions")
    if scenario.supply is None:
        yield Finding(at, f"supports nothing, {_ABSENT}", None, True)
    for place, support in enumerate(part.supports):
        yield from _support(scenario.supply, (*at, place), support)


def _support(supply: Supply | None, path: Path, support: Support) -> Iterator[Finding]:
    if supply is not None and support.material is not None:
        yield from known((*path, "material"), support.material, _materials(supply), _MATERIAL)
    wanted, amount = _AMOUNTS.get(support.measure), support.amount
    if wanted is None:
        if amount is not None:
            yield Finding((*path, "amount"), f"a {support.measure} has no amount; leave it out")
    elif amount is None:
        yield Finding(path, f"a {support.measure} has an amount: give {wanted.written}")
    elif (
        amount.dimension is not wanted.dimension
        or amount.unit not in wanted.units
        or (wanted.dimension is Dimension.number and amount.distribution.reach()[0] <= 0)
    ):
        yield Finding((*path, "amount"), f"found {amount.describe()}; give {wanted.written}")


# ── The section ──────────────────────────────────────────────────────────────────────────────────────


def _horizon(scenario: Scenario, supply: Supply) -> Iterator[Finding]:
    last = supply.horizon
    if last is not None and last < scenario.horizon:
        message = f"found {last}; capacity is followed at least to the scenario's horizon ({scenario.horizon})"
        yield Finding(("supply", "horizon"), message)
    elif last is not None and last.year - scenario.as_of.year > LONGEST:
        message = f"found {last}; from as_of ({scenario.as_of}) it is at most {LONGEST} years"
        yield Finding(("supply", "horizon"), message)
    if supply.building.projects_until < scenario.as_of:
        message = f"found {supply.building.projects_until}, before as_of ({scenario.as_of})"
        yield Finding(("supply", "building", "projects_until"), message)


def _regions(scenario: Scenario, supply: Supply) -> Iterator[Finding]:
    shipped = scenario.economy is None or scenario.economy.data in SHIPPED_DATA
    held: dict[str, str] = {}
    own_last = sorted(supply.regions.items(), key=lambda one: one[1].regions != _shipped_codes(one[0]))
    for name, region in own_last:  # what clashes is told where the file brings it
        path: Path = ("supply", "regions", name)
        for place, code in enumerate(region.regions):
            at = (*path, "regions", place)
            if code == SELLER:
                yield Finding(at, f"{code} is the seller of the materials; a region of supply buys them")
            elif code in held:
                yield Finding(at, f"region {code!r} is in {held[code]!r} already; a region is in one")
            elif shipped:
                yield from known(at, code, _codes("region"), "a region of the economy's data")
            held.setdefault(code, name)
        yield from _names((*path, "cover"), region.cover, supply.sectors, _SECTOR)
        yield from _covers(supply, path, name, region)


def _shipped_codes(name: str) -> Any:
    return supply_defaults.at(("supply", "regions", name, "regions"))


def _covers(supply: Supply, path: Path, name: str, region: Region) -> Iterator[Finding]:
    """Every sector with a need in the region has a cover there."""
    needing = {sector for one in supply.materials.values() for sector in one.need.get(name, {})}
    for sector in supply.sectors:
        if sector in needing and sector not in region.cover:
            message = f"{sector!r} needs materials here but no cover is given; give {'.'.join(map(str, path))}"
            yield Finding((*path, "cover"), f"{message}.cover.{sector}")


def _sectors(scenario: Scenario, supply: Supply) -> Iterator[Finding]:
    shipped = scenario.economy is None or scenario.economy.data in SHIPPED_DATA
    parts: dict[str, float] = {}
    for name, sector in supply.sectors.items():
        path: Path = ("supply", "sectors", name)
        if shipped:
            yield from known((*path, "sector"), sector.sector, _codes("sector"), "a sector of the economy's data")
        parts[sector.sector] = parts.get(sector.sector, 0.0) + sector.part.distribution.reach()[1]
        if parts[sector.sector] > 1 + _ROUNDING:
            total = f"{parts[sector.sector] * 100:.4g} % of {sector.sector}"
            message = (
                f"found {sector.part.describe()}, which with those above may be {total}; parts are at most all of it"
            )
            yield Finding((*path, "part"), message)


def _material(supply: Supply, path: Path, material: Material) -> Iterator[Finding]:
    for key in ("chinese_share", "need", "stockpile"):
        yield from _names((*path, key), getattr(material, key), supply.regions, _REGION)
    yield from _names((*path, "dependence"), material.dependence, supply.sectors, _SECTOR)
    yield from _names((*path, "stages"), material.stages, STAGES, "a stage")
    if not any(material.need.values()):
        yield Finding((*path, "need"), "found no need; a material is needed by a sector of a region")
    for region, needs in material.need.items():
        yield from _names((*path, "need", region), needs, supply.sectors, _SECTOR)
        if region in supply.regions and needs and region not in material.chinese_share:
            message = f"{region!r} needs it, but what China supplies of that is not given; give"
            yield Finding((*path, "chinese_share"), f"{message} {'.'.join(map(str, path))}.chinese_share.{region}")


def _project(supply: Supply, path: Path, project: Project) -> Iterator[Finding]:
    yield from each((*path, "material"), project.material, _materials(supply), _MATERIAL)
    yield from known((*path, "region"), project.region, supply.regions, _REGION)
    for name in project.material:
        material = supply.materials.get(name)
        if material is not None and project.stage not in material.stages:
            message = f"{name!r} has no stage {project.stage!r}; it has {', '.join(material.stages) or 'none'}"
            yield Finding((*path, "stage"), message)


@cache
def _codes(kind: str) -> frozenset[str]:
    """Codes of the shipped economy's regions or sectors."""
    folder = FilePath(__file__).parents[1] / "economy" / SHIPPED_DATA[0]
    with (folder / f"{kind}s.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row[kind] for row in csv.DictReader(file))
