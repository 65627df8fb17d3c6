"""`parley compare`: odds side by side on the same futures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from app.reading import read_scenario
from plots.numbers import percent, points
from sim.analysis.odds import Difference, difference
from sim.engine.plan import plan
from sim.engine.simulation import Simulation
from sim.results import store
from sim.results.block import finish, outcome_names
from sim.results.folder import ResultError, is_result, tables, variants, verified
from sim.scenario.model import OTHER, Scenario


@dataclass(frozen=True)
class Side:
    """One side of a comparison."""

    title: str
    outcome: NDArray[np.int16]
    names: list[str]
    titles: dict[str, str]
    chances: int
    seed: int

    def holds(self, name: str) -> NDArray[np.float64]:
        """[run] 1 where the run has this outcome."""
        if name not in self.names:
            return np.zeros(len(self.outcome))
        return (self.outcome == self.names.index(name)).astype(np.float64)


def compared(files: tuple[str, ...], runs: int | None, seed: int | None, as_json: bool) -> str:
    """A base against its what-ifs, or one file or result folder against another."""
    if len(files) == 1 and not is_result(Path(files[0])):
        scenario = read_scenario(files[0])
        if not scenario.what_ifs:
            raise click.UsageError(f"{files[0]} has no what_ifs; give a second file or result folder")
        base = _simulated(scenario, runs, seed)
        variants = {name: read_scenario(files[0], name, quiet=True) for name in scenario.what_ifs}
        others = {name: _simulated(one, runs, seed, _title(scenario, name)) for name, one in variants.items()}
    else:
        base, *rest = (_side(file, runs, seed) for file in files)
        others = dict(zip(files[1:], rest, strict=True)) or _what_ifs_of(Path(files[0]))
    compared_sides = {name: _compare(base, other) for name, other in others.items()}
    if as_json:
        return json.dumps({name: _plain(table) for name, table in compared_sides.items()}, indent=1)
    return "\n\n".join(_text(base, others[name], table) for name, table in compared_sides.items())


def _title(scenario: Scenario, name: str) -> str:
    return str(scenario.what_ifs[name].get("title", name))


def _side(name: str, runs: int | None, seed: int | None) -> Side:
    return _stored(tables(Path(name))) if is_result(Path(name)) else _simulated(read_scenario(name), runs, seed)


def _what_ifs_of(folder: Path) -> dict[str, Side]:
    found = {path.name: _stored(path) for path in variants(folder)}
    if not found:
        raise click.UsageError(f"{folder} holds no what-ifs; run with --what-ifs, or give a second folder")
    return found


def _stored(folder: Path) -> Side:
    try:
        about = verified(folder)
        outcome = store.read(folder, "runs", "outcome", order="run")["outcome"]
        names = [*about["outcomes"], OTHER]
        return Side(about["title"], outcome, names, about["outcomes"], about["chances"], about["seed"])
    except ResultError as error:
        raise click.UsageError(str(error)) from error
    except (ValueError, TypeError, KeyError) as error:
        raise click.UsageError(f"{folder} holds no result that can be read; run it again") from error


def _simulated(scenario: Scenario, runs: int | None, seed: int | None, title: str | None = None) -> Side:
    made, ensemble = plan(scenario), scenario.ensemble
    seed = ensemble.seed if seed is None else seed
    simulation = Simulation(made, np.arange(runs or ensemble.runs), seed, ensemble.chances)
    simulation.advance()
    outcome = finish(simulation).runs["outcome"]
    titles = {name: part.title for name, part in scenario.outcomes.items()}
    return Side(title or scenario.title, outcome, outcome_names(made), titles, ensemble.chances, seed)


def _compare(base: Side, other: Side) -> dict[str, Difference]:
    """By outcome of either side, those of the base first. Unlike seeds or nesting are not paired, and refused."""
    if (base.seed, base.chances) != (other.seed, other.chances):
        raise click.UsageError(
            f"{other.title!r} has seed {other.seed} and {other.chances} chances, {base.title!r} {base.seed} and "
            f"{base.chances}: not the same futures; run both with the same"
        )
    names = [name for name in dict.fromkeys([*base.names, *other.names]) if name != OTHER] + [OTHER]
    return {name: difference(base.holds(name), other.holds(name), base.chances) for name in names}


def _plain(table: dict[str, Difference]) -> dict[str, Any]:
    return {name: {**vars(one), "clear": one.clear} for name, one in table.items()}


def _text(base: Side, other: Side, table: dict[str, Difference]) -> str:
    titles = {OTHER: "Something else"} | other.titles | base.titles
    width = max(len(title) for title in titles.values())
    lines = [f"{other.title} (against: {base.title})", f"{'':<{width}}       base    what-if   change"]
    for name, one in table.items():
        verdict = f"{points(one.change)} ± {2 * one.error * 100:.1f} points" if one.clear else "no clear difference"
        lines.append(
            f"{titles.get(name, name):<{width}}  {percent(one.base):>9}  {percent(one.variant):>9}   {verdict}"
        )
    return "\n".join(lines)
