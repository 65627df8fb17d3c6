"""Odds: the band shows the assumptions and not the sampling noise; what-ifs are compared in pairs."""

import numpy as np
import pytest

from sim.analysis.odds import difference, odds


def nested(by_draw, chances, seed=1):
    chance = np.random.default_rng(seed).random((len(by_draw), chances))
    return (chance < np.asarray(by_draw)[:, None]).ravel()


def test_the_band_recovers_the_spread_over_the_assumptions():
    by_draw = np.random.default_rng(5).beta(8, 12, 2000)
    found = odds(nested(by_draw, 20), 20)
    low, high = np.quantile(by_draw, [0.05, 0.95])
    assert found.low == pytest.approx(low, abs=0.02)
    assert found.high == pytest.approx(high, abs=0.02)


def test_the_band_closes_where_the_assumptions_do_not_matter():
    holds = nested(np.full(2000, 0.4), 20)
    found = odds(holds, 20)
    raw = np.quantile(holds.reshape(2000, 20).mean(axis=1), [0.05, 0.95])
    low, high = (found.mean, found.mean) if found.low is None else (found.low, found.high)
    assert high - low < 0.3 * (raw[1] - raw[0])
    assert found.error == pytest.approx(np.sqrt(0.4 * 0.6 / 40_000), rel=0.1)


def test_a_spread_no_wider_than_chance_gives_no_band():
    every_draw_alike = np.tile(np.arange(20) < 8, 50)
    found = odds(every_draw_alike, 20)
    assert (found.mean, found.low, found.high) == (0.4, None, None)


@pytest.mark.parametrize("chances", [2, 7, 20, 5000])
@pytest.mark.parametrize("draws", [2, 3, 40])
def test_the_mean_lies_within_the_band_and_the_band_within_zero_and_one(chances, draws):
    for seed in range(20):
        by_draw = np.random.default_rng(seed).beta(0.3, 0.7, draws)
        found = odds(nested(by_draw, chances, seed)[: draws * chances - seed % 2], chances)
        if found.low is not None:
            assert 0 <= found.low <= found.mean <= found.high <= 1


def test_one_draw_far_from_all_others_leaves_a_band():
    by_draw = np.full(4000, 0.4)
    by_draw[7] = 0.95
    found = odds(nested(by_draw, 3000), 3000)
    assert found.low == pytest.approx(0.4, abs=0.03)
    assert found.high == pytest.approx(0.4, abs=0.03)


@pytest.mark.parametrize("certain", [False, True])
def test_what_always_or_never_happens_has_no_band(certain):
    found = odds(np.full(100, certain), 20)
    assert (found.low, found.high, found.error) == (None, None, 0)


def test_without_nesting_there_is_no_band():
    found = odds(nested(np.full(1000, 0.4), 1), 1)
    assert found.low is None
    assert found.high is None


def test_the_same_futures_differ_by_exactly_nothing():
    holds = nested(np.full(50, 0.4), 20).astype(float)
    found = difference(holds, holds, 20)
    assert (found.change, found.error, found.changed) == (0, 0, 0)
    assert not found.clear


def test_a_paired_difference_has_a_smaller_error_than_two_samples():
    base = nested(np.full(200, 0.5), 20).astype(float)
    variant = base.copy()
    variant[::25] = 1
    found = difference(base, variant, 20)
    assert found.clear
    assert found.error < np.sqrt(2 * 0.25 / len(base)) / 2
