"""The one seam through which ensembles run: jobs of blocks, over a process pool, resumable after a kill."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from threading import Thread
from time import perf_counter

import numpy as np

from sim.engine.plan import Plan, plan
from sim.engine.simulation import Simulation
from sim.results.block import finish
from sim.results.store import write_block

TRIES = 3
"""How often a block whose worker dies is tried before it is named as the culprit."""


@dataclass(frozen=True)
class Job:
    """A block of runs of a scenario. Small and picklable: workers read the validated scenario themselves."""

    scenario: str
    """file of the pickled scenario, written by this program into its own work folder"""
    first: int
    count: int
    seed: int
    chances: int
    folder: str


@dataclass(frozen=True)
class Spent:
    """Seconds that a finished job took."""

    job: Job
    simulate: float
    write: float


class BlockError(ChildProcessError):
    """A block killed its worker every time it was tried."""


@lru_cache(maxsize=4)
def _plan(scenario: str) -> Plan:
    return plan(pickle.loads(Path(scenario).read_bytes()))


def run_job(job: Job) -> Spent:
    """Simulate the block and write it into its folder."""
    began = perf_counter()
    runs = np.arange(job.first, job.first + job.count, dtype=np.int64)
    simulation = Simulation(_plan(job.scenario), runs, job.seed, job.chances)
    simulation.advance()
    block = finish(simulation)
    simulated = perf_counter()
    write_block(block, Path(job.folder))
    return Spent(job, simulated - began, perf_counter() - simulated)


def map_blocks(
    jobs: Sequence[Job], workers: int | None = None, work: Callable[[Job], Spent] = run_job
) -> Iterator[Spent]:
    """Run the jobs and yield each as it finishes, in any order; one job, or one worker, runs in this process.

    A worker that dies breaks its pool: the pool is made anew and unfinished jobs go in again. BlockError
    after `TRIES` deaths, naming the runs.
    """
    workers = min(len(jobs), workers or os.cpu_count() or 1)
    if workers <= 1:
        yield from map(work, jobs)
        return
    unfinished = list(jobs)
    for _ in range(TRIES):
        done: set[Job] = set()
        try:
            for spent in _pooled(unfinished, workers, work):
                done.add(spent.job)
                yield spent
        except BrokenProcessPool:
            unfinished = [job for job in unfinished if job not in done]
            continue
        return
    first = unfinished[0]
    raise BlockError(
        f"the runs {first.first}–{first.first + first.count - 1} ended their worker {TRIES} times; "
        "if memory is short, try fewer workers or smaller blocks"
    )


def _pooled(jobs: Sequence[Job], workers: int, work: Callable[[Job], Spent]) -> Iterator[Spent]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent) as pool:
        pending: set[Future[Spent]] = {pool.submit(work, job) for job in jobs}
        try:
            while pending:
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in finished:
                    yield future.result()
        finally:
            for future in pending:
                future.cancel()


def _end_with_parent() -> None:
    """Make this worker end when its parent has ended, however that was: a killed parent cannot tell its workers."""
    if (parent := multiprocessing.parent_process()) is not None:
        leave, left = multiprocessing.Pipe(duplex=False)
        watch = Thread(target=_end_after, args=(parent.sentinel, leave), daemon=True)
        watch.start()
        atexit.register(_stop_watching, left, watch)


def _end_after(parent: int, leave: Connection) -> None:
    if parent in wait_for([parent, leave]):
        os._exit(1)  # at once: nobody waits for the block in hand, and an unfinished one counts for nothing


def _stop_watching(left: Connection, watch: Thread) -> None:
    """A thread that is still there when the interpreter is taken down keeps libraries from cleaning up."""
    left.close()
    watch.join()
