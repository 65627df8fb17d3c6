"""Results on disk: one folder of Parquet parts for each table, written whole and renamed into place.

DuckDB works in memory over the files and is never given a database file; its extension download stays off.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.results.block import Block

if TYPE_CHECKING:
    import duckdb

Columns = dict[str, NDArray[Any]]


@cache
def connect() -> duckdb.DuckDBPyConnection:
    """The in-memory DuckDB of a process, which never reaches for the network."""
    import duckdb

    offline: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    connection = duckdb.connect(config=offline)
    connection.execute("SET threads = 1; SET enable_progress_bar = false")
    return connection


def write_block(block: Block, folder: Path) -> None:
    """Write a block's tables into `folder`, which appears whole or not at all."""
    unfinished = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    connection = connect()
    for table, columns in block.tables().items():
        connection.register("columns", {name: np.ascontiguousarray(values) for name, values in columns.items()})
        path = str(unfinished / f"{table}.parquet").replace("'", "''")
        connection.execute(f"COPY (SELECT * FROM columns) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
    connection.unregister("columns")
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)


def block_folder(root: Path, first: int, count: int) -> Path:
    """Where the block of runs first … first + count − 1 lies; names sort by run."""
    return root / f"block-{first:09d}-{count}"


def blocks(root: Path) -> list[Path]:
    """The finished blocks, in run order."""
    return sorted(root.glob("block-*"))


def read(root: Path, table: str, columns: str = "*", where: str = "TRUE", order: str = "") -> Columns:
    """Columns of a table over all blocks under `root`. `columns`, `where` and `order` are SQL of this package's own."""
    pattern = str(root / "block-*" / f"{table}.parquet").replace("'", "''")
    ordered = f" ORDER BY {order}" if order else ""
    query = f"SELECT {columns} FROM read_parquet('{pattern}') WHERE {where}{ordered}"
    return {name: np.asarray(values) for name, values in connect().execute(query).fetchnumpy().items()}


def each_block(root: Path, table: str, columns: str = "*") -> Iterator[Columns]:
    """One block after the other, for what must not hold the whole ensemble in memory."""
    for folder in blocks(root):
        path = str(folder / f"{table}.parquet").replace("'", "''")
        yield connect().execute(f"SELECT {columns} FROM read_parquet('{path}')").fetchnumpy()
