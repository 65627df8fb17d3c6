"""Writes the tables of docs/supply.md from the episodes: `python docs/episodes.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from app import episodes
from plots.amounts import level, signed
from sim.experiments.episodes import gdp, magnets_2025, records
from sim.experiments.episodes.shipped import levers
from sim.sampling.distributions import quantile

PAGE = Path(__file__).with_name("supply.md")
SHOWN = (0.05, 0.5, 0.95)
BLOCK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def fitted() -> Iterator[str]:
    """What was fitted, with its range."""
    yield "| fitted | unit | range | 90 of 100 draws | median |"
    yield "|---|---|---|---|---|"
    for name in magnets_2025.FITTED:
        scalar = levers().plan.scalars[f"supply.licensing.{name}"]
        least, low, middle, high, most = quantile(scalar.distribution, [0, *SHOWN, 1], scalar.dimension)
        drawn = f"{low:.2f} to {high:.2f}"
        yield f"| `{name}` | {scalar.unit} | {least:g} to {most:g} | {drawn} | {middle:.2f} |"


def months() -> Iterator[str]:
    """Exports by month."""
    world, us = episodes.panels()
    yield "| % of a normal month | world, published | simulated | United States, published | simulated |"
    yield "|---|---|---|---|---|"
    for place, month in enumerate(magnets_2025.MONTHS):
        cells = (f"{one[place]:.0f}" for one in (world.published, world.simulated, us.published, us.simulated))
        yield f"| {month:%B} | " + " | ".join(cells) + " |"


def milestones() -> Iterator[str]:
    """What came of it."""
    yield "| 2025 | record | simulated |"
    yield "|---|---|---|"
    for row in episodes.milestones(episodes.played_2025()):
        yield f"| {' | '.join(row)} |"


def quota() -> Iterator[str]:
    """2010."""
    yield "| 2010 to 2018 | record | simulated |"
    yield "|---|---|---|"
    for words, record, ours in episodes.compared_2010():
        yield f"| {words} | {level(record, _places(record))} | {level(ours, _places(ours))} |"


def _places(value: float) -> int:
    return 0 if abs(value) >= 10 else 1


def shares() -> Iterator[str]:
    """Using sectors in GDP."""
    users = levers().sectors
    heads = [f"{user} ({share:.0f} % of {code})" for user, (code, share) in gdp.users().items()]
    yield "| % of GDP, 2024 | " + " | ".join([*heads, "together"]) + " |"
    yield "|---|" + "---|" * (len(heads) + 1)
    for country in gdp.COUNTRIES:
        found = gdp.shares(country)
        cells = [f"{100 * value:.1f}" for value in (*(found[user] for user in users), sum(found.values()))]
        yield f"| {country} | " + " | ".join(cells) + " |"


def cut() -> Iterator[str]:
    """What a cut costs."""
    found = episodes.losses()
    yield "| change of GDP, % | " + " | ".join(found) + " |"
    yield "|---|" + "---|" * len(found)
    ours = [row.name for row in next(iter(found.values())) if not row.study]
    for place, name in enumerate(ours):
        rows = (some[place] for some in found.values())
        cells = (f"{_two(row.middle)} ({_two(row.low)} to {_two(row.high)})" for row in rows)
        yield f"| {name} | " + " | ".join(cells) + " |"
    theirs: dict[str, dict[str, str]] = {}
    for study in records.studies():
        figure = signed(study.low, 2) if study.low == study.high else f"{_two(study.low)} to {_two(study.high)}"
        theirs.setdefault(f"*{study.study}*: {study.shock}", {})[study.country] = figure
    for words, figures in theirs.items():
        yield f"| {words} | " + " | ".join(figures.get(country, "–") for country in found) + " |"


def experts() -> Iterator[str]:
    """Years without China."""
    yield "| years from the end of 2025, 5 to 95 % | with Chinese experts as now | without technology and experts |"
    yield "|---|---|---|"
    for row in episodes.reaches():
        cells = (f"{one.middle:.0f} ({one.low:.0f} to {one.high:.0f})" for one in (row.first, row.second) if one)
        yield f"| {row.stage}, {row.share:.0f} % of need | " + " | ".join(cells) + " |"


def _two(value: float) -> str:
    return level(value, 2)


TABLES = {
    "fitted": fitted,
    "months": months,
    "milestones": milestones,
    "quota": quota,
    "shares": shares,
    "cut": cut,
    "experts": experts,
}


def written(text: str) -> str:
    """The page with its tables as they are now. KeyError for a table that there is not."""
    return BLOCK.sub(lambda match: match[1] + "\n" + "\n".join(TABLES[match[2]]()) + "\n\n" + match[3], text)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
