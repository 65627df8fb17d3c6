"""Tables of an economy, made up and put beside the tables of a result that was played without one."""

import json

import numpy as np

from sim.results import store

NAMES = {
    "USA": "United States",
    "CHN": "China (mainland)",
    "DEU": "Germany",
    "KOR": "Korea, Republic of",
    "ASN": "Rest of ASEAN",
    "ROW": "Rest of world",
}
SECTORS = {
    "AGR": "Agriculture, forestry, fishing",
    "ELE": "Computers, electronics, semiconductors, instruments",
    "MVH": "Motor vehicles and parts",
    "SRV": "Services, construction, utilities, government",
}
INCOME = {"USA": 29000.0, "CHN": 18000.0, "DEU": 4600.0, "KOR": 1800.0, "ASN": 3400.0, "ROW": 30000.0}
PERSONS = {"USA": 340e6, "CHN": 1410e6, "DEU": 84e6}
COLUMNS = (
    "real_income_percent",
    "real_income_bn",
    "revenue_bn",
    "revenue_change_bn",
    "rent_bn",
    "imports_bn",
    "exports_bn",
    "imports_change_percent",
    "exports_change_percent",
    "consumer_prices_percent",
    "statutory_percent",
    "applied_percent",
    "collected_percent",
    "pass_through",
    "rerouted_bn",
    "front_loaded_bn",
    "residual",
)


def write(folder, table, columns):
    """One Parquet table in the folder of a block."""
    connection = store.connect()
    connection.register("made", {name: np.ascontiguousarray(values) for name, values in columns.items()})
    connection.execute(f"COPY (SELECT * FROM made) TO '{folder / table}.parquet' (FORMAT parquet)")
    connection.unregister("made")


def place(result, economy, sectors=None, pairs=None, trade=None, regions=None, population=None):
    """Write tables over all blocks of a result; rows by run go to the block of their run, sums to the first."""
    names = NAMES if regions is None else {code: NAMES[code] for code in regions}
    empty = {"run": np.empty(0, dtype=np.int64)}
    tables = {"economy": economy, "economy_sectors": sectors or empty, "economy_pairs": pairs or empty}
    first = 0
    for k, folder in enumerate(store.blocks(result.folder)):
        count = int(folder.name.split("-")[-1])
        for table, columns in tables.items():
            own = (columns["run"] >= first) & (columns["run"] < first + count)
            write(folder, table, {name: values[own] for name, values in columns.items()})
        if trade is not None:
            none = slice(None) if k == 0 else slice(0)
            write(folder, "economy_trade", {name: values[none] for name, values in trade.items()})
        first += count
    about = result.manifest | {
        "economy": {
            "regions": list(names),
            "sectors": list(SECTORS),
            "region_names": names,
            "sector_names": SECTORS,
            "reference": "the policy of 15 October 2025 held",
            "income_bn_usd": {code: INCOME[code] for code in names},
            "population": PERSONS if population is None else population,
            "elasticity_set": "a set made up for tests",
        }
    }
    (result.folder / "manifest.json").write_text(json.dumps(about), encoding="utf-8")
    result.__dict__.pop("manifest", None)
    return result


def rows(runs, days, regions, **columns):
    """The table `economy`: `columns` are arrays that fit [run, day, region]; what is not given is 0, converged."""
    shape = (len(runs), len(days), regions)
    found = {
        "run": np.broadcast_to(np.asarray(runs, dtype=np.int64)[:, None, None], shape).ravel(),
        "day": np.broadcast_to(np.asarray(days, dtype=np.int32)[None, :, None], shape).ravel(),
        "region": np.broadcast_to(np.arange(regions, dtype=np.int16), shape).ravel(),
        "converged": np.broadcast_to(np.asarray(columns.pop("converged", 1), dtype=np.int8), shape).ravel(),
    }
    given = {name: columns.pop(name, 0.0) for name in COLUMNS}
    assert not columns, columns
    return found | {name: np.broadcast_to(np.asarray(v, dtype=float), shape).ravel() for name, v in given.items()}


