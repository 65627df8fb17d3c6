"""`parley odds`: the odds of a finished result, and what they are under a user's own beliefs; no future is replayed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from plots.numbers import percent, points, span
from sim.analysis.belief import FEWEST, Believed, believed, read
from sim.analysis.odds import Odds, shares
from sim.analysis.statements import StatementError
from sim.results.folder import ResultError, reopen
from sim.results.result import Result


def opened(folder: Path) -> Result:
    """The result of a folder. UsageError where it holds none that can be used."""
    try:
        return reopen(folder)
    except ResultError as error:
        raise click.UsageError(str(error)) from error


def under(result: Result, beliefs: tuple[str, ...]) -> Believed | None:
    """The result under beliefs, None without any. UsageError where they cannot be read or met."""
    try:
        return believed(result, read(result, beliefs)) if beliefs else None
    except StatementError as error:
        raise click.UsageError(str(error)) from error


def odds_shown(folder: Path, beliefs: tuple[str, ...], as_json: bool) -> str:
    """The odds in the folder, as they are and as they are under the beliefs."""
    result = opened(folder)
    found, weighed = shares(result.outcome, result.outcome_names, result.chances), under(result, beliefs)
    if as_json:
        return json.dumps(_plain(result, found, weighed), indent=1, ensure_ascii=False)
    lines = [result.manifest["title"], ""]
    lines += _believed(result, weighed) if weighed is not None else _simulated(result, found)
    return "\n".join(lines)


def carried(weighed: Believed) -> str:
    """How many futures carry the answer, in one sentence."""
    runs, effective = len(weighed.weights), round(weighed.effective)
    if effective == runs:
        return f"All {runs:,} futures count in full."
    return f"{runs:,} futures count as {effective:,}."


def caution(weighed: Believed) -> str:
    """What to think of an answer that few futures carry; empty where enough do."""
    if not weighed.rough:
        return ""
    return f"Fewer than {FEWEST} futures carry this answer, so it is rough; more runs, or a what-if, would tell more."


def _simulated(result: Result, found: dict[str, Odds]) -> list[str]:
    wide = max(len(result.outcome_title(name)) for name in found)
    lines = []
    for name, one in found.items():
        told = "within chance" if one.low is None or one.high is None else span(one.low, one.high)
        band = f"   5–95 % of assumptions: {told}" if result.chances > 1 and 0 < one.mean < 1 else ""
        lines.append(f"{result.outcome_title(name):<{wide}}  {percent(one.mean):>9}{band}")
    return lines


def _believed(result: Result, weighed: Believed) -> list[str]:
    told = [
        f"You believe: {belief.statement.holds} in {percent(belief.share)} of futures; here it is {percent(base)}."
        for belief, base in zip(weighed.beliefs, weighed.base, strict=True)
    ]
    wide = max(len(result.outcome_title(name)) for name in result.outcome_names)
    lines = [*told, "", f"{'':<{wide}}  simulated   believed     change"]
    for name, one in weighed.odds(result).items():
        error = f"{2 * one.change_error * 100:.1f}"
        verdict = f"{points(one.change)} ± {error} points" if one.clear else "no clear difference"
        title = result.outcome_title(name)
        lines.append(f"{title:<{wide}}  {percent(one.base):>9}  {percent(one.share):>9}     {verdict}")
    return [*lines, "", *filter(None, [carried(weighed), caution(weighed)])]


def _plain(result: Result, found: dict[str, Odds], weighed: Believed | None) -> dict[str, Any]:
    about: dict[str, Any] = {
        "scenario": result.manifest["title"],
        "digest": result.manifest["digest"],
        "runs": result.runs,
        "odds": {
            name: {key: vars(one)[key] for key in ("mean", "low", "high", "error")} for name, one in found.items()
        },
    }
    if weighed is None:
        return about
    beliefs = [
        {"name": belief.statement.name, "share": belief.share, "simulated": base}
        for belief, base in zip(weighed.beliefs, weighed.base, strict=True)
    ]
    under = {name: {**vars(one), "clear": one.clear} for name, one in weighed.odds(result).items()}
    return about | {"believe": beliefs, "effective": weighed.effective, "rough": weighed.rough, "believed": under}
