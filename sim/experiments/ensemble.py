"""An ensemble on disk: blocks in a work folder that survives a kill, and a finished folder swapped in whole.

Blocks live in `<out>/.work/<key>/`, where the key is the hash of the resolved scenario, the seed, the nesting,
this package's code and the block size. A block that is there is finished, so the same command after a kill goes
on where it stopped; another scenario, seed or code never meets its blocks.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import pickle
import platform
import shutil
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp
from time import perf_counter
from typing import Any

import sim
from sim.engine import supply_tables
from sim.engine.levers import data_folder, levers_of
from sim.engine.plan import plan
from sim.engine.supply_levers import supply_levers_of
from sim.experiments.jobs import Job, map_blocks
from sim.results import store
from sim.results.block import digest
from sim.results.folder import keep_texts
from sim.results.result import Result
from sim.scenario.model import Scenario
from sim.scenario.provenance import Documented, canonical, scenario_hash

BLOCK = 5_000
"""Runs in a block: large enough for arrays to pay, small enough to lose little in a kill (see docs/benchmarks)."""
ECONOMY_BLOCK = 1_000
"""Runs in a block with an economy or supply, of which trade by pair and stocks by firm are kept for every run."""


def usual_block(scenario: Scenario) -> int:
    """Runs in a block where nobody says otherwise."""
    return BLOCK if scenario.economy is None and scenario.supply is None else ECONOMY_BLOCK


@dataclass(frozen=True)
class Request:
    """What to simulate: a validated scenario (base or what-if) and how many futures of it."""

    scenario: Scenario
    runs: int
    seed: int
    chances: int
    block: int = BLOCK

    @property
    def key(self) -> str:
        """Names the work folder: equal keys give equal blocks."""
        parts = (
            scenario_hash(self.scenario),
            self.seed,
            self.chances,
            self.block,
            code_hash(),
            _data_hash(self.scenario),
        )
        return hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()


@dataclass(frozen=True)
class Simulated:
    """Finished blocks of a request."""

    folder: Path
    digest: str
    blocks: int
    blocks_resumed: int


@dataclass(frozen=True)
class Seconds:
    """What a batch of requests took."""

    simulate: float
    write: float


@cache
def code_hash() -> str:
    """Hash of the simulator's own code and data."""
    whole = hashlib.blake2b(digest_size=12)
    root = Path(sim.__file__).parent
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.csv"), *root.rglob("*.yaml")]):
        whole.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return whole.hexdigest()


def _data_hash(scenario: Scenario) -> str:
    """Hash of the economy's data where they are a folder of the user's own."""
    whole = hashlib.blake2b(digest_size=12)
    folder = data_folder(scenario)
    if folder is not None:
        for path in sorted(Path(folder).glob("*.csv")):
            whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()


@contextmanager
def work_folder(out: Path, request: Request) -> Iterator[Path]:
    """The request's work folder under `out`, held by this process alone; a second process waits for the first.

    Finished blocks stay for the next time, whatever ends the `with` block. After an error a folder without any
    goes, with its lock and the folders that were made for it; after an interrupt the lock stays for who waits.
    """
    from filelock import FileLock

    work, made = out / ".work", [folder for folder in (out, *out.parents) if not folder.exists()]
    folder, lock = work / request.key, work / f"{request.key}.lock"
    try:
        work.mkdir(parents=True, exist_ok=True)
        with FileLock(lock):
            try:
                folder.mkdir(exist_ok=True)
                yield folder
            except Exception:
                if not store.blocks(folder):
                    drop_work(out, request)
                    with suppress(OSError):  # Windows removes no file that is open, but this one when it is let go
                        lock.unlink()
                raise
            finally:
                for unfinished in folder.glob(".block-*"):
                    shutil.rmtree(unfinished, ignore_errors=True)
    except Exception:
        _remove_empty([work, *made])
        raise


