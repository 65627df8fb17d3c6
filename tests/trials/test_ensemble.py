"""Run k is run k in any ensemble, marginals are what the file says, and a folder is safe from what stops a run."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from filelock import FileLock, Timeout
from scipy import stats

import sim
from app.cli import main
from sim.engine.plan import plan
from sim.engine.simulation import Simulation
from sim.experiments import ensemble
from sim.experiments.jobs import BlockError

SMALL = str(Path(__file__).parents[1] / "app" / "small.yaml")


def assumptions(scenario, runs, chances=1, **options):
    return Simulation(plan(scenario), np.asarray(runs), 1, chances, **options).assumptions


# ── Runs and rows ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [100, 1000, 10_000])
def test_run_57_is_the_same_among_any_number_of_others(size, hashes, play):
    short = sim.load(SMALL, sets=["horizon=2025-11-12", "indicators.avg=null"])
    assert hashes(play(short, runs=size, chances=20))[57] == hashes(play(short, runs=[57], chances=20))[0]


def test_the_order_of_runs_in_a_block_does_not_matter(small, hashes, play):
    order = np.random.default_rng(1).permutation(40)
    forward, mixed = hashes(play(small, runs=40, chances=20)), hashes(play(small, runs=order, chances=20))
    assert mixed == [forward[run] for run in order]


def test_run_k_has_assumption_row_k_over_chances_and_chance_row_k(small):
    nested, flat = (assumptions(small, np.arange(100), chances) for chances in (20, 1))
    known, date = "actors.us.policy.rules.offer.probability", "milestones.leaders_meeting.date"
    assert (nested[known] == flat[known][np.arange(100) // 20]).all()
    assert (nested[date] == flat[date]).all()
    assert len(np.unique(nested[known])) == 5


def test_what_is_left_to_chance_is_the_same_whatever_the_nesting(small, play):
    nested, flat = (play(small, runs=100, chances=chances).world for chances in (20, 1))
    assert (nested.takes_place == flat.takes_place).mean() > 0.9  # the uniform is the same, the chance of it is not
    assert (nested.decision == flat.decision).all()
    assert (nested.struck == flat.struck).all()


def test_an_external_design_moves_its_own_paths_and_no_other():
    scenario = sim.load("longer-roll")
    path = "actors.us.parameters.carries_out"
    design = {path: (np.arange(40) + 0.5) / 40}
    own, given = assumptions(scenario, np.arange(40), 20), assumptions(scenario, np.arange(40), 20, quantiles=design)
    assert [name for name in own if not (own[name] == given[name]).all()] == [path]
    assert (np.diff(given[path]) > 0).all()
    alone = Simulation(plan(scenario), np.array([7]), 1, 20, quantiles={path: design[path][7:8]})
    assert alone.assumptions[path][0] == given[path][7]


# ── Marginals and correlations ───────────────────────────────────────────────────────────────────────

MARGINALS = """
schema: 1
title: marginals
as_of: 2025-01-01
horizon: 2025-12-31
actors:
  a: {name: A}
parameters:
  uniform_: {uniform: [2, 5]}
  triangular_: {triangular: [1, 2, 7]}
  pert_: {pert: [0, 3, 9]}
  normal_: {normal: [4, 2]}
  truncated: {normal: [4, 2], truncate: [3, 6]}
  lognormal_: {lognormal: [3, 0.5]}
  beta_: {beta: [2, 5]}
  stretched: {beta: [2, 5], between: [-1, 3]}
correlations:
  - {between: [parameters.uniform_, parameters.pert_], value: 0.8}
  - {between: [parameters.pert_, parameters.lognormal_], value: -0.5}
  - {between: [parameters.uniform_, parameters.lognormal_], value: -0.3}
