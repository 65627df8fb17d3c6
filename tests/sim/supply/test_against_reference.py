"""The step of all runs at once agrees with a plain loop over firms and cells, for a year of random worlds."""

from dataclasses import replace

import numpy as np
import pytest

from sim.supply import Controls, State, step
from tests.reference.supply import Run
from tests.sim.supply.parts import parameters

RUNS, WEEKS, QUANTILES = 3, 52, 7
EXACT = 1e-9


def world(seed, **chosen):
    """Random parameters of some runs, two regions, two sectors (the second one military), two materials."""
    chance = np.random.default_rng(seed)

    def drawn(low, high, *axes):
        return chance.uniform(low, high, (RUNS, *axes))

    need = drawn(10, 200, 2, 2, 2)
    need[:, 1, 0, 1] = 0  # a use that there is not
    stages = np.full((RUNS, 2, 5), np.nan)
    stages[:, 0, 1:4], stages[:, 1, 3] = drawn(0.1, 0.4, 3), drawn(0.1, 0.4)
    given = {
        "need": need,
        "chinese_share": drawn(0.4, 0.98, 2, 2),
        "substitutable": drawn(0, 0.12, 2),
        "dependence": drawn(0.3, 1, 2, 2),
        "military": [False, True],
        "general_hazard": drawn(0.2, 1),
        "granted_civil": drawn(0.6, 0.99),
        "granted_military": drawn(0, 0.3),
        "refiled": drawn(0, 0.9),
        "validity": drawn(10, 52),
        "shipping": drawn(0.2, 0.5),
        "easing": drawn(0, 8),
        "tightening": drawn(1, 4),
        "export_capacity": drawn(1.05, 1.5),
        "cover": drawn(3, 20, 2, 2, 2),
        "cover_dispersion": drawn(0.3, 0.7),
        "restoration": drawn(4, 17),
        "hoarding": drawn(1, 1.8),
        "hoarding_lag": drawn(0, 4),
        "triage": drawn(0, 0.3),
        "transit": drawn(0, 8),
        "leakage": drawn(0, 0.3),
        "leakage_delay": drawn(0, 6),
        "adaptation_rate": drawn(0.04, 0.3),
        "adaptation_price": drawn(0.1, 1),
        "adaptation_cover": drawn(2, 8),
        "size": drawn(0, 10, 2, 2),
        "release_cap": drawn(0.1, 0.5),
        "decision_lag": drawn(0, 8),
        "criticality": drawn(0.2, 1, 2),
        "recovered": drawn(0, 0.9),
        "overproduction": drawn(1.02, 1.25),
        "cost_share": drawn(0.0005, 0.006),
        "elasticity": drawn(0.1, 0.5, 2),
        "deadband": drawn(0, 13),
        "stage_share": stages,
        "stage_growth": np.where(np.isnan(stages), np.nan, 0.5),
        "feed_dependence": drawn(0, 0.6, 2),
    }
    return parameters(2, 2, 2, RUNS, **(given | chosen))


def of_week(week, params, seed):
    """Controls that change: nothing, a shock, an embargo of one region, a thaw, a half-open regime, nothing again."""
    chance = np.random.default_rng([seed, week // 9])
    open_ = Controls.open(params, RUNS)
    phase = week // 9
    if phase in (0, 5):
        return open_
    cells = params.need.shape
    approval = chance.uniform(0, 1, cells)
    if phase == 2:
        approval[:, 0] = 0.0
    return replace(
        open_,
        licensed=chance.uniform(0.5, 1, cells) if phase in (3, 4) else np.ones(cells),
        approval=np.ones(cells) if phase == 4 else approval,
        threatened=chance.random((RUNS, 2)) < 0.6,
        technology_denied=chance.uniform(0, 1, RUNS),
        experts_denied=chance.uniform(0, 1, RUNS),
        released=chance.random((RUNS, 2, 2)) < 0.7,
        price_floor=chance.uniform(0, 110, (RUNS, 2)),
        floor_scope=chance.uniform(0, 1, RUNS),
        subsidy=chance.uniform(0, 0.5, RUNS),
    )


def agree(params, controls, days=7.0, steps=WEEKS):
    """Play both and hold every flow of every step, and the ledgers at the end, against each other."""
    state = State.at_rest(params, QUANTILES, days, RUNS)
    alone = [Run(params, run, QUANTILES) for run in range(RUNS)]
    for k in range(steps):
        flows = step(state, controls(k), params, days)
        for run, one in enumerate(alone):
            told, made = one.step(controls(k), days)
            for name in ("filed", "processed", "granted", "denied", "lapsed", "shipped", "leaked", "arrived",
                         "released", "substituted", "used", "met", "stopped", "cover"):  # fmt: skip
                theirs = [getattr(flow, name) for flow in told.values()]
                assert np.allclose(getattr(flows, name)[run], theirs, rtol=0, atol=EXACT), (k, run, name)
            for place, name in enumerate(("leontief", "ces")):
                theirs = [[made[g, s][place] for s in range(2)] for g in range(2)]
                assert np.allclose(getattr(flows, name)[run], theirs, rtol=0, atol=EXACT), (k, run, name)
            assert np.allclose(np.log(flows.quoted_ratio[run]), one.quoted, rtol=0, atol=EXACT), (k, run)
            assert np.allclose(flows.transacted_ratio[run], [one.paid(m) for m in range(2)], rtol=0, atol=EXACT)
    for run, one in enumerate(alone):
        assert np.allclose(state.stock[:, run].T, list(one.stock.values()), rtol=0, atol=EXACT)
        assert np.allclose(state.lost_leontief[run].ravel(), list(one.lost_leontief.values()), rtol=0, atol=EXACT)
        assert np.allclose(state.lost_ces[run].ravel(), list(one.lost_ces.values()), rtol=0, atol=EXACT)
        assert np.allclose(state.adapted[run], list(one.adapted.values()), rtol=0, atol=EXACT)
        assert np.isclose(state.revenue_lost[run], one.revenue_lost, rtol=EXACT)
    return alone


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_year_of_a_random_world_is_that_of_the_loop(seed):
    params = world(seed)
    alone = agree(params, lambda week: of_week(week, params, seed))
    assert max(max(one.lost_leontief.values()) for one in alone) > 0.2  # something was short


def test_users_that_ration_are_those_of_the_loop():
    params = world(4, rationing_start=0.7)
    agree(params, lambda week: of_week(week, params, 4))


def test_a_queue_with_few_officials_is_that_of_the_loop():
    params = world(5, staff_cap=60.0)
    agree(params, lambda week: of_week(week, params, 5))


def test_allies_that_pool_are_those_of_the_loop():
    params = world(6)
    agree(params, lambda week: replace(of_week(week, params, 6), pooled=np.ones((1, 2), dtype=bool)))


def test_daily_steps_are_those_of_the_loop():
    params = world(7)
    agree(params, lambda day: of_week(9 + day // 7, params, 7), days=1.0, steps=70)


def test_at_rest_nothing_moves_in_the_loop_either():
    params = world(8)
    one = Run(params, 0, QUANTILES)
    start = {cell: list(stock) for cell, stock in one.stock.items()}
    held = np.array([[[1 - share for share in row] for row in params.chinese_share[0]]])
    for _ in range(20):
        one.step(replace(Controls.open(params), non_chinese=held))
    assert all(np.allclose(one.stock[cell], start[cell], rtol=0, atol=1e-10) for cell in start)
