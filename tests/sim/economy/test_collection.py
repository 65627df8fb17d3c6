"""Statutory, applied and collected rates, and goods that come through third countries."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.economy.collection import NON_COLLECTION, REROUTING, applied, collected_percent, reroutable

RATES = st.floats(0, 2)
SHARES = st.floats(0, 1)


def test_ten_percent_of_a_rise_over_the_base_is_not_levied():
    assert applied(0.23, base=0.03, non_collection=0.10) == pytest.approx(0.03 + 0.20 * 0.9)


def test_non_collection_and_rerouting_multiply():
    assert applied(0.20, base=0.0, non_collection=0.10, rerouting=0.05) == pytest.approx(0.20 * 0.9 * 0.95)


def test_the_yale_ladder_of_may_2026_lies_within_the_assumptions():
    """11.4 % statutory, 9.2 % realised on the basket of 2024; 2.7 % before the rises of 2025."""
    least = applied(0.114, 0.027, NON_COLLECTION[2], REROUTING[2])
    most = applied(0.114, 0.027, NON_COLLECTION[0], REROUTING[0])
    assert least < 0.092 < most


@given(RATES, RATES, SHARES, SHARES)
def test_a_rise_is_levied_in_part_and_a_cut_in_full(statutory, base, escapes, rerouted):
    rate = applied(statutory, base, escapes, rerouted)
    if statutory > base:
        assert base <= rate <= statutory * (1 + 1e-15)
    else:
        assert rate == statutory


@given(RATES, SHARES, SHARES)
def test_the_base_rate_stays_the_base_rate_to_the_bit(base, escapes, rerouted):
    assert applied(base, base, escapes, rerouted) == base


@given(RATES, RATES, RATES, SHARES)
def test_a_higher_law_is_never_applied_lower(one, other, base, escapes):
    low, high = sorted([one, other])
    assert applied(low, base, escapes) <= applied(high, base, escapes) + 1e-15


def test_shares_may_differ_by_run():
    rates = applied([[0.1, 0.2], [0.1, 0.2]], [0.0, 0.3], [[0.0], [0.5]])
    np.testing.assert_allclose(rates, [[0.1, 0.2], [0.05, 0.2]])


@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_a_share_is_0_to_1(share):
    with pytest.raises(ValueError, match=r"non_collection is .*; a share is 0 to 1"):
        applied(0.2, 0.0, share)
    with pytest.raises(ValueError, match=r"rerouting is .*; a share is 0 to 1"):
        applied(0.2, 0.0, 0.1, share)


# ── Ways around ──────────────────────────────────────────────────────────────────────────────────────


def rises(**added):
    """Importer 0 of four regions and one sector: rises by exporter; the other importers have none."""
    rise = np.zeros((4, 4, 1))
    for exporter, points in added.items():
        rise[0, int(exporter[1:]), 0] = points
    return rise


def test_only_a_link_under_a_higher_rise_than_the_median_partner_has_a_way_around():
    links = reroutable(rises(e1=0.6, e2=0.1, e3=0.1))
    assert np.argwhere(links).tolist() == [[0, 1, 0]]


def test_of_partners_under_the_same_rise_none_is_a_way_around():
    assert not reroutable(rises(e1=0.2, e2=0.2, e3=0.2)).any()


def test_a_cut_for_the_others_makes_no_rise_of_a_link():
    assert not reroutable(rises(e1=0.0, e2=-0.1, e3=-0.1)).any()


def test_two_regions_have_no_third_country():
    assert not reroutable(np.array([[[0.0], [0.5]], [[0.5], [0.0]]])).any()


@given(arrays(np.float64, (3, 5, 5, 2), elements=st.sampled_from([-0.1, 0.0, 0.1, 0.2, 0.5])))
@settings(deadline=None)
def test_links_equal_a_slow_reading_of_every_importer_alone(rise):
    links = reroutable(rise)
    for run, importer, exporter, sector in np.ndindex(rise.shape):
        others = [rise[run, importer, i, sector] for i in range(5) if i != importer]
        own = rise[run, importer, exporter, sector]
        expected = importer != exporter and own > 0 and own > np.median(others)
        assert links[run, importer, exporter, sector] == expected
    assert (reroutable(rise[1]) == links[1]).all()


# ── Collected rates ──────────────────────────────────────────────────────────────────────────────────


def test_the_collected_rate_is_revenue_over_imports_in_percent():
    assert collected_percent(9.2, 100.0) == pytest.approx(9.2)


def test_nothing_is_collected_on_no_imports_and_no_rate_is_claimed():
    percent = collected_percent([1.0, 0.0], [50.0, 0.0])
    assert percent[0] == 2
    assert np.isnan(percent[1])


@given(arrays(np.float64, 4, elements=st.floats(1, 1e6)), arrays(np.float64, 4, elements=RATES))
def test_the_collected_rate_lies_between_the_rates_of_the_goods(imports, rate):
    collected = collected_percent((imports * rate).sum(), imports.sum()) / 100
    assert rate.min() - 1e-12 <= collected <= rate.max() + 1e-12
