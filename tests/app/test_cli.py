"""Every command as a user types it: what it prints, its exit code, what it leaves on disk."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import sim
from app.cli import main

SMALL = str(Path(__file__).parent / "small.yaml")
CALM = """
schema: 1
title: Little to draw
source: "assumption: a test"
as_of: 2025-01-01
horizon: 2025-02-28
actors: {a: {name: A}, b: {name: B}}
milestones: {talks: {title: Talks, date: 2025-02-01, takes_place: 50 %, parties: [a, b]}}
outcomes: {talked: {title: They talk, when: talks.held}}
"""


def parley(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    out = tmp_path_factory.mktemp("played")
    result = parley("run", SMALL, "--runs", 200, "--what-ifs", "--out", out, "--json")
    assert result.exit_code == 0, result.output
    return out / "small", json.loads(result.stdout)


def test_run_writes_a_briefing_charts_results_and_a_manifest(played):
    folder, _ = played
    assert (folder / "briefing.html").stat().st_size > 10_000
    assert {path.suffix for path in (folder / "charts").iterdir()} >= {".svg", ".png", ".csv"}
    assert list((folder / "results" / "base").glob("block-*/runs.parquet"))
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["runs"] == 200
    assert manifest["outcome_order"][-1] == "other"
    assert not list((folder.parent / ".work").glob("*/"))


def test_json_gives_odds_digest_seconds_and_resumed_blocks(played):
    _, summary = played
    assert sum(odds["mean"] for odds in summary["odds"].values()) == pytest.approx(1)
    assert list(summary["seconds"]) == ["load", "simulate", "write", "render"]
    assert summary["blocks_resumed"] == 0
    assert len(summary["digest"]) == 32


def test_a_what_if_that_restates_a_value_is_the_base_bit_for_bit(played):
    _, summary = played
    assert summary["what_ifs"]["same"] == summary["digest"]
    assert summary["what_ifs"]["no_offer"] != summary["digest"]


def test_the_same_command_gives_the_same_briefing(played, tmp_path):
    folder, summary = played
    again = parley("run", SMALL, "--runs", 200, "--what-ifs", "--out", tmp_path, "--json")
    assert json.loads(again.stdout)["digest"] == summary["digest"]
    for name in sorted(path.name for path in (folder / "charts").iterdir()):
        assert (folder / "charts" / name).read_bytes() == (tmp_path / "small" / "charts" / name).read_bytes(), name


def test_compare_reads_result_folders(played):
    folder, _ = played
    result = parley("compare", folder, "--json")
    table = json.loads(result.stdout)
    assert table["same"]["roll"]["change"] == 0
    assert table["same"]["roll"]["changed"] == 0
    assert table["no_offer"]["roll"]["change"] < 0


def test_compare_plays_a_file_against_its_what_ifs():
    result = parley("compare", SMALL, "--runs", 200)
    assert "no clear difference" in result.stdout
    assert "The United States offers nothing (against: A small truce)" in result.stdout


def test_compare_refuses_futures_that_are_not_the_same(played, tmp_path):
    folder, _ = played
    other = tmp_path / "other"
    parley("run", SMALL, "--runs", 40, "--seed", 9, "--out", other)
    result = parley("compare", folder, other / "small")
    assert result.exit_code == 2
    assert "not the same futures" in result.output


@pytest.mark.parametrize(
    "harm",
    [
        lambda base: shutil.rmtree(next(base.glob("block-*"))),
        lambda base: os.truncate(next(base.glob("block-*")) / "runs.parquet", 100),
        lambda base: (base / "manifest.json").write_text("[]"),
    ],
)
def test_compare_refuses_a_folder_that_is_not_whole(harm, played, tmp_path):
    folder, _ = played
    harmed = shutil.copytree(folder, tmp_path / "harmed")
    harm(harmed / "results" / "base")
    result = parley("compare", folder, harmed)
    assert result.exit_code == 2
    assert "run it again" in result.output


def test_what_somebody_puts_beside_a_result_stays(tmp_path):
    file = tmp_path / "calm.yaml"
    file.write_text(CALM, encoding="utf-8")
    for seed in (1, 2):
        assert parley("run", file, "--runs", 20, "--seed", seed, "--out", tmp_path).exit_code == 0
        (tmp_path / "calm" / "notes.txt").write_text("mine")
    left = {path.name for path in (tmp_path / "calm").iterdir()}
    assert left == {"briefing.html", "charts", "manifest.json", "results", "notes.txt"}
    assert json.loads((tmp_path / "calm" / "manifest.json").read_text())["seed"] == 2


def test_a_rate_that_grows_without_end_is_named_with_its_place(tmp_path):
    mine = tmp_path / "mine.yaml"
    rules = "{raise: {at: review, probability: 100 %, do: {set_rate: fentanyl, to: fentanyl.rate * 30}}}"
    mine.write_text(f"extends: {SMALL}\nactors: {{us: {{policy: {{rules: {rules}}}}}}}\n")
    result = parley("run", mine, "--runs", 20, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "mine.yaml:2:" in result.output
    assert "'fentanyl.rate * 30' gave 18000; a rate is between 0 and 10,000 points" in result.output
    assert not (tmp_path / "out").exists()


def test_validate_says_valid_and_counts_warnings():
    assert parley("validate", SMALL, "--strict").stdout.strip().endswith("valid, 0 warning(s)")


def test_show_gives_calendar_stacks_assumptions_and_last_days():
    text = parley("show", SMALL, "--on", "2025-11-12").stdout
    assert "54.0 pp over MFN = fentanyl 20 + recip10 10 + recip24 24" in text
    assert "2025-10-31  United States: carry out or let lapse: h" in text
    assert "2025-11-10  United States, China: extend: truce" in text
    assert "2025-11-07  China: stop before it enters into force: o" in text
    assert "assumption: a world made up for tests" in text


def test_show_gives_averages_by_sector_on_request():
    assert "tariffs by sector" not in parley("show", "longer-roll").stdout
    text = parley("show", "longer-roll", "--sectors").stdout
    assert "Average tariffs by sector on 2025-10-15" in text
    (pairs,) = [line.split() for line in text.splitlines() if "us.china" in line and "us.eu" in line]
    (row,) = [line.split() for line in text.splitlines() if line.startswith("  STL ")]
    assert (
        float(row[1 + pairs.index("us.china")]) > 50
    )  # steel from China pays Section 232, Section 301 and the emergency tariffs


def test_show_before_the_lapse_has_the_truce_rates():
    assert "55.0 pp over MFN = fentanyl 20 + recip10 10 + s301 25" in parley("show", SMALL, "--on", "2025-11-10").stdout


@pytest.mark.parametrize(
    ("date", "says"), [("2025-13-01", "a date is written"), ("2031-01-01", "outside the scenario")]
)
def test_show_refuses_other_dates(date, says):
    result = parley("show", SMALL, "--on", date)
    assert result.exit_code == 2
    assert says in result.output


def test_names_tells_the_word_that_a_parameter_is(tmp_path):
    shutil.copy(SMALL, tmp_path)
    file = tmp_path / "worded.yaml"
    file.write_text(
        "extends: small.yaml\nparameters: {mood: hard, tone: {choice: {soft: 9, loud: 1}}}\n", encoding="utf-8"
    )
    lines = parley("names", file).stdout.splitlines()
    assert [line.split()[2] for line in lines if line.startswith(("mood ", "tone "))] == ["hard", "soft"]


def test_names_lists_symbols_with_units_and_values():
    text = parley("names", SMALL).stdout
    assert "truce.expires" in text
    assert "2025-11-10" in text
    assert "days_to(date)" in text


def test_explain_tells_one_run_with_what_was_weighed():
    text = parley("explain", SMALL, "--run", 5).stdout
    assert "Run 5 ends in:" in text
    assert "weighed: United States, at" in text
    assert "legal_bases.ieepa.challenge.decision =" in text


def test_explain_finds_an_outcome_and_the_typical_run():
    assert "ends in: h" in parley("explain", SMALL, "--outcome", "hundred").stdout
    assert "Run " in parley("explain", SMALL, "--typical").stdout


def test_explain_names_the_nearest_outcome():
    result = parley("explain", SMALL, "--outcome", "hundrd")
    assert result.exit_code == 2
    assert "Did you mean 'hundred'?" in result.output


def test_explain_wants_exactly_one_choice():
    assert parley("explain", SMALL).exit_code == 2
    assert parley("explain", SMALL, "--run", 1, "--typical").exit_code == 2


def test_diff_lists_what_a_what_if_changes():
    text = parley("diff", SMALL, f"{SMALL}:no_offer").stdout
    assert "actors.us.policy.rules.offer.probability" in text
    assert parley("diff", SMALL, f"{SMALL}:same").stdout.strip() == "no difference in what is simulated"


def test_diff_tells_of_an_order_that_says_something(tmp_path):
    text = Path(SMALL).read_text()
    first = "  hundred: {title: h, when: ever(hundred.in_force)}\n"
    last = "  lapse: {title: l, when: truce.lapsed}\n"
    mine = tmp_path / "mine.yaml"
    mine.write_text(text.replace(first, "").replace(last, last + first))
    shown = parley("diff", SMALL, mine).stdout.strip()
    assert shown == "outcomes, in this order: hundred, roll, lapse → roll, lapse, hundred"
    assert len({sim.simulate(sim.load(str(file)), runs=40).digest() for file in (SMALL, mine)}) == 2


def test_list_names_the_shipped_scenarios():
    assert "longer-roll" in parley("list").stdout


def test_new_copies_a_shipped_scenario_with_its_schema(tmp_path):
    target = tmp_path / "mine.yaml"
    assert parley("new", target, "--from", "longer-roll").exit_code == 0
    assert (tmp_path / "parley.schema.json").exists()
    assert parley("validate", target, "--strict").exit_code == 0
    again = parley("new", target)
    assert again.exit_code == 2
    assert "exists" in again.output


def test_new_overlay_extends(tmp_path):
    target = tmp_path / "mine.yaml"
    parley("new", target, "--overlay")
    assert parley("validate", target).exit_code == 0
    assert "(my version)" in parley("show", target).stdout


def test_schema_is_json_schema():
    assert json.loads(parley("schema").stdout)["$schema"].startswith("https://json-schema.org")


def test_set_changes_one_value():
    text = parley("show", SMALL, "--set", "agreements.truce.expires=2025-12-24").stdout
    assert "2025-12-24  United States, China: extend: truce" in text


WRONG = {
    "typo": ("agreements:", "agrements:", "did you mean 'agreements'"),
    "unit": ("adds: 100 pp", "adds: 100 %", "percentage points"),
    "date": ("expires: '2025-11-10'", "expires: '2025-11-31'", "no date of the calendar"),
    "unknown name": ("when: october.enacted", "when: octobr.enacted", "did you mean"),
    "attribute trick": ("when: october.enacted", "when: october.__class__", ""),
    "call trick": ("when: october.enacted", "when: __import__('os').system('true')", ""),
    "mover": ("do: {enact: counter}", "do: {enact: hundred}", "moves only its own"),
    "tranche": ("tranche: none_gen", "tranche: none_gne", "tranche"),
    "cover": ("covers: 'l123_*'", "covers: 'l321_*'", "fits no tranche"),
    "hindsight": ("since: '2025-08-12'", "since: '2025-10-30'", "later than as_of"),
    "party": ("parties: [us, china], since", "parties: [us, chine], since", "did you mean 'china'"),
    "twice": ("horizon: '2026-12-31'", "horizon: '2026-12-31'\nhorizon: '2027-12-31'", "second time"),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("command", ["run", "validate"])
def test_wrong_input_gives_its_place_and_writes_nothing(case, command, tmp_path):
    before, after, says = WRONG[case]
    text = Path(SMALL).read_text()
    assert before in text
    file = tmp_path / "wrong.yaml"
    file.write_text(text.replace(before, after))
    out = tmp_path / "out"
    result = parley(command, file, *(["--out", out] if command == "run" else []))
    assert result.exit_code == 2, result.output
    first = result.output.splitlines()[0]
    assert first.startswith(f"{file}:")
    line, column = first.removeprefix(f"{file}:").split(":")[:2]
    assert int(line) > 0
    assert int(column) > 0
    assert says in result.output
    assert "Traceback" not in result.output
    assert not out.exists()


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"\xff\xfe", b"a: [", b"- 1", b"&a [*a, *a]"])
def test_files_that_are_no_scenario(content, tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_bytes(content)
    result = parley("validate", file)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_an_expression_that_fails_while_playing_says_which(tmp_path):
    file = tmp_path / "missing.yaml"
    text = (
        Path(SMALL).read_text().replace("when: longer_roll.concluded", "when: longer_roll.concluded_on < '2026-01-01'")
    )
    file.write_text(text)
    result = parley("run", file, "--out", tmp_path / "out", "--runs", 50)
    assert result.exit_code == 2
    assert "ask defined(longer_roll.concluded_on) first" in result.output
    assert not (tmp_path / "out" / "missing").exists()


def test_unknown_commands_get_a_suggestion():
    result = parley("vlaidate", SMALL)
    assert result.exit_code == 2
    assert "Did you mean 'validate'?" in result.output


def test_help_needs_none_of_the_heavy_libraries():
    check = (
        "import sys; from click.testing import CliRunner; from app.cli import main;"
        "CliRunner().invoke(main, ['--help']);"
        "heavy = {'matplotlib', 'duckdb', 'scipy', 'numpy', 'pydantic'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", check], check=True)


def test_validate_needs_no_plotting_and_no_database():
    check = (
        "import sys; from click.testing import CliRunner; from app.cli import main;"
        f"CliRunner().invoke(main, ['validate', {SMALL!r}]);"
        "heavy = {'matplotlib', 'duckdb', 'scipy.stats'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", check], check=True)
