"""`parley run`: load, simulate, write, render; the finished folder is swapped in whole."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import click

from app.briefing.build import PAGE, write_briefing
from app.briefing.seen import Focus
from app.reading import read_scenario
from plots.numbers import percent, span
from sim.analysis.odds import Odds, shares
from sim.engine.plan import plan
from sim.experiments.ensemble import (
    Request,
    Seconds,
    Simulated,
    drop_work,
    manifest,
    may_take,
    place,
    simulate_blocks,
    swapped_in,
    usual_block,
    work_folder,
)
from sim.negotiation.policy import QuantityError
from sim.results.block import outcome_names
from sim.results.result import Result
from sim.scenario import focus
from sim.scenario.evaluation import EvaluationError
from sim.scenario.model import Scenario
from sim.scenario.provenance import Documented
from sim.scenario.stances import stances

BASE = "base"
"""Folder of the scenario as the file has it, beside those of its what-ifs."""
_STANCE = "stance "
"""Before the name of a stance of the focus, among variants: no what-if has a space in its name."""


@dataclass(frozen=True)
class Finished:
    """What `parley run` reports."""

    folder: Path
    scenario: Scenario
    odds: dict[str, Odds]
    digest: str
    seconds: dict[str, float]
    blocks: int
    blocks_resumed: int
    what_ifs: dict[str, str]
    """what-if → digest"""
    focus: Focus | None = None
    """the country that has a page of its own"""

    @property
    def briefing(self) -> Path:
        return self.folder / PAGE

    def summary(self) -> dict[str, Any]:
        """The `--json` of the run."""
        return {
            "scenario": self.scenario.title,
            "folder": str(self.folder),
            "odds": {
                name: {"mean": o.mean, "low": o.low, "high": o.high, "error": o.error} for name, o in self.odds.items()
            },
            "digest": self.digest,
            "seconds": {name: round(value, 3) for name, value in self.seconds.items()},
            "blocks": self.blocks,
            "blocks_resumed": self.blocks_resumed,
            "what_ifs": self.what_ifs,
            **({} if self.focus is None else {"focus": str(self.folder / self.focus.page)}),
        }

    def text(self) -> str:
        """The same for a reader."""
        titles = {name: outcome.title for name, outcome in self.scenario.outcomes.items()}
        lines = [self.scenario.title, *([] if self.scenario.is_record else [""])]
        nested = self.scenario.ensemble.chances > 1
        for name, o in ({} if self.scenario.is_record else self.odds).items():
            found = "within chance" if o.low is None or o.high is None else span(o.low, o.high)
            band = f"   5–95 % of assumptions: {found}" if nested and 0 < o.mean < 1 else ""
            lines.append(f"{percent(o.mean):>9}  {titles.get(name, 'Something else'):<60}{band}".rstrip())
        spent = ", ".join(f"{name} {value:.1f} s" for name, value in self.seconds.items())
        resumed = f"; {self.blocks_resumed} of {self.blocks} blocks were there already" if self.blocks_resumed else ""
        pages = [f"briefing: {self.briefing}"]
        if self.focus is not None:
            pages.append(f"{self.focus.title}: {self.folder / self.focus.page}")
        return "\n".join([*lines, "", f"{spent}{resumed}", f"digest {self.digest}", *pages])


def run_scenario(
    file: str,
    what_if: str | None = None,
    sets: tuple[str, ...] = (),
    strict: bool = False,
    runs: int | None = None,
    seed: int | None = None,
    what_ifs: bool = False,
    focus_on: str | None = None,
    out: Path = Path("out"),
    workers: int | None = None,
    block: int | None = None,
    quiet: bool = False,
    command: str = "",
) -> Finished:
    """Play a scenario and write `out/<name>/`.

    Raises ScenarioError for bad input and UsageError where something else is in the result's place, before anything
    is written; OSError that names a place where the disk does not take or give what is asked, and BlockError:
    finished blocks are kept then.
    """
    began = perf_counter()
    scenario = read_scenario(file, what_if, sets, strict, quiet)
    variants: dict[str, Scenario] = {BASE: scenario}
    if what_ifs:
        variants |= {name: read_scenario(file, name, sets, strict, quiet=True) for name in scenario.what_ifs}
    country = focused(scenario, focus_on)
    if country is not None:
        variants |= {
            _STANCE + stance.name: read_scenario(file, what_if, (*sets, *stance.sets), strict, quiet=True)
            for stance in country.stances
            if not stance.missing
        }
    requests = _requests(variants, runs, seed, block)
    seconds = {"load": perf_counter() - began}
    target = out / folder_name(file, what_if)
    if not may_take(target):
        raise click.UsageError(f"{target} is there and is no result of parley run; move it or choose another --out")
    distinct = {request.key: request for request in requests.values()}  # a what-if that restates the base is the base
    with _naming(out), ExitStack() as held:
        by_key, spent = _simulated(distinct, out, held, workers, quiet)
        simulated = {name: by_key[request.key] for name, request in requests.items()}
        seconds["simulate"] = spent.simulate
        with swapped_in(target) as staging:
            writing = perf_counter()
            results = {name: _place(name, one, simulated[name], staging, scenario) for name, one in requests.items()}
            (staging / "manifest.json").write_text(
                json.dumps(_manifest(requests, simulated, command, country), indent=1, ensure_ascii=False),
                encoding="utf-8",
            )
            base = results[BASE]
            odds = shares(base.outcome, base.outcome_names, base.chances)
            seconds["write"] = spent.write + perf_counter() - writing
            rendering = perf_counter()
            if country is not None:
                played = {name.removeprefix(_STANCE): one for name, one in results.items() if name.startswith(_STANCE)}
                country = replace(country, results=played)
            write_briefing(base, [results[name] for name in scenario.what_ifs if what_ifs], staging, command, country)
            seconds["render"] = perf_counter() - rendering
        for request in distinct.values():
            drop_work(out, request)  # while it is held: another process that waits for it must not find it half gone
    return Finished(
        target,
        scenario,
        odds,
        simulated[BASE].digest,
        seconds,
        sum(one.blocks for one in by_key.values()),
        sum(one.blocks_resumed for one in by_key.values()),
        {name: one.digest for name, one in simulated.items() if name in scenario.what_ifs},
        country,
    )


def focused(scenario: Documented, name: str | None) -> Focus | None:
    """The country of a page of its own: the one named on the command line, or else in the file. UsageError if none."""
    named = scenario.focus if name is None else name
    if named is None:
        return None
    actor = focus.speaker(scenario, named)
    if actor is None:
        message, near = focus.unknown(scenario, named)
        raise click.UsageError(f"--focus: {message}" + (f" (did you mean {near!r}?)" if near else ""))
    title = scenario.actors[actor].title
    return Focus(actor, title, focus.code(scenario, named), stances(scenario, actor))


def _requests(
    variants: dict[str, Scenario], runs: int | None, seed: int | None, block: int | None
) -> dict[str, Request]:
    """What to simulate for each variant; what the command leaves open is as the base has it."""
    settings = variants[BASE].ensemble
    seed = settings.seed if seed is None else seed
    return {
        name: Request(variant, runs or settings.runs, seed, settings.chances, block or usual_block(variant))
        for name, variant in variants.items()
    }


def _simulated(
    distinct: dict[str, Request], out: Path, held: ExitStack, workers: int | None, quiet: bool
) -> tuple[dict[str, Simulated], Seconds]:
    """Simulate the requests, by key, in work folders that `held` holds until it ends."""
    # Always in the same order, so that two processes never wait for each other.
    folders = {key: held.enter_context(work_folder(out, distinct[key])) for key in sorted(distinct)}
    with _progress(sum(request.runs for request in distinct.values()), quiet) as told:
        try:
            whole, spent = simulate_blocks([(distinct[key], folders[key]) for key in distinct], workers, told)
        except (EvaluationError, QuantityError):
            for request in distinct.values():
                drop_work(out, request)
            raise
    return dict(zip(distinct, whole, strict=True)), spent


@contextmanager
def _naming(out: Path) -> Iterator[None]:
    """Errors of the disk name a place: a full disk names none, and DuckDB has errors of its own."""
    from duckdb import IOException

    try:
        yield
    except IOException as error:
        raise OSError(errno.EIO, str(error), str(out)) from error
    except OSError as error:
        if error.strerror and not error.filename:
            error.filename = str(out)
        raise


def folder_name(file: str, what_if: str | None) -> str:
    """Name of the output folder: that of the file, and of the what-if if one is played."""
    stem = Path(file).stem
    return stem if what_if is None else f"{stem}-{what_if}"


def result_folder(name: str) -> str:
    """Where a variant's tables lie in the output folder."""
    if name.startswith(_STANCE):
        return f"results/focus/{name.removeprefix(_STANCE)}"
    return "results/base" if name == BASE else f"results/what_ifs/{name}"


def _place(name: str, request: Request, simulated: Simulated, staging: Path, scenario: Scenario) -> Result:
    title = str(scenario.what_ifs[name].get("title", name)) if name in scenario.what_ifs else scenario.title
    folder = staging / result_folder(name)
    place(simulated, manifest(request, simulated, title), folder, request.scenario)
    return Result(plan(request.scenario), folder, name if name in scenario.what_ifs else None)


def _manifest(
    requests: dict[str, Request], simulated: dict[str, Simulated], command: str, country: Focus | None
) -> dict[str, Any]:
    """The manifest of the whole folder: that of the base, the command, the digests of all variants, the pages."""
    about = manifest(requests[BASE], simulated[BASE], requests[BASE].scenario.title)
    digests = {name: one.digest for name, one in simulated.items()}
    return about | {
        "command": command,
        "digests": digests,
        "pages": [PAGE] if country is None else [PAGE, country.page],
        "outcome_order": outcome_names(plan(requests[BASE].scenario)),
    }


@contextmanager
def _progress(runs: int, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, silence in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield lambda count: None
        return
    with click.progressbar(length=runs, label="futures", file=sys.stderr) as bar:
        yield bar.update
