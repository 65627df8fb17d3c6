"""`parley brief`: the briefing written again from the results on disk; nothing is played again."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from tempfile import mkdtemp

import click

from app.briefing.build import CHARTS, write_briefing
from app.odds import opened, under
from sim.results.folder import is_result, tables, variants


def write_again(folder: Path, beliefs: tuple[str, ...], out: Path | None) -> Path:
    """Write the briefing of a run's folder, by default in its place, with what the beliefs make of the odds.

    A page elsewhere has its charts beside it, in a folder of its name. Every file takes its place whole, the page last.
    UsageError where the folder or a belief cannot be used; nothing is written then.
    """
    if is_result(folder) and tables(folder) == folder:
        raise click.UsageError(f"{folder} is one variant of a result; give the folder that parley run has left")
    base = opened(folder)
    others = [opened(variant) for variant in variants(folder)]
    weighed = under(base, beliefs)
    command = str(json.loads((folder / "manifest.json").read_text(encoding="utf-8")).get("command", ""))
    page = out or folder / "briefing.html"
    charts = CHARTS if out is None else f"{page.stem}_charts"
    page.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(mkdtemp(prefix=".briefing-", dir=page.parent))
    try:
        written = write_briefing(base, others, staging, command, believed=weighed, charts=charts)
        (page.parent / charts).mkdir(exist_ok=True)
        for chart in sorted((staging / charts).iterdir()):
            os.replace(chart, page.parent / charts / chart.name)
        os.replace(written, page)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return page