"""
LAWS = {
    "uniform_": stats.uniform(2, 3),
    "triangular_": stats.triang(1 / 6, 1, 6),
    "pert_": stats.beta(1 + 4 / 3, 1 + 8 / 3, 0, 9),
    "normal_": stats.norm(4, 2),
    "truncated": stats.truncnorm(-0.5, 1, 4, 2),
    "lognormal_": stats.lognorm(0.5, scale=3),
    "beta_": stats.beta(2, 5),
    "stretched": stats.beta(2, 5, -1, 4),
}


@pytest.fixture
def marginals(world):
    return assumptions(world(MARGINALS), np.arange(20_000))


@pytest.mark.parametrize("name", LAWS)
def test_marginals_are_those_of_the_textbook_with_and_without_correlations(name, marginals):
    assert stats.kstest(marginals[f"parameters.{name}"], LAWS[name].cdf).pvalue > 1e-4


@pytest.mark.parametrize(
    ("first", "second", "value"),
    [
        ("uniform_", "pert_", 0.8),
        ("pert_", "lognormal_", -0.5),
        ("uniform_", "lognormal_", -0.3),
        ("beta_", "pert_", 0),
    ],
)
def test_rank_correlations_are_six_over_pi_times_the_arc_sine_of_half(first, second, value, marginals):
    found = stats.spearmanr(marginals[f"parameters.{first}"], marginals[f"parameters.{second}"]).statistic
    assert found == pytest.approx(6 / np.pi * np.arcsin(value / 2), abs=4 / np.sqrt(20_000))


# ── Stopped, crowded out, shut out ───────────────────────────────────────────────────────────────────


def parley(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def no_briefing(monkeypatch):
    """Leaves the drawing of charts out of commands that are tried for other reasons."""
    monkeypatch.setattr("app.run.write_briefing", lambda *arguments: None)


def command(out):
    return ["run", SMALL, "--runs", 60, "--block", 10, "--workers", 1, "--out", out, "--json"]


def test_an_interrupted_run_says_so_and_the_same_command_goes_on(tmp_path, monkeypatch, no_briefing):
    whole = sim.simulate(sim.load(SMALL), runs=60).digest()
    every = ensemble.map_blocks

    def interrupted(jobs, workers):
        yield from every(jobs[:2], workers)
        raise KeyboardInterrupt

    monkeypatch.setattr(ensemble, "map_blocks", interrupted)
    stopped = parley(*command(tmp_path / "out"))
    assert stopped.exit_code == 130
    assert "goes on where it stopped" in stopped.output
    assert not (tmp_path / "out" / "small").exists()
    monkeypatch.setattr(ensemble, "map_blocks", every)
    resumed = json.loads(parley(*command(tmp_path / "out")).stdout)
    assert resumed["blocks_resumed"] == 2
    assert resumed["digest"] == whole


def test_the_work_folder_is_dropped_while_it_is_still_held(tmp_path, monkeypatch, no_briefing):
    """A second process that waits for the lock would otherwise lose the blocks that it has just found."""
    import app.run

    free = []

    def drop(out, request):
        try:
            with FileLock(out / ".work" / f"{request.key}.lock", timeout=0):
                free.append(True)
        except Timeout:
            free.append(False)

    monkeypatch.setattr(app.run, "drop_work", drop)
    assert parley(*command(tmp_path)).exit_code == 0
    assert free == [False]


def stopped(result):
    """The one line of a command that the computer did not let finish."""
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    (line,) = [line for line in result.stderr.splitlines() if "warning" not in line]
    return line


def full(*arguments, **options):
    raise OSError(28, "No space left on device")


def test_a_folder_that_cannot_be_written_gets_a_sentence(tmp_path):
    (tmp_path / "file").write_text("a file where a folder is wanted")
    line = stopped(parley(*command(tmp_path / "file" / "out")))
    assert str(tmp_path / "file") in line
    assert "Not a directory" in line or "No such file" in line
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_full_disk_gets_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.experiments.jobs.write_block", full)
    line = stopped(parley(*command(tmp_path / "deep" / "out")))
    assert "No space left on device" in line
    assert str(tmp_path / "deep" / "out") in line
    assert not list(tmp_path.iterdir())


def test_an_error_of_duckdb_gets_a_sentence(tmp_path, monkeypatch):
    from duckdb import IOException

    def full(*arguments):
        raise IOException("IO Error: Could not write")

    monkeypatch.setattr("sim.experiments.jobs.write_block", full)
    assert "IO Error: Could not write" in stopped(parley(*command(tmp_path / "out")))
    assert not list(tmp_path.iterdir())


def test_blocks_that_the_disk_took_stay_and_the_same_command_goes_on(tmp_path, monkeypatch, no_briefing):
    from sim.results.store import write_block

    def filling(block, folder):
        if folder.name.startswith("block-000000020"):
            (folder.parent / ".block-half").mkdir()
            full()
        write_block(block, folder)

    with monkeypatch.context() as patched:
        patched.setattr("sim.experiments.jobs.write_block", filling)
        stopped(parley(*command(tmp_path)))
    (work,) = (tmp_path / ".work").glob("*/")
    assert sorted(path.name for path in work.glob("*block*")) == ["block-000000000-10", "block-000000010-10"]
    assert json.loads(parley(*command(tmp_path)).stdout)["blocks_resumed"] == 2


def test_a_block_that_ends_its_workers_gets_its_sentence(tmp_path, monkeypatch):
    def fatal(jobs, workers):
        raise BlockError("the runs 0–9 ended their worker 3 times")

    monkeypatch.setattr(ensemble, "map_blocks", fatal)
    assert stopped(parley(*command(tmp_path / "out"))) == "the runs 0–9 ended their worker 3 times"
    assert not list(tmp_path.iterdir())


def test_a_disk_that_fills_while_the_briefing_is_written_leaves_the_last_result_and_all_blocks(
    tmp_path, monkeypatch, no_briefing
):
    parley(*command(tmp_path))
    before = (tmp_path / "small" / "manifest.json").read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr("app.run.write_briefing", full)
        stopped(parley(*command(tmp_path), "--seed", 2))
    assert (tmp_path / "small" / "manifest.json").read_bytes() == before
    assert not list((tmp_path / ".work").glob("staging-*"))
    assert json.loads(parley(*command(tmp_path), "--seed", 2).stdout)["blocks_resumed"] == 6


def test_a_result_that_cannot_be_moved_in_leaves_the_one_before_in_place(tmp_path, monkeypatch, no_briefing):
    parley(*command(tmp_path))
    before = (tmp_path / "small" / "manifest.json").read_bytes()
    rename = Path.rename

    def refused(path, target):
        if path.name.startswith("staging-"):
            raise PermissionError(13, "Permission denied", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refused)
    assert "Permission denied" in stopped(parley(*command(tmp_path), "--seed", 2))
    assert (tmp_path / "small" / "manifest.json").read_bytes() == before


def test_a_file_in_the_way_is_not_taken_away(tmp_path, no_briefing):
    mine = tmp_path / "small"
    mine.write_text("mine")
    parley(*command(tmp_path))
    assert mine.is_file()
    assert mine.read_text() == "mine"


@pytest.mark.parametrize("manifest", [None, "{}", "[]", "no JSON", '{"name": "an app", "icons": []}'])
def test_a_folder_that_parley_did_not_make_is_refused_before_anything_is_played(tmp_path, monkeypatch, manifest):
    monkeypatch.setattr(ensemble, "map_blocks", None)
    mine = tmp_path / "small"
    mine.mkdir()
    (mine / "notes.txt").write_text("mine")
    if manifest is not None:
        (mine / "manifest.json").write_text(manifest)
    before = sorted(tmp_path.rglob("*"))
    result = parley(*command(tmp_path))
    assert result.exit_code == 2
    assert f"{mine} is there and is no result of parley run" in " ".join(result.stderr.split())
    assert sorted(tmp_path.rglob("*")) == before


def test_a_link_in_the_way_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "small").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert parley(*command(tmp_path)).exit_code == 2
    assert (tmp_path / "small").is_symlink()


def test_what_is_put_in_the_way_during_a_run_is_not_taken_away(tmp_path, monkeypatch):
    mine = tmp_path / "small"
    monkeypatch.setattr("app.run.write_briefing", lambda *arguments: mine.write_text("mine"))
    assert str(mine) in stopped(parley(*command(tmp_path)))
    assert mine.read_text() == "mine"


def test_an_empty_folder_and_an_earlier_result_are_replaced(tmp_path, no_briefing):
    (tmp_path / "small").mkdir()
    digests = [json.loads(parley(*command(tmp_path), "--seed", seed).stdout)["digest"] for seed in (1, 2)]
    assert json.loads((tmp_path / "small" / "manifest.json").read_text())["digest"] == digests[1] != digests[0]