def _remove_empty(folders: Sequence[Path]) -> None:
    """Remove folders that hold nothing, inner ones first; a system refuses to remove the others."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def simulate_blocks(
    requests: Sequence[tuple[Request, Path]], workers: int | None = None, progress: Callable[[int], None] | None = None
) -> tuple[list[Simulated], Seconds]:
    """Simulate what is missing in the work folder of each request, all of it over one pool.

    `progress` is told the runs of each block as it is there.
    """
    began = perf_counter()
    told = progress or (lambda runs: None)
    missing = [_missing(request, folder) for request, folder in requests]
    jobs = [job for some in missing for job in some]
    told(sum(request.runs for request, _ in requests) - sum(job.count for job in jobs))
    writing = 0.0
    for spent in map_blocks(jobs, workers):
        writing += spent.write
        told(spent.job.count)
    writing /= max(1, min(len(jobs), workers or os.cpu_count() or 1))
    done = [_finished(request, folder, len(some)) for (request, folder), some in zip(requests, missing, strict=True)]
    return done, Seconds(perf_counter() - began - writing, writing)


def _missing(request: Request, folder: Path) -> list[Job]:
    """The blocks of a request that its work folder does not hold; what it holds besides is dropped."""
    scenario = folder / "scenario.pickle"
    scenario.write_bytes(pickle.dumps(request.scenario))
    _drop_other_blocks(folder, request)
    return [
        Job(str(scenario), first, count, request.seed, request.chances, str(target))
        for first, count, target in _blocks(request, folder)
        if not target.exists()
    ]


def _blocks(request: Request, folder: Path) -> Iterator[tuple[int, int, Path]]:
    """(first run, number of runs, folder) of each block."""
    for first in range(0, request.runs, request.block):
        count = min(request.block, request.runs - first)
        yield first, count, store.block_folder(folder, first, count)


def _finished(request: Request, folder: Path, simulated: int) -> Simulated:
    blocks = len(list(_blocks(request, folder)))
    whole = digest(store.each_block(folder, "runs", "hash_1, hash_2"))
    return Simulated(folder, whole, blocks, blocks - simulated)


def _drop_other_blocks(folder: Path, request: Request) -> None:
    """Blocks of the same key but of a larger or differently cut ensemble are not part of this one."""
    wanted = {target for _, _, target in _blocks(request, folder)}
    for path in store.blocks(folder):
        if path not in wanted:
            shutil.rmtree(path)


def manifest(request: Request, simulated: Simulated, title: str) -> dict[str, Any]:
    """What is needed to make the result again and to check that it is the same."""
    return {
        "title": title,
        "outcomes": {name: outcome.title for name, outcome in request.scenario.outcomes.items()},
        "runs": request.runs,
        "seed": request.seed,
        "chances": request.chances,
        "block": request.block,
        "digest": simulated.digest,
        "scenario_hash": scenario_hash(request.scenario),
        "scenario": canonical(request.scenario),
        "code_hash": code_hash(),
        "versions": {name: version(name) for name in ("parley", "numpy", "simpy", "pydantic", "scipy", "duckdb")},
        **_of_lived(request.scenario),
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


def _of_lived(scenario: Scenario) -> dict[str, Any]:
    """What readers of the tables of economy and supply need; nothing of what is not followed."""
    levers, supply = levers_of(plan(scenario)), supply_levers_of(plan(scenario))
    found = {} if levers is None else {"economy": levers.about()}
    return found if supply is None else found | {"supply": supply_tables.about(supply)}


def place(simulated: Simulated, about: dict[str, Any], folder: Path, scenario: Scenario) -> None:
    """Put the finished blocks, their manifest and the scenario's texts into `folder`, which can be opened alone then.

    The work folder keeps its own until it is dropped.
    """
    folder.mkdir(parents=True)
    for block in store.blocks(simulated.folder):
        (folder / block.name).mkdir()
        for path in block.iterdir():
            _link(path, folder / block.name / path.name)
    (folder / "manifest.json").write_text(json.dumps(about, indent=1, ensure_ascii=False), encoding="utf-8")
    if isinstance(scenario, Documented):
        keep_texts(scenario.texts, folder)


def _link(source: Path, target: Path) -> None:
    """A hard link costs nothing; where the file system has none, a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def may_take(target: Path) -> bool:
    """Whether nothing is lost where `target` is replaced: nothing is there, an empty folder, or a result of Parley."""
    if target.is_symlink() or not target.is_dir():
        return not (target.is_symlink() or target.exists())
    try:
        about = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return not any(target.iterdir())
    except ValueError:
        return False
    return isinstance(about, dict) and "scenario_hash" in about  # other programs write a manifest.json too


@contextmanager
def swapped_in(target: Path) -> Iterator[Path]:
    """A folder to fill that takes the place of `target` whole when the block ends without an error.

    What somebody has put beside the result stays there. FileExistsError where Parley did not make what is there.
    """
    work = target.parent / ".work"
    staging, old = (work / f"{what}-{target.name}-{os.getpid()}" for what in ("staging", "old"))
    try:
        staging.mkdir(parents=True)
        yield staging
        if not may_take(target):
            raise FileExistsError(errno.EEXIST, "something else is there", str(target))
        if target.exists():
            target.rename(old)
        staging.rename(target)
        own = _pages(old)
        for kept in old.glob("*"):
            if kept.name not in own and not (target / kept.name).exists():
                kept.rename(target / kept.name)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    finally:
        for left in (staging, old):
            shutil.rmtree(left, ignore_errors=True)


def _pages(folder: Path) -> set[str]:
    """The pages that Parley has written into a result: they go with it."""
    about = folder / "manifest.json"
    return set(json.loads(about.read_text(encoding="utf-8")).get("pages", [])) if about.exists() else set()


def drop_work(out: Path, request: Request) -> None:
    """The work folder has served: the finished folder is in place, or the request fails in play."""
    shutil.rmtree(out / ".work" / request.key, ignore_errors=True)


def simulate_temporarily(scenario: Scenario, runs: int | None, seed: int | None, workers: int | None) -> Result:
    """An ensemble in a temporary folder, dropped with the Result that reads it."""
    own = scenario.ensemble
    seed = own.seed if seed is None else seed
    request = Request(scenario, runs or own.runs, seed, own.chances)
    holder = Path(mkdtemp(prefix="parley-"))
    work, folder = holder / "work", holder / "result"
    work.mkdir()
    try:
        (simulated,), _ = simulate_blocks([(request, work)], workers)
        place(simulated, manifest(request, simulated, scenario.title), folder, scenario)
        result = Result(plan(scenario), folder)
    except BaseException:
        shutil.rmtree(holder, ignore_errors=True)
        raise
    weakref.finalize(result, shutil.rmtree, holder, ignore_errors=True)
    return result
