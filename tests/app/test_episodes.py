"""`parley supply-episodes`: tables and charts say what the episodes find; mistakes are told."""

import pytest
from click.testing import CliRunner

from app.cli import main
from app.episodes import exports_finding, gdp_finding, losses, panels


def run(*arguments):
    return CliRunner().invoke(main, ["supply-episodes", *map(str, arguments)])


def test_the_table_of_2025_has_its_months_and_ends_with_the_finding():
    result = run()
    assert result.exit_code == 0
    assert all(month in result.output for month in ("April", "December"))
    assert result.output.rstrip().endswith(f"{exports_finding(panels())}.")


def test_the_table_of_2010_has_record_and_simulation():
    result = run("2010")
    assert result.exit_code == 0
    assert "dysprosium" in result.output
    assert "never" not in result.output


def test_a_chart_of_the_cut_is_drawn_with_its_data(tmp_path):
    chart = tmp_path / "cut.svg"
    result = run("gdp", "--chart", chart)
    assert result.exit_code == 0
    assert gdp_finding(losses()) in result.output
    assert chart.exists()
    assert "IMF 2026" in chart.with_suffix(".csv").read_text(encoding="utf-8")


def test_how_long_without_china_has_both_ways_and_what_it_rests_on(tmp_path):
    chart = tmp_path / "experts.svg"
    result = run("experts", "--chart", chart)
    assert result.exit_code == 0
    assert "End to end, 50 % of need" in result.output
    assert "Lynas" in chart.with_suffix(".csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("2025", "--chart", "a.gif"), "a.gif"), (("2010", "--chart", "a.txt"), "a.txt"), (("2011",), "2011")],
)
def test_a_mistake_is_told(arguments, words):
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.output
