"""What must hold whatever is played (T9): tonnes, rest, scale, order, steps, blocks, extremes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.supply import Controls, State, step
from sim.supply.firms import over_quantiles
from tests.sim.supply.parts import parameters, played, stopped

R, G, S, M = 9, 3, 2, 2


def awkward(runs=R, seed=3, **given):
    """All that there is, different in each run."""
    draw = np.random.default_rng(seed)
    need = draw.lognormal(3, 1, (runs, G, S, M))
    need[:, 1, 0, 1] = 0.0
    plain = {
        "need": need,
        "cover": draw.lognormal(2, 0.5, (runs, G, S, M)),
        "cover_dispersion": draw.uniform(0.2, 0.8, runs),
        "chinese_share": draw.uniform(0.2, 1.0, (runs, G, M)),
        "substitutable": draw.uniform(0, 0.2, (runs, S)),
        "dependence": draw.uniform(0.2, 1, (runs, S, M)),
        "criticality": draw.uniform(0.2, 1, (runs, S)),
        "transit": draw.uniform(0, 8, runs),
        "leakage": draw.uniform(0, 0.3, runs),
        "restoration": draw.uniform(4, 17, runs),
        "shipping": draw.uniform(0.2, 0.5, runs),
        "triage": np.where(np.arange(runs) % 3 == 0, 0.0, draw.uniform(0, 0.3, runs)),
        "rationing_start": np.where(np.arange(runs) % 2 == 0, 0.0, draw.uniform(0.5, 0.9, runs)),
        "staff_cap": np.where(np.arange(runs) % 4 == 1, 50.0, np.inf)[:, None] * np.ones(M),
        "size": draw.uniform(0, 10, (runs, G, M)),
        "adaptation_rate": 0.1,
        "recovered": 0.6,
        "stage_share": np.array([[0.4, 0.4, 0.25, 0.26, 0.08], [0.1, 0.03, 0.25, 0.26, np.nan]])[None],
        "stage_growth": np.array([0.2, 0.2, 0.15, 0.2, 0.2])[None, None],
        "feed_dependence": np.array([[0.0, 0.3]]),
        "military": [False, True],
    }
    return parameters(G, S, M, runs, **(plain | given))


def at_random(controls, draw):
    """Controls that nobody would think of."""
    shape = controls.licensed.shape
    controls.licensed = np.where(draw.random(shape) < 0.3, draw.random(shape).round(1), controls.licensed)
    controls.approval = np.where(draw.random(shape) < 0.3, draw.random(shape).round(1), controls.approval)
    controls.threatened = draw.random(controls.threatened.shape) < 0.3
    controls.released = draw.random(controls.released.shape) < 0.7
    controls.pooled = draw.random(controls.pooled.shape) < (0.5 if draw.random() < 0.5 else 0.0)
    controls.technology_denied = draw.random(controls.technology_denied.shape)
    controls.experts_denied = draw.random(controls.experts_denied.shape)
    controls.price_floor = 100 * draw.random(controls.price_floor.shape)
    controls.subsidy = draw.random(controls.subsidy.shape)


def weeks_of(state):
    """What a state holds, in weeks of need, [run, cell]."""
    held = over_quantiles(state.stock) / len(state.stock)
    return state.backlog.copy(), state.valid.copy(), state.transit.sum(axis=0), held, state.stockpile.copy()


@pytest.mark.parametrize("days", [7.0, 1.0, 14.0])
def test_tonnes_are_conserved(days):
    params, draw, w = awkward(), np.random.default_rng(5), days / 7
    state, controls = State.at_rest(params, 20, days), Controls.open(params, R)
    need = params.by_cell.need
    before = weeks_of(state)
    largest = need.max()
    for number in range(round(120 / min(w, 1))):
        if number % round(4 / min(w, 1)) == 0:
            at_random(controls, draw)
        flow = step(state, controls, params, days)
        after = weeks_of(state)
        changes = [
            flow.filed - flow.granted - flow.denied,
            flow.granted - flow.shipped - flow.lapsed,
            flow.shipped + flow.leaked - flow.arrived,
            flow.non_chinese + flow.arrived + flow.released - flow.used,
        ]
        for was, now, change in zip(before, after, changes, strict=False):
            assert np.abs(need * (now - was - change * w)).max() < 1e-9 * largest
        released = params.cells.by_store(need * flow.released) * w
        stored = params.cells.by_store(np.array(need)) * (before[4] - after[4])
        assert np.abs((released - stored).sum(axis=1)).max() < 1e-9 * largest
        if not controls.pooled.any():
            assert np.abs(released - stored).max() < 1e-9 * largest
        before = after
        assert min(array.min() for array in after) >= 0
        np.testing.assert_allclose(state.held, after[3], rtol=1e-9, atol=1e-9)
        assert (state.stock >= state.low * state.spread[:, :, None] - 1e-9).all()
        assert (state.stock <= state.high * state.spread[:, :, None] + 1e-9).all()
        assert (flow.used <= 1.5).all()
        assert (flow.met <= 1 + 1e-12).all()
    assert flow.denied.max() > 0
    assert state.short_weeks.max() > 0
    assert state.lost_leontief.max() > 0.1


@pytest.mark.parametrize("days", [1.0, 7.0, 14.0])
def test_rest_is_a_fixed_point(days):
    still = np.full((1, M, 5), np.nan)
    params = awkward(stage_share=still, stage_growth=still)
    state, controls = State.at_rest(params, 50, days), Controls.open(params, R)
    before = {name: array.copy() for name, array in state.arrays().items()}
    for _ in range(200):
        flows = step(state, controls, params, days)
    moving = {"elapsed", "progress", "late", "exported", "transit"}
    for name, array in state.arrays().items():
        if name not in moving:
            np.testing.assert_allclose(array, before[name], rtol=0, atol=1e-12 if name != "revenue_lost" else 1e-9)
    np.testing.assert_allclose(np.roll(state.transit, -state.slot, axis=0), before["transit"], rtol=0, atol=1e-12)
    for one in (flows.leontief, flows.ces, flows.met, flows.exports_index, flows.quoted_ratio, flows.transacted_ratio):
        np.testing.assert_allclose(one, 1.0, rtol=0, atol=1e-12)
    assert not flows.stopped.any()


def test_use_does_not_depend_on_the_unit_of_tonnes():
    small = awkward(staff_cap=np.inf)
    large = awkward(staff_cap=np.inf, need=1024 * small.need)
    lost, exported = [], []
    for params in (small, large):
        draw, state, controls = np.random.default_rng(5), State.at_rest(params, 20), Controls.open(params, R)
        for number in range(80):
            if number % 4 == 0:
                at_random(controls, draw)
            flows = step(state, controls, params)
        lost.append(state.lost_leontief)
        exported.append(state.exported)
        assert flows.revenue_lost_musd.any()
    assert lost[0].max() > 0.1
    np.testing.assert_array_equal(lost[0], lost[1])
    np.testing.assert_allclose(1024 * exported[0], exported[1], rtol=1e-14)


def test_a_run_is_the_same_alone_in_blocks_and_among_all():
    params, runs = awkward(21), 21
    whole = ended(params, np.arange(runs))
    for size in (1, 7):
        for first in range(0, runs, size):
            rows = np.arange(first, first + size)
            for name, array in ended(params, rows).items():
                axis = 1 if name in ("stock", "spread", "transit") else 0
                np.testing.assert_array_equal(array, np.take(whole[name], rows, axis=axis), err_msg=name)


def ended(params, rows):
    part = params.take(rows)
    state, controls = State.at_rest(part, 50), Controls.open(params, 21)
    draw = np.random.default_rng(8)
    for number in range(40):
        if number % 4 == 0:
            at_random(controls, draw)
        step(state, Controls(**{key: None if v is None else v[rows] for key, v in vars(controls).items()}), part)
    if len(rows) == 21:
        assert state.lost_leontief.max() > 0.1
    # rings are as long as the longest journey of those who share them
    ring = np.roll(state.arrays()["transit"], -state.slot, axis=0)
    return state.arrays() | {"transit": np.concatenate([ring, np.zeros((20 - len(ring), *ring.shape[1:]))])}


def test_one_cell_alone_has_the_same_bits():
    """NumPy sums in pairs where a sum is over one long axis; quantiles are summed in their order all the same."""
    runs = [parameters(cover=cover, runs=2, rationing_start=0.3) for cover in (5.0, 9.0)]
    together = State.at_rest(runs[0], 999), Controls.open(runs[0])
    alone = State.at_rest(runs[0].take(slice(0, 1)), 999), Controls.open(runs[0])
    for _, controls in (together, alone):
        controls.licensed[:] = 1.0
        controls.approval[:] = 0.0
    for _ in range(30):
        step(*together, runs[0])
        step(*alone, runs[0].take(slice(0, 1)))
    assert together[0].lost_leontief[0, 0, 0] == together[0].lost_leontief[1, 0, 0] == alone[0].lost_leontief[0, 0, 0]
    assert alone[0].lost_leontief[0, 0, 0] > 1


def loss(weeks=30, flow=0.4, **given):
    """Loss where a part of the normal flow comes, whatever is ordered."""
    params = parameters(**{"chinese_share": 0.8, "export_capacity": flow} | given)
    state, controls = State.at_rest(params, 20), Controls.open(params)
    controls.released[:] = True
    played(state, controls, params, weeks)
    return state.lost_leontief[0, 0, 0]


shares = st.floats(0, 1)


@settings(max_examples=25, deadline=None)
@given(shares, shares, st.floats(2, 20), st.floats(0.1, 1), shares)
def test_loss_falls_with_cover(low, high, cover, flow, triage):
    low, high = sorted((low, high))
    loss_low, loss_high = (loss(flow=flow, cover=cover * (1 + part), triage=triage) for part in (low, high))
    assert loss_high <= loss_low + 1e-9


@settings(max_examples=25, deadline=None)
@given(shares, shares, st.floats(2, 20), st.floats(0, 0.5))
def test_loss_falls_with_what_is_not_chinese(low, high, cover, triage):
    low, high = sorted((low, high))
    found = []
    for share in (low, high):
        params = parameters(cover=cover, triage=triage)
        state, controls = stopped(params, 20)
        controls.non_chinese = np.full((1, 1, 1), share)
        played(state, controls, params, 30)
        found.append(state.lost_leontief[0, 0, 0])
    assert found[1] <= found[0] + 1e-9


@settings(max_examples=25, deadline=None)
@given(shares, shares, st.floats(2, 20), st.floats(0.1, 1), st.floats(0, 0.5))
def test_loss_falls_with_what_can_be_substituted(low, high, cover, flow, triage):
    low, high = sorted((low, high))
    a, b = (loss(flow=flow, cover=cover, triage=triage, substitutable=part) for part in (low, high))
    assert b <= a + 1e-9


@settings(max_examples=25, deadline=None)
@given(shares, shares, st.floats(2, 20), st.floats(0.1, 1), shares)
def test_loss_falls_with_the_stockpile(low, high, cover, flow, cap):
    low, high = sorted((low, high))
    a, b = (loss(flow=flow, cover=cover, size=20 * part, release_cap=cap) for part in (low, high))
    assert b <= a + 1e-9


@settings(max_examples=25, deadline=None)
@given(shares, shares, st.floats(2, 20), st.floats(0.1, 1))
def test_loss_falls_with_triage(low, high, cover, flow):
    low, high = sorted((low, high))
    a, b = (loss(flow=flow, cover=cover, triage=part) for part in (low, high))
    assert b <= a + 1e-9


def test_halved_steps_converge_to_first_order():
    """Licences, journeys, rationing, triage, adaptation: all that moves by itself, under controls that do not."""
    params = awkward(1, feed_dependence=np.zeros((1, M)), triage=0.05, rationing_start=0.6, transit=4.0, leakage=0.1)
    found = []
    for parts in (1, 2, 4, 8):
        state, controls = State.at_rest(params, 50, 7 / parts), Controls.open(params)
        controls.licensed[:] = 1.0
        controls.approval[:] = 0.15
        played(state, controls, params, 40, 7 / parts)
        found.append(state.lost_leontief[0].sum())
    change = np.abs(np.diff(found))
    assert found[0] > 1
    assert change[0] < 0.05 * found[0]
    order = np.log2(change[0] / change[-1]) / (len(change) - 1)
    assert 0.8 < order < 1.4, "two sizes alone jump where a threshold is crossed a step sooner"


@pytest.mark.parametrize("days", [1.0, 7.0, 14.0])
@pytest.mark.parametrize("start", [0.0, 0.9])
def test_extremes_stay_numbers(days, start):
    extreme = {
        "cover": 0.1,
        "shipping": 0.5,
        "general_hazard": 50.0,
        "rationing_start": start,
        "triage": 1.0,
        "leakage": 1.0,
        "refiled": 1.0,
        "granted_military": 0.0,
        "easing": 0.0,
        "tightening": 0.0,
        "hoarding_lag": 0.0,
        "restoration": 0.5,
        "chinese_share": 1.0,
        "sigma_short": 0.05,
    }
    params, draw = awkward(**extreme), np.random.default_rng(5)
    state, controls = State.at_rest(params, 20, days), Controls.open(params, R)
    for number in range(100):
        if number % 5 == 0:
            at_random(controls, draw)
        flows = step(state, controls, params, days)
        for name, array in (vars(flows) | state.arrays()).items():
            assert not np.isnan(array).any(), name
            assert name in ("wait", "first_short") or np.isfinite(array).all(), name
            assert name in ("revenue_lost_musd", "asked", "quoted", "chinese", "late", "revenue_lost") or (
                name.startswith("lost") or (array >= 0).all()
            ), name
    assert (flows.leontief <= 1.25).all()


def test_a_step_of_another_length_is_refused():
    params = parameters()
    with pytest.raises(ValueError, match="found a step of 1 days; this state was laid for steps of 7"):
        step(State.at_rest(params), Controls.open(params), params, 1.0)


def test_uses_that_do_not_exist_have_no_cell():
    params = awkward()
    assert len(params.cells) == G * S * M - 1
    assert State.at_rest(params).stock.shape == (50, R, G * S * M - 1)


def test_taken_runs_go_on_as_they_would_have():
    params, rows = awkward(), np.array([4, 1])
    state, controls = State.at_rest(params, 20), Controls.open(params)
    controls.licensed[:] = 1.0
    controls.approval[:] = 0.2
    played(state, controls, params, 20)
    taken = state.take(rows)
    played(state, controls, params, 20)
    played(taken, controls, params.take(rows), 20)
    np.testing.assert_array_equal(taken.stock, state.stock[:, rows])
    np.testing.assert_array_equal(taken.lost_ces, state.lost_ces[rows])


def test_taken_runs_share_nothing_with_those_they_were_taken_from():
    params = awkward()
    state = State.at_rest(params, 20)
    for rows in (slice(None), np.arange(R)):
        for name, array in state.take(rows).arrays().items():
            assert not np.shares_memory(array, getattr(state, name)), name


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"shipping": 0.0}, "shipping is 0; more than 0 is meant"),
        ({"triage": 1.5}, "triage is 1.5; 0 to 1 is meant"),
        ({"cover": -1.0}, "cover is -1; at least 0 is meant"),
        ({"general_hazard": np.inf}, "general_hazard is infinite"),
        ({"validity": np.nan}, "validity is nan"),
    ],
)
def test_parameters_out_of_range_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        parameters(**wrong)


def test_parameters_of_different_numbers_of_runs_are_refused():
    from dataclasses import replace

    params = parameters(runs=3)
    with pytest.raises(ValueError, match=r"found parameters for \[2, 3\] runs"):
        replace(params, need=params.need[:2])
