"""`parley show` of a branch and its chart say the same; scenarios without trade or tariffs have no chart."""

import csv
import re

import numpy as np
import pytest
from click.testing import CliRunner

import sim
from app.briefing.content import FigureBlock, Table
from app.briefing.findings import Findings
from app.briefing.in_force import in_force
from app.cli import main
from app.in_force import branch_played
from app.show import legal_clock
from plots.in_force import number
from sim.analysis.branches import branches
from sim.results.block import finish
from tests.conftest import SMALL

NO_TRADE = """
schema: 1
title: Only a ban
as_of: 2025-01-01
horizon: 2025-12-31
actors:
  a: {name: A}
  b: {name: B}
instruments: {ban: {title: A ban, kind: export_control, by: a, on: b, enacted: 2024-01-01}}
outcomes: {stands: {title: It stands, when: ban.in_force}}
"""
NOTHING = """
schema: 1
title: Nothing at all
as_of: 2025-01-01
horizon: 2025-12-31
actors: {a: {name: A}}
"""


def show(*args):
    return CliRunner().invoke(main, ["show", str(SMALL), *args])


def test_a_branch_is_shown_on_a_day_in_a_run_that_ends_in_it(small):
    done = show("--on", "2026-06-01", "--outcome", "roll", "--runs", "60")
    assert done.exit_code == 0, done.output
    run = int(re.search(r"in run (\d+), which stands for \d+ of 60 futures", done.output)[1])
    simulation, _ = branch_played(small, "roll", 60, sim.days.day("2026-06-01"))
    assert simulation.world.run[0] == run
    simulation.advance()
    assert finish(simulation).runs["outcome"][0] == list(small.outcomes).index("roll")
    assert "if nobody moves" not in done.output


def test_text_and_chart_of_a_branch_agree(tmp_path):
    file = tmp_path / "law.svg"
    done = show("--on", "2025-12-01", "--outcome", "hundred", "--runs", "200", "--chart", str(file))
    assert done.exit_code == 0, done.output
    section = done.output.split("United States on goods from China")[1].split("\n\n")[0]
    told = {}
    for line in section.splitlines()[2:-1]:
        share, points, words = re.match(r"\s+([\d.]+)%\s+([\d.]+)\s+(.+) = ", line).groups()
        told[words] = (float(share), float(points))
    with file.with_suffix(".csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    drawn = {row["goods"]: (float(row["share_percent"]), float(row["stack_pp"])) for row in rows}
    assert drawn.keys() == told.keys()
    for words, values in told.items():
        assert drawn[words] == pytest.approx(values, abs=0.051)
    for words in told:
        parts = sum(float(row["tariff_pp"]) for row in rows if row["goods"] == words)
        assert parts == pytest.approx(drawn[words][1], abs=0.01)
    assert "in run" in re.sub(r"<[^>]+>|\s+", " ", file.read_text(encoding="utf-8")).lower()


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_a_chart_if_nobody_moves_is_the_same_file_every_time(tmp_path, suffix):
    for name in ("one", "two"):
        assert show("--chart", str(tmp_path / f"{name}{suffix}")).exit_code == 0
    assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--outcome", "rol"], "Did you mean 'roll'?"),
        (["--outcome", "zzz"], "no outcome 'zzz'; there are hundred, roll, lapse, other"),
        (["--runs", "5"], "--runs is for --outcome"),
        (["--pair", "us.chna"], "tariffs touch us.china, china.us. Did you mean 'us.china'?"),
        (["--pair", "us.chna", "--chart", "law.svg"], "Did you mean 'us.china'?"),
        (["--chart", "law.jpg"], "a chart ends in .svg, .png, .pdf"),
        (["--outcome", "roll", "--on", "2031-01-01"], "outside the scenario"),
    ],
)
def test_a_wrong_option_is_one_clear_error_and_nothing_is_written(tmp_path, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    done = show(*options)
    assert done.exit_code == 2
    assert message in done.output
    assert not list(tmp_path.iterdir())


def test_another_pair_is_told_and_drawn_when_asked_for(tmp_path):
    done = show("--pair", "china.us", "--chart", str(tmp_path / "law.svg"))
    assert done.exit_code == 0, done.output
    assert "China on goods from the United States" in done.output
    assert "United States on goods from China" not in done.output
    assert "importer,exporter" in (tmp_path / "law.csv").read_text(encoding="utf-8")
    assert "China,United States,All goods" in (tmp_path / "law.csv").read_text(encoding="utf-8")


def test_an_outcome_that_no_future_has_asks_for_more_runs():
    done = show("--outcome", "other", "--runs", "1")
    assert done.exit_code == 1
    assert "none of 1 futures ends in 'other'; try more --runs" in done.output


def test_without_trade_there_is_text_and_no_chart(tmp_path):
    file = tmp_path / "ban.yaml"
    file.write_text("source: 'assumption: a test'\n" + NO_TRADE, encoding="utf-8")
    done = CliRunner().invoke(main, ["show", str(file), "--outcome", "stands", "--runs", "3"])
    assert done.exit_code == 0
    assert "A ban, on B" in done.output
    done = CliRunner().invoke(main, ["show", str(file), "--chart", str(tmp_path / "x.svg")])
    assert done.exit_code == 2
    assert "no tariff of this scenario touches trade" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["ban.yaml"]


def test_the_section_of_the_briefing_has_charts_only_where_tariffs_touch_trade(world, small):
    blocks = in_force(Findings(sim.simulate(world(NO_TRADE), runs=5), [], ""))
    assert [type(block) for block in blocks] == [Table]
    assert in_force(Findings(sim.simulate(world(NOTHING), runs=5), [], "")) == []
    blocks = in_force(Findings(sim.simulate(small, runs=60), [], ""))
    names = [block.chart.name for block in blocks if isinstance(block, FigureBlock)]
    assert names[:3] == ["in_force", "in_force_branches", "heat_map"]


def test_where_nothing_lies_ahead_there_are_no_branches_to_draw(world):
    text = SMALL.read_text(encoding="utf-8").replace("source: 'assumption: a world made up for tests'\n", "")
    found = Findings(sim.simulate(world(text.replace("'2026-12-31'", "'2025-10-15'")), runs=5), [], "")
    assert [b.chart.name for b in in_force(found) if isinstance(b, FigureBlock)] == ["in_force", "heat_map"]


def test_the_range_of_a_branch_is_that_of_its_futures(small):
    result = sim.simulate(small, runs=200)
    found = Findings(result, [], "")
    chart = next(b.chart for b in in_force(found) if getattr(b, "chart", None) and b.chart.name == "in_force_branches")
    values = chart.key_values
    place = values["goods or measure"].index("Average in 90 of 100 futures of the branch")
    averages = result.path("average.us.china").values[:, -1]
    for branch in branches(result):
        low, high = np.quantile(averages[branch.runs], [0.05, 0.95], method="nearest")
        for end in (low, high):
            assert number(end) in values[branch.title][place]


def test_the_briefing_tells_the_stacks_that_show_tells(small):
    (chart, *_) = [b.chart for b in in_force(Findings(sim.simulate(small, runs=60), [], "")) if hasattr(b, "chart")]
    stacks = dict(zip(chart.table["goods"], chart.table["stack_pp"], strict=True))
    simulation = legal_clock(small, sim.days.day(small.as_of))
    assert simulation.world.in_force.any()
    told = CliRunner().invoke(main, ["show", str(SMALL)]).output
    section = told.split("United States on goods from China")[1].split("\n\n")[0]
    for words, points in stacks.items():
        assert re.search(rf"%\s+{points:.1f}  {re.escape(words)} = ", section), words
