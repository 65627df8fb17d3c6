"""`parley optimal-tariffs`: the table, JSON and the chart say what the analysis finds; mistakes are told."""

import csv
import json

import pytest
from click.testing import CliRunner

from app.cli import main
from app.optimal import EUROPEAN_UNION, finding
from plots.optimal_tariff import Optimum
from sim.economy import load, optimal
from tests.conftest import SMALL

FLOWS = """exporter,importer,sector,value_musd
H,H,G,500
H,F,G,500
F,H,G,500
F,F,G,500
"""
VALUE_ADDED = """region,sector,value_added_share
H,G,1
F,G,1
"""


def parley(*arguments):
    return CliRunner().invoke(main, ["optimal-tariffs", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "trade_flows.csv").write_text(FLOWS, encoding="utf-8")
    (tmp_path / "value_added.csv").write_text(VALUE_ADDED, encoding="utf-8")
    return tmp_path


def test_a_folder_of_data_without_sets_is_told_at_an_elasticity_of_four(folder):
    result = parley(folder)
    assert result.exit_code == 0, result.output
    assert "under 4 elasticities" in result.output
    rows = [line.split() for line in result.output.splitlines() if line[:1] in ("H", "F")]
    assert rows == [[name, "37.7", "37.7", "to", "37.7", "31.4", "+3.84", "−6.81"] for name in ("H", "F")]
    assert "if all do so, every region loses, and the world loses 3.83\u00a0% of real income." in result.output


def test_json_has_rates_by_set_and_the_war(folder):
    found = json.loads(parley(folder, "--elasticities", "4,8", "--json").output)
    assert found["sets"] == ["4", "8"]
    rates = found["regions"]["H"]["optimum_percent"]
    assert rates["4"] == pytest.approx(37.702, abs=1e-3)
    assert rates["8"] < rates["4"]
    assert found["regions"]["F"]["if_all_respond_percent"] == pytest.approx(31.386, abs=1e-3)
    assert found["war"]["converged"]
    assert found["war"]["change_percent"] == pytest.approx([-3.829, -3.829], abs=1e-3)


def test_of_one_region_no_war_is_told(folder):
    found = json.loads(parley(folder, "--regions", "H", "--json").output)
    assert "war" not in found
    assert parley(folder, "--regions", "H").output.splitlines()[-1].startswith("The tariff that pays H most is 38")


def test_the_chart_holds_what_the_analysis_finds(tmp_path):
    chart = tmp_path / "optimal.svg"
    result = parley("--regions", f"USA,{EUROPEAN_UNION}", "--elasticities", "central,low", "--chart", chart)
    assert result.exit_code == 0, result.output
    with chart.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        rows = {row["region"]: row for row in csv.DictReader(file)}
    found = optimal.optimal_by_region(load(), ["central", "low"], ["USA", EUROPEAN_UNION])
    for place, name in enumerate(("United States", "European Union")):
        assert float(rows[name]["optimum_percent"]) == pytest.approx(100 * found.rate[place, 0], abs=1e-3)
        assert float(rows[name]["highest_percent"]) == pytest.approx(100 * found.rate[place].max(), abs=1e-3)
        assert float(rows[name]["own_gain_percent"]) == pytest.approx(100 * found.gain[place, 0], abs=1e-5)
    assert chart.stat().st_size > 5_000


def test_findings_read_as_sentences():
    rows = [Optimum(name, rate, 1, 30, 12, 0.1, -0.1) for name, rate in (("A", 15.5), ("B", 20.4))]
    assert finding(rows, (-0.4, 3, 5)) == (
        "Alone, each would do best with a tariff of 16 to 20\u00a0%; if all do so, 3 of 5 regions lose"
    )
    alike = [Optimum(name, 15.0, 1, 30, None, 0.1, -0.1) for name in "AB"]
    assert finding(alike, None) == "Alone, everybody would do best with a tariff of 15\u00a0%"
    usa = [Optimum("United States", 15.0, 1, 30, None, 0.1, -0.1)]
    assert finding(usa, None) == "The tariff that pays the United States most is 15\u00a0%"


def test_mistakes_are_told(folder, tmp_path):
    wrong = {
        "found 'centrl'; it is a number above 0 or": parley("--elasticities", "centrl"),
        "there is no region 'USB'": parley("--regions", "USB,CHN"),
        "USA would play twice": parley("--regions", "USA+CHN,USA", "--elasticities", "4"),
        "has no section economy": parley(SMALL),
        "the name ends in .svg, .png, .pdf": parley(folder, "--chart", tmp_path / "chart.gif"),
    }
    for words, result in wrong.items():
        assert result.exit_code == 2, words
        assert words in " ".join(result.output.replace("│", " ").split()), words
    (folder / "value_added.csv").unlink()
    result = parley(folder)
    assert result.exit_code == 2
    assert "value_added.csv" in result.output
