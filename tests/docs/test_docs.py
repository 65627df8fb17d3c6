"""The documentation is true: its scenarios run, its tables are those of the code, its commands exist."""

import importlib.util
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import sim
from app.cli import main
from sim.scenario import document, expressions, overlay
from sim.scenario.checks import MOST_YEARS
from sim.scenario.load import MOST_MISTAKES
from sim.scenario.model import MOST_WHAT_IFS
from sim.scenario.moves import VERBS
from sim.scenario.policies import PRESETS
from sim.scenario.schema import json_schema
from sim.scenario.units import LONGEST

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "scenario.md").read_text(encoding="utf-8")
WHOLE = [block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if block.startswith("schema: 1")]


def test_no_page_holds_two_versions_of_itself():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        assert not re.search(r"^(<{7}|>{7}) ", page.read_text(encoding="utf-8"), re.MULTILINE), page


def test_the_tables_are_those_of_the_code():
    spec = importlib.util.spec_from_file_location("tables", ROOT / "docs" / "tables.py")
    tables = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tables)
    assert tables.tables() in PAGE, "run python docs/tables.py"


@pytest.mark.parametrize("text", WHOLE)
def test_whole_scenarios_of_the_page_run(text, tmp_path):
    file = tmp_path / "world.yaml"
    file.write_text(text)
    scenario = sim.load(str(file), strict=True)
    odds = sim.odds(sim.simulate(scenario, runs=200))
    assert sum(one.mean for one in odds.values()) == pytest.approx(1)
    assert sum(one.mean > 0 for one in odds.values()) >= 3


@pytest.mark.parametrize(
    "limit",
    [
        f"{document.MAX_BYTES:,} bytes",
        f"{document.MAX_NODES:,} keys and values",
        f"{document.MAX_DEPTH} deep, {overlay.MAX_EXTENDS} files",
        f"{MOST_WHAT_IFS} what-ifs",
        f"{MOST_YEARS} years",
        f"{expressions.MAX_LENGTH:,} characters, {expressions.MAX_NODES} names",
        f"operations, {expressions.MAX_DEPTH} deep",
        f"more than {MOST_MISTAKES} mistakes",
        f"0–{LONGEST:,} days",
    ],
)
def test_the_limits_are_those_of_the_code(limit):
    assert limit in PAGE


def test_every_key_verb_and_preset_is_described():
    properties = {key for part in json_schema()["$defs"].values() for key in part.get("properties", {})}
    words = properties | set(json_schema()["properties"]) | set(VERBS) | set(PRESETS)
    ignored = {
        "verb",
        "preset",
        "moves",
        "hold",
        "mirror",
        "grit",
        "brinkmanship",
        "url",
        "published",
        "tag",
        "between",
    }
    missing = {
        word for word in words - ignored if f"`{word}" not in PAGE and f"{word}:" not in PAGE and f"{word}," not in PAGE
    }
    assert not missing


def test_commands_of_the_readme_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in set(re.findall(r"^    parley (\w+)", readme, re.MULTILINE)):
        assert CliRunner().invoke(main, [command, "--help"]).exit_code == 0, command


def test_the_python_of_the_readme_runs(capsys):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for code in re.findall(r"```python\n(.*?)```", readme, re.DOTALL):
        exec(compile(code.replace("runs=1000", "runs=20"), "README.md", "exec"), {})
    told = capsys.readouterr().out
    assert "longer_roll_agreed" in told
    assert "United States: -0.08% of real income" in told
