"""Numbers to hold: a full stop of Chinese exports, hard stop, κ = 1 (facts of the layer, table of golden values).

Regression targets, not forecasts. Loss is given as a share of output and in weeks of output so far.
"""

from functools import cache

import numpy as np
import pytest

from sim.supply import step
from tests.sim.supply.parts import parameters, stopped

WEEKS = (4, 8, 13, 26, 52)
FINE = (2000, 7 / 16)
DEFAULT = (50, 7.0)
ROWS = {
    # n, s, median cover, pool share, rise of s + n a year, share of the gap that still comes: rates, losses
    "US-like embargo": (
        (0.16, 0.05, 9, 0.0, 0.0, 0.0),
        (0.014, 0.188, 0.476, 0.751, 0.789),
        (0.01, 0.36, 2.06, 10.6, 30.9),
    ),
    "half pooled": ((0.16, 0.05, 9, 0.5, 0.0, 0.0), (0.007, 0.094, 0.633, 0.770, 0.790), (0, 0.18, 1.06, 10.5, 30.9)),
    "other supply rises": (
        (0.16, 0.05, 9, 0.5, 0.15, 0.0),
        (0.007, 0.088, 0.220, 0.694, 0.639),
        (0, 0.17, 0.96, 9.5, 27.0),
    ),
    "a quarter comes": (
        (0.16, 0.05, 9, 0.5, 0.15, 0.25),
        (0.001, 0.026, 0.098, 0.473, 0.440),
        (0, 0.04, 0.35, 4.7, 16.8),
    ),
    "EU-like": ((0.05, 0.05, 8, 0.5, 0.15, 0.0), (0.023, 0.177, 0.760, 0.817, 0.750), (0.02, 0.40, 2.9, 13.4, 33.8)),
}
# The default has 50 quantiles and weekly steps: its share is the mean of the week that ends, not that of its last day,
# so it is late by half a week's rise, and by more in the week in which a pooled stock runs out.
DEFAULT_SHARE, DEFAULT_AT_THE_JUMP, DEFAULT_LOSS = 0.03, 0.38, 0.15


@cache
def answers(quantiles, days):
    """Shares and losses at the weeks of the table, [row, week]. The pooled half is one firm with the mean cover."""
    n, s, cover, pool, rise, flow = np.array([case for case, _, _ in ROWS.values()]).T
    mean = cover * np.exp(0.5**2 / 2)
    apart = _played(n, s, cover, 0.5, quantiles, days, n + flow * (1 - s - n), rise)
    pooled = _played(n, s, mean, 0.0, 1, days, n + flow * (1 - s - n), rise)
    return [(1 - pool) * a + pool * b for a, b in zip(apart, pooled, strict=True)]


def _played(n, s, cover, dispersion, quantiles, days, non_chinese, rise):
    params = parameters(
        runs=len(n),
        chinese_share=1 - n,
        substitutable=s,
        cover=cover,
        cover_dispersion=dispersion,
    )
    state, controls = stopped(params, quantiles, days)
    shares, losses = [], []
    for number in range(round(52 * 7 / days)):
        controls.non_chinese = (non_chinese + rise * number * days / 365.25)[:, None, None]
        flows = step(state, controls, params, days)
        if round((number + 1) * days / 7, 9) in WEEKS:
            shares.append(1 - flows.leontief[:, 0, 0])
            losses.append(state.lost_leontief[:, 0, 0].copy())
    return np.array(shares), np.array(losses)


@pytest.mark.parametrize("row", ROWS)
def test_at_its_own_step_and_number_of_quantiles(row):
    _, shares, losses = ROWS[row]
    found = [array[:, list(ROWS).index(row)] for array in answers(*FINE)]
    np.testing.assert_allclose(found[0], shares, atol=0.01)
    np.testing.assert_allclose(found[1], losses, atol=0.1)


@pytest.mark.parametrize("row", ROWS)
def test_the_error_of_the_default_is_as_stated(row):
    case, shares, losses = ROWS[row]
    found = [array[:, list(ROWS).index(row)] for array in answers(*DEFAULT)]
    jump = (np.array(WEEKS) == 13) & (case[3] > 0) & (np.array(shares) > 0.5)
    off = np.abs(found[0] - shares)
    assert off[~jump].max() < DEFAULT_SHARE
    assert (off[jump] < DEFAULT_AT_THE_JUMP).all()
    assert np.abs(found[1] - losses).max() < DEFAULT_LOSS
