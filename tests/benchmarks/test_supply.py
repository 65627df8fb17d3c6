"""Measurements of the supply layer, printed and never asserted; what is asserted is that the work was done."""

import sys
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from sim.supply import Controls, State, step

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.sim.supply.parts import parameters

WEEKS = 65
RUNS = 2000


def uncertain(runs, **given):
    """Seven regions, five sectors, two materials; what is uncertain differs from run to run."""
    draw = np.random.default_rng(1)
    shares = np.linspace(0.35, 0.95, 7)[:, None] * np.ones(2)
    plain = {
        "cover": draw.lognormal(np.log(10), 0.3, (runs, 7, 5, 2)),
        "cover_dispersion": draw.uniform(0.35, 0.7, runs),
        "chinese_share": np.clip(shares * draw.uniform(0.9, 1.1, (runs, 1, 1)), 0, 0.98),
        "transit": draw.uniform(4, 8, runs),
        "restoration": draw.uniform(4, 17, runs),
        "shipping": draw.uniform(0.2, 0.5, runs),
        "triage": draw.uniform(0, 0.15, runs),
        "rationing_start": draw.uniform(0.5, 0.9, runs),
        "leakage": draw.uniform(0, 0.3, runs),
        "adaptation_rate": 0.1,
        "recovered": 0.6,
        "size": 4.0,
        "stage_share": [[0.4, 0.4, 0.25, 0.26, 0.08], [0.1, 0.03, 0.25, 0.26, 0.02]],
        "stage_growth": 0.2,
        "feed_dependence": [0.0, 0.3],
        "materials": 2,
    }
    plain["stage_share"] = np.array(plain["stage_share"])[None]
    plain["feed_dependence"] = np.array(plain["feed_dependence"])[None]
    return parameters(7, 5, runs=runs, **(plain | given))


def played(params, weeks, quantiles=50):
    """Licences for most from week 5, an embargo on two regions in weeks 20 to 40, and release of stockpiles."""
    state = State.at_rest(params, quantiles)
    runs = params.runs
    controls = Controls.open(params, runs)
    began = perf_counter()
    for week in range(weeks):
        if week % 13 == 5:
            controls.licensed[:, :, :, 1] = 1.0
            controls.approval[:, :, :, 1] = 0.2 + 0.1 * (week // 13 % 3)
        if week % 52 == 20:
            controls.approval[:, :2] = 0.0
            controls.licensed[:, :2] = 1.0
            controls.released[:, :2] = True
            controls.threatened[:] = True
        if week % 52 == 40:
            controls.licensed[:, :, :, 0] = 0.0
            controls.approval[:] = 0.6
            controls.threatened[:] = False
        flows = step(state, controls, params)
    assert flows.leontief.shape == (runs, 7, 5)
    assert state.lost_leontief.sum() > 0
    return perf_counter() - began


@pytest.mark.parametrize("rule", ["as drawn", "hard stop", "no triage", "hard stop, no triage"])
def test_fifteen_months(rule, capsys):
    given = {} if "hard stop" not in rule else {"rationing_start": 0.0}
    given |= {"triage": 0.0} if "no triage" in rule else {}
    seconds = played(uncertain(RUNS, **given), WEEKS)
    with capsys.disabled():
        print(f"\n7 × 5 × 2, 50 quantiles, {RUNS} runs × {WEEKS} weeks, {rule}: {seconds:.2f} s on one core")


def test_ten_years_are_eight_times_fifteen_months(capsys):
    params = uncertain(100)
    short, long = played(params, WEEKS), played(params, 520)
    with capsys.disabled():
        print(f"\nten years over fifteen months: {long / short:.2f} times as long for 8 times as many steps")


@pytest.mark.parametrize("runs", [1, 50, 500])
def test_blocks(runs, capsys):
    seconds = played(uncertain(runs), WEEKS)
    with capsys.disabled():
        print(f"\nblock of {runs}: {seconds * 1e3 / WEEKS:.2f} ms a step, {seconds / runs * 1e3:.2f} ms a run")
