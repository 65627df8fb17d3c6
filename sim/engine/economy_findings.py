"""What does not fit between a scenario and the data of its economy: codes that the data do not have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sim.economy import dataset
from sim.economy.dataset import DataError, DataSet
from sim.economy.files import ELASTICITIES
from sim.engine.levers import ALL_GOODS, BASE_DAY, data_folder
from sim.engine.tariffs import tranche_table
from sim.scenario import defaults
from sim.scenario.economy import SHIPPED_DATA, Economy
from sim.scenario.findings import Finding, known
from sim.scenario.problems import closest
from sim.scenario.provenance import Documented

DATA = ("economy", "data")
MOST_TOLD = 30
"""mistakes of a data set that are told one by one"""


def findings(scenario: Documented) -> list[Finding]:
    """What is wrong with the data of the economy, and codes of the scenario that they do not have."""
    settings = scenario.economy
    if settings is None:
        return []
    folder = data_folder(scenario)
    try:
        data = dataset.read(dataset.SHIPPED if folder is None else folder, BASE_DAY)
    except DataError as error:
        return list(_unreadable(settings.data, error))
    except OSError as error:
        return [Finding(DATA, f"{folder} cannot be read: {error.strerror or error}")]
    return [
        *_sets(scenario, settings, data),
        *_sectors(scenario, settings, data),
        *_regions(scenario, settings, data),
        *_not_felt(scenario, data),
        *_of_supply(scenario, settings, data),
    ]


def _unreadable(name: str, error: DataError) -> Iterator[Finding]:
    told = error.problems[:MOST_TOLD]
    near = None if Path(error.folder).is_dir() else closest(name, SHIPPED_DATA)
    for problem in told:
        place = "" if problem.startswith(error.folder) else f"{error.folder}: "
        yield Finding(DATA, f"{place}{problem}", near)
    if rest := len(error.problems) - len(told):
        yield Finding(DATA, f"{error.folder}: and {rest} more")


def _sets(scenario: Documented, settings: Economy, data: DataSet) -> Iterator[Finding]:
    path = ("economy", "elasticities")
    sets = ", ".join(data.elasticities)
    by_default = scenario.tree.place(path).value.file == defaults.shipped().file
    for name in settings.elasticities.distribution.labels:
        if name in data.elasticities:
            continue
        if not data.elasticities:
            message = f"has no set of trade elasticities; add {ELASTICITIES}"
            yield Finding(DATA, f"{settings.data} {message}")
        elif by_default:
            message = (
                f"has no set {name!r} of trade elasticities, the default; give one in economy.elasticities: {sets}"
            )
            yield Finding(DATA, f"{settings.data} {message}")
        else:
            message = f"found {name!r}; sets of trade elasticities of {settings.data}: {sets}"
            yield Finding(path, message, closest(name, list(data.elasticities)))


def _sectors(scenario: Documented, settings: Economy, data: DataSet) -> Iterator[Finding]:
    what = f"sectors of {settings.data}"
    for code in settings.sector_elasticities:
        yield from known(("economy", "sector_elasticities", code), code, data.sectors, what)
    for place, capacity in enumerate(settings.capacity):
        yield from known(("economy", "capacity", place, "sector"), capacity.sector, data.sectors, what)
    for name, part in scenario.instruments.items():
        for place, item in enumerate(part.restricts):
            if item.material is None:
                yield from known(("instruments", name, "restricts", place, "sector"), item.sector, data.sectors, what)


def _regions(scenario: Documented, settings: Economy, data: DataSet) -> Iterator[Finding]:
    """Regions of capacities, and actors of whom the data have no region at all."""
    for place, capacity in enumerate(settings.capacity):
        path = ("economy", "capacity", place)
        if capacity.region is not None:
            yield from known((*path, "region"), capacity.region, data.regions, f"regions of {settings.data}")
        elif capacity.actor is not None and not set(scenario.actors[capacity.actor].regions) & set(data.regions):
            message = f"found {capacity.actor!r}, none of whose regions {settings.data} has"
            yield Finding((*path, "actor"), message)
    for name, actor in scenario.actors.items():
        for place, code in enumerate(actor.regions):
            if code not in data.regions:
                message = f"found {code!r}, which {settings.data} does not have: nothing is felt there"
                yield Finding(
                    ("actors", name, "regions", place), message, closest(code, list(data.regions)), warning=True
                )


def _of_supply(scenario: Documented, settings: Economy, data: DataSet) -> Iterator[Finding]:
    """Regions and sectors of the supply of materials that data of one's own do not have."""
    supply = scenario.supply
    if supply is None or settings.data in SHIPPED_DATA:
        return
    for name, region in supply.regions.items():
        for place, code in enumerate(region.regions):
            path = ("supply", "regions", name, "regions", place)
            yield from known(path, code, data.regions, f"regions of {settings.data}")
    for name, sector in supply.sectors.items():
        yield from known(
            ("supply", "sectors", name, "sector"), sector.sector, data.sectors, f"sectors of {settings.data}"
        )


def _not_felt(scenario: Documented, data: DataSet) -> Iterator[Finding]:
    """Sectors of the trade data that the economy does not have: tariffs on their goods are not felt."""
    held = {*data.sectors, ALL_GOODS}
    own = {tranche.sector for tranche in scenario.trade.tranches.values()}
    for name, tranche in scenario.trade.tranches.items():
        if tranche.sector not in held:
            message = f"found {tranche.sector!r}, no sector of the economy's data: tariffs on it are not felt"
            near = closest(tranche.sector, list(data.sectors))
            yield Finding(("trade", "tranches", name, "sector"), message, near, warning=True)
    lacking = sorted(set(tranche_table(scenario).sector.tolist()) - held - own)
    if lacking:
        message = (
            f"have sectors that the economy's data do not have, on which tariffs are not felt: {', '.join(lacking)}"
        )
        yield Finding(("trade", "data"), message, warning=True)