def made_up(result, scale=1.0, seed=1, population=None, failing=()):
    """A whole economy, of which no number means anything but all have about the size that they might have.

    With scale 0 nothing changes. The runs `failing` have an equilibrium that has not converged.
    """
    chance = np.random.default_rng(seed)
    runs, n, j = result.runs, len(NAMES), len(SECTORS)
    days = np.array([result.plan.as_of, result.plan.as_of + 20, result.plan.as_of + 90, result.plan.horizon])
    income = np.array(list(INCOME.values()))
    lean = np.array([-0.3, -0.5, 0.08, 0.02, 0.15, 0.0])
    effect = scale * (lean + chance.normal(0, 0.1, (runs, 4, n)) * (lean != 0)) * np.array([0, 0.5, 1, 1])[:, None]
    stirred = effect != 0
    taxed = scale * np.abs(chance.normal(1, 0.4, (runs, 4, n))) * stirred
    converged = np.ones((runs, 4, n))
    converged[list(failing), 2] = 0
    economy = rows(
        range(runs),
        days,
        n,
        real_income_percent=effect,
        real_income_bn=effect / 100 * income,
        revenue_bn=50 + 20 * taxed,
        revenue_change_bn=20 * taxed,
        rent_bn=taxed,
        imports_bn=1000 - 10 * taxed,
        exports_bn=900 - 10 * taxed,
        imports_change_percent=-taxed,
        exports_change_percent=-taxed,
        consumer_prices_percent=0.4 * taxed,
        statutory_percent=10 + 4 * taxed,
        applied_percent=10 + 3 * taxed,
        collected_percent=8 + 2 * taxed,
        pass_through=np.where(stirred, 0.97 + chance.normal(0, 0.02, stirred.shape), np.nan),
        converged=converged,
        residual=1e-11,
    )
    cells = np.indices((runs, n, j)).reshape(3, -1)
    output = scale * chance.normal(0, 1, (runs, n, j)) + scale * chance.normal(0, 4, (n, j))
    by_sector = {
        "run": cells[0].astype(np.int64),
        "region": cells[1].astype(np.int16),
        "sector": cells[2].astype(np.int16),
        "output_percent": output.ravel(),
        "price_percent": (-0.2 * output).ravel(),
    }
    cells = np.indices((runs, n, n)).reshape(3, -1)
    before = np.broadcast_to(10 * chance.lognormal(1, 1, (n, n)), (runs, n, n))
    after = before * np.exp(scale * (chance.normal(0, 0.3, (n, n)) + chance.normal(0, 0.1, (runs, n, n))))
    by_pair = {
        "run": cells[0].astype(np.int64),
        "importer": cells[1].astype(np.int16),
        "exporter": cells[2].astype(np.int16),
        "imports_bn": after.ravel(),
        "reference_bn": before.ravel(),
    }
    return place(result, economy, by_sector, by_pair, _sums(result, scale, chance, failing), population=population)


def _sums(result, scale, chance, failing):
    """The table `economy_trade`."""
    n, j, outcomes = len(NAMES), len(SECTORS), len(result.outcome_names)
    ended = np.delete(result.outcome, list(failing))
    counts = np.bincount(ended, minlength=outcomes)[:, None, None, None]
    before = np.broadcast_to(3 * chance.lognormal(1, 1, (n, n, j)), (outcomes, n, n, j))
    after = before * np.exp(scale * chance.normal(0, 0.4, before.shape))
    cells = np.indices(before.shape).reshape(4, -1)
    names = ("outcome", "importer", "exporter", "sector")
    return {name: cell.astype(np.int16) for name, cell in zip(names, cells, strict=True)} | {
        "runs": np.broadcast_to(counts, before.shape).ravel().astype(np.int64),
        "total_bn": (counts * after).ravel(),
        "total_squared_bn2": (counts * after**2).ravel(),
        "reference_total_bn": (counts * before).ravel(),
    }
