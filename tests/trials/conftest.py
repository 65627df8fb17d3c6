"""What the trials share: longer-roll with everybody silent but those who follow a script."""

from functools import cache

import numpy as np
import pytest

import sim
from sim import days
from tests.without_economy import without_economy

PARTNERS = ("eu", "germany", "france", "italy", "uk", "japan", "canada", "korea", "india", "australia", "taiwan")
"""The actors of longer-roll besides the two principals."""


@cache
def what_ifs():
    """The what-ifs of longer-roll; they change rules, of which a script has none."""
    return tuple(sim.load("longer-roll").what_ifs)


@pytest.fixture
def silent(tmp_path):
    """Longer-roll in which nobody decides; `moves` are {actor: ['on: DATE, do: …']}, `sets` single values."""

    def load(moves=(), sets=(), extra=""):
        scripts = dict(moves)
        lines = ["schema: 1", "title: A trial", "extends: longer-roll", "source: 'assumption: a trial'"]
        lines.append(f"what_ifs: {{{', '.join(f'{name}: null' for name in what_ifs())}}}")
        for section, names in (("actors", ("us", "china", *PARTNERS)), ("coalitions", ("g7", "allies"))):
            lines.append(f"{section}:")
            for name in names:
                script = ", ".join(f"{{{one}}}" for one in scripts.get(name, ()))
                lines.append(f"  {name}: {{policy: {{kind: script, moves: [{script}]}}}}")
        file = tmp_path / "silent.yaml"
        file.write_text("\n".join([*lines, extra]), encoding="utf-8")
        gone = [one for one in without_economy("longer-roll") if ".rules." not in one]  # a script has no rules
        return sim.load(str(file), sets=[*gone, *sets])

    return load


@pytest.fixture
def stack():
    """Stacks over MFN at the end of a day, from the record: off list, Lists 1 to 3, China general; all runs alike."""

    def at(simulation, date, run=0):
        rates, day = simulation.rates(), days.day(date)
        names = simulation.plan.recorded_series
        found = []
        for good in ("off_list", "list_1_3", "china_general"):
            own = (rates.row == run) & (rates.series == names.index(f"stack.{good}")) & (rates.day <= day)
            found.append(round(float(rates.value[own][-1]), 6))
        return found

    return at


@pytest.fixture
def told():
    """Dates on which something is told of a part, in one run."""

    def of(simulation, what, name, run=0):
        entries = simulation.log.entries()
        subjects = [place for place, one in enumerate(simulation.plan.subjects) if one.endswith(f".{name}")]
        there = (entries.row == run) & (entries.what == what) & np.isin(entries.subject, subjects)
        return [str(days.date(day)) for day in entries.day[there]]

    return of
