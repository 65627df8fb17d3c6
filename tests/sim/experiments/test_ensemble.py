"""Ensembles on disk: resumed after a kill, the same however they are cut, swapped in whole."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

import sim
from sim.experiments import ensemble, jobs
from sim.experiments.ensemble import Request, simulate_blocks, swapped_in, work_folder
from sim.results import store

WORLD = Path(__file__).parents[2] / "app" / "small.yaml"


@pytest.fixture(scope="module")
def scenario():
    return sim.load(str(WORLD))


def digest_of(request, out, workers=1):
    with work_folder(out, request) as folder:
        (done,), _ = simulate_blocks([(request, folder)], workers)
    return done


def test_the_digest_does_not_depend_on_blocks_or_workers(scenario, tmp_path):
    whole = digest_of(Request(scenario, 300, 1, 20, block=300), tmp_path)
    cut = digest_of(Request(scenario, 300, 1, 20, block=77), tmp_path)
    pooled = digest_of(Request(scenario, 300, 1, 20, block=100), tmp_path, workers=2)
    assert whole.digest == cut.digest == pooled.digest
    assert (whole.blocks, cut.blocks, pooled.blocks) == (1, 4, 3)


def test_another_seed_gives_another_digest(scenario, tmp_path):
    assert (
        digest_of(Request(scenario, 50, 1, 20), tmp_path).digest
        != digest_of(Request(scenario, 50, 2, 20), tmp_path).digest
    )


def test_finished_blocks_are_kept(scenario, tmp_path):
    request = Request(scenario, 200, 1, 20, block=50)
    first = digest_of(request, tmp_path)
    again = digest_of(request, tmp_path)
    assert (first.blocks_resumed, again.blocks_resumed) == (0, 4)
    assert first.digest == again.digest


def test_blocks_of_a_larger_ensemble_are_not_counted_in_a_smaller_one(scenario, tmp_path):
    digest_of(Request(scenario, 200, 1, 20, block=50), tmp_path)
    smaller = digest_of(Request(scenario, 120, 1, 20, block=50), tmp_path)
    alone = digest_of(Request(scenario, 120, 1, 20, block=50), tmp_path / "elsewhere")
    assert smaller.digest == alone.digest
    assert smaller.blocks_resumed == 2


SCRIPT = """
import sys
from pathlib import Path
import sim
from sim.experiments.ensemble import Request, simulate_blocks, work_folder
if __name__ == "__main__":
    request = Request(sim.load(sys.argv[1]), 3000, 3, 20, block=250)
    with work_folder(Path(sys.argv[2]), request) as folder:
        print(folder, flush=True)
        (done,), _ = simulate_blocks([(request, folder)], workers=2)
    print(done.digest, done.blocks_resumed)
"""


def test_a_killed_run_goes_on_where_it_stopped(tmp_path):
    script = tmp_path / "play.py"
    script.write_text(SCRIPT)

    def command(out):
        return [sys.executable, str(script), str(WORLD), str(tmp_path / out)]

    killed = subprocess.Popen(command("killed"), stdout=subprocess.PIPE, text=True, start_new_session=True)
    folder = Path(killed.stdout.readline().strip())
    while not store.blocks(folder) and killed.poll() is None:
        time.sleep(0.02)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    killed.stdout.close()
    kept = len(store.blocks(folder))
    assert 0 < kept < 12
    resumed = subprocess.run(command("killed"), capture_output=True, text=True, check=True).stdout.split()
    undisturbed = subprocess.run(command("whole"), capture_output=True, text=True, check=True).stdout.split()
    assert int(resumed[-1]) == kept
    assert resumed[-2] == undisturbed[-2]


ENDLESS = """
import os
import threading
from sim.experiments.jobs import Job, map_blocks

def work(job):
    os.write(1, b"at work\\n")  # at once: two workers share the pipe
    threading.Event().wait()

if __name__ == "__main__":
    list(map_blocks([Job("", first, 1, 1, 1, "") for first in range(2)], 2, work))
"""


@pytest.mark.parametrize("kill", [subprocess.Popen.kill, subprocess.Popen.terminate])
def test_workers_end_with_a_parent_that_is_killed(tmp_path, kill):
    """They hold the other end of its output: that is closed when the last of them has ended."""
    script = tmp_path / "endless.py"
    script.write_text(ENDLESS)
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as parent:
        try:
            assert [parent.stdout.readline() for _ in range(2)] == ["at work\n"] * 2
            kill(parent)
            parent.communicate(timeout=30)  # or TimeoutExpired
        finally:
            with suppress(ProcessLookupError):
                os.killpg(parent.pid, signal.SIGKILL)


def fatal(job):
    os._exit(1)


def test_a_block_that_kills_its_worker_is_named(tmp_path):
    batch = [jobs.Job("none", first, 10, 1, 1, str(tmp_path / str(first))) for first in (0, 10)]
    with pytest.raises(jobs.BlockError, match="runs 0–9"):
        list(jobs.map_blocks(batch, workers=2, work=fatal))


def test_a_folder_is_swapped_in_whole_or_not_at_all(tmp_path):
    target = tmp_path / "result"
    with swapped_in(target) as staging:
        (staging / "a").write_text("first")
        (staging / "manifest.json").write_text('{"scenario_hash": ""}')
    with pytest.raises(FileNotFoundError), swapped_in(target) as staging:
        (staging / "missing" / "a").write_text("second")
    assert (target / "a").read_text() == "first"
    assert not list((tmp_path / ".work").glob("staging-*"))


def test_the_work_folder_is_named_by_what_decides_the_result(scenario):
    base = Request(scenario, 100, 1, 20)
    assert base.key == Request(scenario, 999, 1, 20).key  # the number of runs does not change a run
    others = [Request(scenario, 100, 2, 20), Request(scenario, 100, 1, 10), Request(scenario, 100, 1, 20, block=10)]
    others.append(Request(sim.load(str(WORLD), "no_offer"), 100, 1, 20))
    assert len({base.key, *(other.key for other in others)}) == 5
    assert Request(sim.load(str(WORLD), "same"), 100, 1, 20).key == base.key


def test_the_manifest_says_how_to_make_it_again(scenario, tmp_path):
    request = Request(scenario, 40, 5, 20)
    about = ensemble.manifest(request, digest_of(request, tmp_path), "title")
    assert (about["runs"], about["seed"], about["chances"]) == (40, 5, 20)
    assert about["scenario"]["agreements"]["truce"]["expires"] == "2025-11-10"
    assert set(about["versions"]) >= {"parley", "numpy", "simpy"}


def test_workers_leave_without_a_word(tmp_path):
    # Not measured: coverage keeps frames of every thread, which libraries report as leaks at the end of a process.
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "run", str(WORLD), "--runs", "40", "--block", "20", "--workers", "2"],
        cwd=tmp_path,
        env={**unmeasured, "PYTHONPATH": str(Path(sim.__file__).parents[1])},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
