"""The parts of the briefing on what it rests on: further measures, assumptions, omissions, how it was made."""

from __future__ import annotations

import numpy as np

from app.briefing.content import Block, Bullets, Paragraph, Table
from app.briefing.findings import Findings
from plots.numbers import counted, long_date, number, percent, span
from sim import days
from sim.days import MISSING
from sim.scenario.expressions import Kind
from sim.scenario.provenance import ASSUMPTION, DEFAULT, provenance


def measures(found: Findings) -> list[Block]:
    """The indicators of the scenario."""
    rows = [[part.title, *_measure(found, name, part.unit)] for name, part in found.scenario.indicators.items()]
    columns = ["Measure", "Median", "5–95 % of futures", "Unit"]
    return [Table("Further measures over all futures", columns, rows)] if rows else []


def _measure(found: Findings, name: str, unit: str) -> list[str]:
    """Median, range and unit."""
    values, kind = found.result.column(f"indicator.{name}"), found.plan.indicators[name].kind
    if kind is Kind.truth:
        return [percent(float(values.mean())), "–", "share of futures"]
    if kind is Kind.date:
        there = values[values < MISSING]
        if not len(there):
            return ["never", "–", "date"]
        low, middle, high = np.quantile(there, [0.05, 0.5, 0.95], method="nearest").astype(int)
        reached = f"date; in {percent(len(there) / len(values))} of futures"
        return [long_date(middle), f"{long_date(low)} to {long_date(high)}", reached]
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    if kind is Kind.share and unit in ("", "%"):
        return [percent(float(middle)), span(float(low), float(high)), "share"]
    usual = {Kind.points: "percentage points", Kind.days: "days", Kind.share: "share"}.get(kind, "number")
    return [number(middle), f"{number(low)} to {number(high)}", unit or usual]


def assumptions(found: Findings) -> list[Block]:
    """How much is assumed, and every number of the file with its source."""
    sources = provenance(found.scenario)
    given = [one for one in sources.values() if one.source != DEFAULT]
    signed = sum((one.source or "").startswith(ASSUMPTION) for one in given)
    unsourced = sum(one.source is None for one in given)
    dates = sum(not scalar.fixed for scalar in found.plan.scalars.values()) - len(found.uncertain)
    said = [
        f"Of {counted(len(given), 'value')} in the scenario, "
        f"{_are(signed, 'signed assumptions', 'a signed assumption')} and "
        f"{_verb(len(given) - signed - unsourced, 'carry', 'carries')} a source"
        + (f"; {_verb(unsourced, 'have', 'has')} neither." if unsourced else ".")
    ]
    if found.uncertain:
        futures = counted(found.result.chances, "future")
        said.append(f"{_are(len(found.uncertain), 'uncertain', 'uncertain')}, drawn together, {futures} to a draw.")
    if dates:
        said.append(f"{_are(dates, 'dates left to chance', 'a date left to chance')}, drawn in every future.")
    text = " ".join(said)
    blocks: list[Block] = [Paragraph(text)]
    by_section: dict[str, list[list[str]]] = {}
    for path, scalar in found.plan.scalars.items():
        one = sources[path]
        if one.source != DEFAULT:
            known = "–" if one.known is None else str(days.date(one.known))
            by_section.setdefault(path.split(".")[0], []).append([path, scalar.describe(), one.source or "none", known])
    for section, rows in by_section.items():
        caption = f"{section.replace('_', ' ').capitalize()}: {len(rows)}"
        blocks.append(Table(caption, ["Path", "Value", "Source or reason", "Known"], rows, folded=True))
    return blocks


def _verb(count: int, many: str, one: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _are(count: int, many: str, one: str) -> str:
    return _verb(count, f"are {many}", f"is {one}")


def left_out(found: Findings) -> list[Block]:
    """What the scenario does not hold, as it says itself."""
    return [Bullets(list(found.scenario.left_out))] if found.scenario.left_out else []


def made(found: Findings) -> list[Block]:
    """What is needed to make it again."""
    about = found.result.manifest
    draws = -(-about["runs"] // about["chances"])
    each = counted(min(about["chances"], about["runs"]), "future")
    nested = f"{about['runs']:,}: {counted(draws, 'draw')} of the assumptions × {each} of chance each"
    rows = [
        ["Runs", f"{about['runs']:,}, to the same past"] if found.scenario.is_record else ["Futures", nested],
        ["Seed", str(about["seed"])],
        ["Digest", about["digest"]],
        ["Scenario", about["scenario_hash"]],
        ["Versions", ", ".join(f"{name} {version}" for name, version in about["versions"].items())],
        ["Command", found.command or "from Python"],
    ]
    return [Table("To make it again", ["What", "Value"], rows)]
