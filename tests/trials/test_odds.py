"""Odds against synthetic futures of known odds: the mean, its error, the band over the assumptions, the difference."""

import numpy as np
import pytest

from sim.analysis.odds import difference, odds

CHANCES = 20


def ensembles(draw, count, draws=100, chances=CHANCES):
    """`count` ensembles: the true odds of each draw of the assumptions, and what the futures come to."""
    generator = np.random.default_rng(7)
    for _ in range(count):
        true = draw(generator, draws)
        yield true, (generator.random((draws, chances)) < true[:, None]).ravel()


def middling(generator, count):
    return generator.beta(8, 12, count)


def rare(generator, count):
    return generator.beta(2, 38, count)


@pytest.mark.parametrize(("draw", "mean"), [(middling, 0.4), (rare, 0.05)])
def test_the_error_covers_the_true_mean_as_often_as_it_should(draw, mean):
    inside = []
    for _, holds in ensembles(draw, 400):
        found = odds(holds, CHANCES)
        inside.append(abs(found.mean - mean) <= 1.96 * found.error)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.05)


def even(generator, count):
    return generator.random(count)


def skewed(generator, count):
    return 1 / (1 + np.exp(2 - generator.standard_normal(count)))


def one_of_two(generator, count):
    return np.where(generator.random(count) < 0.3, 0.6, 0.1)


@pytest.mark.parametrize("draw", [middling, rare, even, skewed])
@pytest.mark.parametrize(("draws", "chances"), [(250, 20), (500, 10), (500, 20)])
def test_the_band_has_nine_tenths_of_the_draws(draw, draws, chances):
    bands = [odds(holds, chances) for _, holds in ensembles(draw, 60, draws, chances)]
    true = draw(np.random.default_rng(1), 100_000)
    inside = [((true >= band.low) & (true <= band.high)).mean() for band in bands if band.low is not None]
    assert len(inside) > 50
    assert np.mean(inside) == pytest.approx(0.9, abs=0.04)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.85])
def test_equal_odds_have_a_band_as_seldom_as_the_test_errs(share):
    def equal(generator, count):
        return np.full(count, share)

    bands = [odds(holds, 10).low is not None for _, holds in ensembles(equal, 400, 200, 10)]
    assert np.mean(bands) == pytest.approx(0.05, abs=0.025)


def test_the_band_of_odds_of_two_values_has_both():
    bands = [odds(holds, CHANCES) for _, holds in ensembles(one_of_two, 60, 500)]
    assert np.mean([band.low <= 0.12 and band.high >= 0.58 for band in bands]) > 0.9


@pytest.mark.parametrize(
    ("draw", "low", "high"),
    [
        (rare, (0.009, 0.006), (0.116, 0.02)),
        (middling, (0.227, 0.04), (0.584, 0.04)),
        (even, (0.05, 0.03), (0.95, 0.03)),
        (skewed, (0.025, 0.012), (0.412, 0.06)),
    ],
)
def test_the_ends_of_the_band_are_near_the_true_points(draw, low, high):
    """Root mean square errors over ensembles; linear shrinkage has 1.3 % at the lower end of rare odds."""
    bands = [odds(holds, CHANCES) for _, holds in ensembles(draw, 60, 250)]
    for (true, bound), ends in ((low, [band.low for band in bands]), (high, [band.high for band in bands])):
        assert np.sqrt(np.mean((np.array(ends) - true) ** 2)) < bound


def test_the_error_of_a_difference_is_its_spread_over_ensembles():
    """Base and variant share their futures; the stated error is the standard deviation over many such pairs."""
    generator = np.random.default_rng(3)
    changes, errors = [], []
    for _ in range(400):
        true = generator.beta(4, 6, 60)[:, None]
        push = generator.beta(2, 8, 60)[:, None]
        uniforms = generator.random((60, CHANCES))
        base, variant = (uniforms < true).ravel(), (uniforms < np.minimum(1, true + push)).ravel()
        found = difference(base.astype(float), variant.astype(float), CHANCES)
        changes.append(found.change)
        errors.append(found.error)
    assert np.mean(errors) == pytest.approx(np.std(changes, ddof=1), rel=0.12)


def test_the_error_of_a_difference_is_that_of_a_bootstrap_over_draws():
    generator = np.random.default_rng(4)
    true = generator.beta(4, 6, 200)[:, None]
    uniforms = generator.random((200, CHANCES))
    base, variant = (uniforms < true).astype(float), (uniforms < true + 0.1).astype(float)
    found = difference(base.ravel(), variant.ravel(), CHANCES)
    by_draw = (variant - base).mean(axis=1)
    again = [by_draw[generator.integers(0, 200, 200)].mean() for _ in range(2000)]
    assert found.error == pytest.approx(np.std(again), rel=0.1)
    assert found.change == pytest.approx((variant - base).mean())
