"""The results of one block of runs, as plain columns, and the hash of each run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.days import MISSING
from sim.engine import economy_tables, supply_tables
from sim.engine.plan import Plan
from sim.engine.rates import Rates
from sim.engine.simulation import Simulation
from sim.scenario.model import OTHER
from sim.world.log import Entries

HASH_BYTES = 16


@dataclass(frozen=True)
class Block:
    """Tables of a finished block. Columns share the row order: by run, then in the order of happening."""

    runs: dict[str, NDArray[Any]]
    """run, outcome, indicators, dates of what happened, assumptions, hash; one row a run"""
    events: dict[str, NDArray[Any]]
    """the log: run, day, what, who, subject, rule, value"""
    rates: dict[str, NDArray[Any]]
    """tariff series wherever they change: run, day, series, value in percentage points"""
    economy: dict[str, dict[str, NDArray[Any]]]
    """tables of the economy by name; none where no economy is solved"""
    supply: dict[str, dict[str, NDArray[Any]]]
    """tables of the supply of materials by name; none where it is not followed"""

    def tables(self) -> dict[str, dict[str, NDArray[Any]]]:
        """Every table by its name."""
        return {"runs": self.runs, "events": self.events, "rates": self.rates, **self.economy, **self.supply}


def finish(simulation: Simulation) -> Block:
    """The tables of a simulation that has reached its horizon."""
    entries, rates = simulation.log.entries(), simulation.rates()
    run, outcome = simulation.world.run, outcomes(simulation)
    runs: dict[str, NDArray[Any]] = {"run": run, "outcome": outcome}
    runs |= {f"indicator.{name}": np.asarray(value) for name, value in _indicators(simulation)}
    runs |= {f"assumption.{path}": values for path, values in simulation.stated().items()}
    runs |= _dates(simulation)
    economy = {} if simulation.economy is None else economy_tables.tables(simulation.economy, run, outcome)
    supply = {} if simulation.supply is None else supply_tables.tables(simulation.supply, run)
    hashed = run_hashes(simulation, outcome, entries, rates, economy | supply)
    hashes = np.frombuffer(b"".join(hashed), dtype="<u8").reshape(-1, 2)
    runs |= {"hash_1": hashes[:, 0].copy(), "hash_2": hashes[:, 1].copy()}
    return Block(runs, _with_runs(run, entries), _with_runs(run, rates), economy, supply)


def outcomes(simulation: Simulation) -> NDArray[np.int16]:
    """[run] place of the first outcome, in file order, that holds; the number of outcomes stands for `other`."""
    found = np.full(len(simulation.world), len(simulation.plan.outcomes), dtype=np.int16)
    for place, condition in reversed(list(enumerate(simulation.plan.outcomes.values()))):
        found[condition.evaluate(simulation.view)] = place
    return found


def outcome_names(plan: Plan) -> list[str]:
    """Names of the outcomes, `other` last."""
    return [*plan.outcomes, OTHER]


def _indicators(simulation: Simulation) -> Iterator[tuple[str, NDArray[Any]]]:
    for name, value in simulation.plan.indicators.items():
        yield name, value.evaluate(simulation.view)


def _dates(simulation: Simulation) -> dict[str, NDArray[Any]]:
    """Dates of the run's milestones, agreements and instruments, under the names that expressions use."""
    world, plan = simulation.world, simulation.plan
    found: dict[str, NDArray[Any]] = {}
    for section, arrays in _DATES.items():
        for name, column in plan.columns[section].items():
            found |= {f"{name}.{key}": getattr(world, array)[:, column] for key, array in arrays.items()}
    for name in plan.columns["milestones"]:
        found[f"{name}.held"] = np.asarray(simulation.view.get(f"{name}.held"))
    return found


_DATES = {
    "instruments": {"enacted_on": "enacted_on"},
    "agreements": {"expires": "expires", "lapsed_on": "agreement_lapsed_on", "extended_on": "extended_on"},
    "deals": {"concluded_on": "concluded_on"},
    "milestones": {"date": "date"},
    "legal_bases": {"decided_on": "decision"},
}


def run_hashes(
    simulation: Simulation,
    outcome: NDArray[np.int16],
    entries: Entries,
    rates: Rates,
    lived: dict[str, dict[str, NDArray[Any]]],
) -> Iterator[bytes]:
    """One hash a run, over the name of its outcome, its state, assumptions, log, tariff, economic and supply path.

    All are in canonical form; of the tables `lived` those named `economy` and `supply` count, where they are.
    """
    world, names = simulation.world, [name.encode() for name in outcome_names(simulation.plan)]
    arrays = [array for name, array in world.arrays().items() if name not in ("run", "due", "cursor")]
    arrays += [values[:, None] for _, values in sorted(simulation.assumptions.items())]
    state = np.concatenate([_as_bytes(array) for array in arrays], axis=1)
    told = _rows_as_bytes(len(world), entries.row, entries[1:])
    paths = _rows_as_bytes(len(world), rates.row, rates[1:])
    lives: list[Iterator[memoryview]] = [repeat(memoryview(b""), len(world)) for _ in range(2)]
    if simulation.economy is not None:
        row_of = economy_tables.rows(simulation.economy)
        lives[0] = _rows_as_bytes(len(world), row_of, list(lived["economy"].values())[1:])
    if simulation.supply is not None:
        row_of = np.repeat(np.arange(len(world)), len(lived["supply"]["run"]) // len(world))
        lives[1] = _rows_as_bytes(len(world), row_of, list(lived["supply"].values())[1:])
    for place, *parts in zip(outcome.tolist(), state, told, paths, *lives, strict=True):
        whole = b"".join((names[place], *(bytes(part) for part in parts)))
        yield hashlib.blake2b(whole, digest_size=HASH_BYTES).digest()


def _as_bytes(array: NDArray[Any]) -> NDArray[np.uint8]:
    """[run, byte] of a [run, column] array: truths eight to a byte, numbers little-endian."""
    if array.dtype == np.bool_:
        return np.packbits(array, axis=1)
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).view(np.uint8)


def _rows_as_bytes(count: int, row: NDArray[np.int64], columns: Iterable[NDArray[Any]]) -> Iterator[memoryview]:
    """The columns of each run, as bytes; `row` is sorted."""
    table = np.concatenate([_as_bytes(column[:, None]) for column in columns], axis=1)
    ends = np.searchsorted(row, np.arange(count + 1))
    for first, last in pairwise(ends):
        yield table[first:last].data


def digest(blocks: Iterable[dict[str, NDArray[Any]]]) -> str:
    """The digest of an ensemble: the hash of its runs' hashes, in run order. Takes the `runs` of each block."""
    whole = hashlib.blake2b(digest_size=HASH_BYTES)
    for runs in blocks:
        whole.update(np.stack([runs["hash_1"], runs["hash_2"]], axis=1).astype("<u8").tobytes())
    return whole.hexdigest()


def _with_runs(run: NDArray[np.int64], table: Entries | Rates) -> dict[str, NDArray[Any]]:
    columns = dict(table._asdict())
    return {"run": run[columns.pop("row")], **columns}


def missing_as_nan(days: NDArray[np.int32]) -> NDArray[np.float64]:
    """Days as floats, NaN where there is no date."""
    return np.where(days >= MISSING, np.nan, days.astype(np.float64))
