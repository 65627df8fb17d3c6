"""Capacity outside China: the years that it takes, named projects to 2030, and what denial and support do to them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.supply.capacity import STAGES, advance, denied, incentive, narrowest, pause, share, speed, years_to
from sim.supply.prices import WEEKS_A_YEAR
from tests.sim.supply.worlds_of_capacity import MAGNET, METAL, NOW, ONE, SEPARATION, building, projects

UNTIL = 5.2  # years from 15 October 2025 to the end of 2030
TARGETS = (0.25, 0.5, 0.75)
YEARS = {
    "light oxide": (0.40, (0.10, 0.18, 0.28)),
    "heavy separation": (0.03, (0.20, 0.40, 0.60)),
    "metal": (0.25, (0.08, 0.15, 0.25)),
    "magnet": (0.26, (0.10, 0.15, 0.25)),
    "end to end": (0.08, (0.13, 0.20, 0.30)),
}
"""Share at the end of 2025 and growth of its logit: slow, central, fast."""
TABLE = {
    "light oxide": ((0, 1.8, 6.7), (0, 4.1, 15), (0, 2.3, 8.4), (0, 1.4, 5.4), (0, 4.0, 12.3)),
    "heavy separation": ((4.8, 7.0, 9.1), (11.9, 17.4, 22.9), (5.9, 8.7, 11.4), (4.0, 5.8, 7.6), (9.0, 12.7, 16.4)),
    "metal": ((0, 5.9, 11.7), (0, 13.7, 27.5), (0, 7.3, 14.6), (0, 4.4, 8.8), (0, 10.9, 20.8)),
    "magnet": ((0, 5.6, 11.4), (0, 10.5, 21.4), (0, 7.0, 14.3), (0, 4.2, 8.6), (0, 10.4, 20.3)),
    "end to end": ((5.4, 9.8, 14.2), (10.3, 18.8, 27.2), (6.7, 12.2, 17.7), (4.5, 8.1, 11.8), (10.1, 17.5, 24.9)),
}
"""Years to 25, 50 and 75 %: with access, as now (slow, central, fast), denied (central)."""
COLUMNS = (("access", 1), ("now", 0), ("now", 1), ("now", 2), ("denied", 1))


START = NOW, NOW, np.zeros(1)


def years(target, own, denial=0.0, factor=1.0, clock=START):
    return years_to(target, *clock, denial * ONE, np.full((1, 1), factor), own)[0, 0]


@pytest.mark.parametrize("stage", TABLE)
@pytest.mark.parametrize("column", range(5))
def test_years_to_a_quarter_half_and_three_quarters_are_those_of_the_table(stage, column):
    (regime, growth), expected = COLUMNS[column], TABLE[stage][column]
    start, slopes = YEARS[stage]
    own = building(start, slopes[growth], access=float(regime == "access"))
    found = [years(target, own, denial=float(regime == "denied"))[MAGNET] for target in TARGETS]
    places = [0 if value == int(value) > 12 else 1 for value in expected]  # the table has 15 and 15.0 alike
    assert [round(float(value), place) for value, place in zip(found, places, strict=True)] == list(expected)


def test_a_chain_from_8_percent_growing_by_a_fifth_needs_12_years_to_half():
    assert years(0.5, building(0.08, 0.2))[MAGNET] == pytest.approx(np.log(0.92 / 0.08) / 0.2)
    assert years(0.5, building(0.08, 0.2))[MAGNET] == pytest.approx(12.2, abs=0.02)


def test_denial_adds_three_to_five_years_at_half_of_need_end_to_end():
    own = building(0.08, 0.2)
    assert 3 <= years(0.5, own, denial=1.0)[MAGNET] - years(0.5, own)[MAGNET] <= 5.5


@pytest.mark.parametrize(("realised", "percent"), [(0.3, 34), (0.4, 38), (0.5, 43)])
def test_magnets_in_2030_from_announced_plants(realised, percent):
    """23.75 kt at 85 % and 60 kt announced at 75 %, of a need of 78 kt that grows by 5 % a year for five years."""
    plants = projects([realised * 60 / 78], start=[0.0], first=0.75, ramp=0.0)
    own = building(23.75 * 0.85 / 78, named=plants, until=5.0)
    found = share(np.full((1, 1), 5.0), NOW, own)[0, 0, MAGNET]
    assert round(100 * found) == percent
    assert share(NOW, NOW, building(23.75 * 0.85 / 78))[0, 0, MAGNET] == pytest.approx(0.26, abs=0.002)


def run(own, weeks, denial=0.0, factor=1.0, by=1.0):
    """The clock and the shares after weeks in steps."""
    clock = START
    for _ in range(round(weeks / by)):
        clock = advance(*clock, denial * ONE, np.full((1, 1), factor), own, by)
    return clock, share(clock[0], clock[1], own)[0, 0]


NAMED = projects([0.3, 0.25], start=[1.5, 3.0])


@pytest.mark.parametrize("by", [1.0, 4.0, 52.0])
@pytest.mark.parametrize("denial", [0.0, 0.5, 1.0])
def test_the_clock_is_the_same_whatever_the_step(by, denial):
    own = building(named=NAMED)
    one, shares = run(own, 520, denial, 1.2, by=0.5)
    other, others = run(own, 520, denial, 1.2, by)
    for first, second in zip(one, other, strict=True):
        assert second == pytest.approx(first, rel=1e-9)
    assert others == pytest.approx(shares, rel=1e-9)


def test_the_clock_stands_still_once_a_denial_and_runs_slower_after():
    own = building()
    held = advance(NOW, NOW, np.zeros(1), ONE, np.ones((1, 1)), own, 0.5 * WEEKS_A_YEAR)
    assert held.progress == 0
    assert held.held_up == 0.5
    again = advance(*held, 0 * ONE, np.ones((1, 1)), own, WEEKS_A_YEAR)
    assert again.progress == pytest.approx(1)
    later = advance(*again, ONE, np.ones((1, 1)), own, 1.85 * WEEKS_A_YEAR)  # half a year of pause is left
    assert later.progress == pytest.approx(2)
    assert pause(later.held_up, ONE, own) == 0


def test_denied_experts_alone_are_half_of_a_denial():
    half = denied(np.zeros(1), np.ones(1))
    assert half == 0.5
    assert speed(half, np.ones((1, 1)), building()) == pytest.approx(1 / 1.175)


def test_denial_takes_away_access():
    own = building(access=1.0)
    assert speed(0 * ONE, np.ones((1, 1)), own) == pytest.approx(1.25)
    assert speed(ONE, np.ones((1, 1)), own) == pytest.approx(1 / 1.35)


def test_need_that_grows_while_projects_are_late_leaves_a_smaller_share():
    own = building(named=NAMED)
    shares = [run(own, UNTIL * WEEKS_A_YEAR, denial)[1][MAGNET] for denial in (0.0, 1.0)]
    assert shares[1] < shares[0]
    nothing = building(named=projects([0.3], on=[False]))
    assert run(nothing, 5 * WEEKS_A_YEAR)[1][MAGNET] == pytest.approx(0.26 / 1.05**5, rel=1e-3)


def test_after_the_projects_the_curve_goes_on_from_the_share_reached():
    own = building(named=NAMED)
    reached = share(np.full((1, 1), UNTIL), NOW, own)[0, 0, MAGNET]
    later = share(np.full((1, 1), UNTIL + 4), NOW, own)[0, 0, MAGNET]
    assert np.log(later / (1 - later)) - np.log(reached / (1 - reached)) == pytest.approx(4 * 0.15)
    alone = share(np.full((1, 1), 4.0), NOW, own)[0, 0, SEPARATION]  # no project is named there
    assert np.log(alone / (1 - alone)) - np.log(0.26 / 0.74) == pytest.approx(4 * 0.15)


@pytest.mark.parametrize("denial", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("weeks", [0, 130, 400])
def test_years_to_a_share_are_those_after_which_the_clock_reaches_it(denial, weeks):
    own = building(named=NAMED)
    clock, _ = run(own, weeks, denial)
    for target in (0.3, 0.35, 0.6):
        found = years(target, own, denial, clock=clock)
        for stage in (METAL, MAGNET):
            passed = advance(*clock, denial * ONE, np.ones((1, 1)), own, found[stage] * WEEKS_A_YEAR)
            reached = share(passed.progress, passed.late, own)[0, 0, stage]
            if found[stage] > 0:
                assert reached >= target - 1e-9
                before = advance(*clock, denial * ONE, np.ones((1, 1)), own, 0.999 * found[stage] * WEEKS_A_YEAR)
                assert share(before.progress, before.late, own)[0, 0, stage] < target
            else:
                assert reached >= target


def test_what_a_material_lacks_is_not_its_narrowest_stage():
    own = building(0.3)
    shares = np.array([[[0.4, 0.2, np.nan, 0.3, 0.05], [np.nan] * 5]])
    assert narrowest(shares)[0, 0] == 0.2
    assert np.isnan(narrowest(shares)[0, 1])
    lacking = replace(own, stage_share=np.where(np.arange(5) == METAL, np.nan, own.stage_share))
    assert np.isnan(years(0.5, lacking)[METAL])
    assert np.isfinite(years(0.5, lacking)[MAGNET])


def test_a_stage_that_is_nowhere_never_comes_and_one_that_is_all_is_there():
    assert np.isinf(years(0.25, building(0.0))).all()
    assert (share(np.full((1, 1), 30.0), NOW, building(0.0)) == 0).all()
    assert (share(np.full((1, 1), 30.0), NOW, building(1.0)) == 1).all()
    assert (years(0.75, building(1.0)) == 0).all()


@pytest.mark.parametrize("target", [0.0, 1.0, -0.2, 1.5])
def test_a_share_that_is_none_is_refused(target):
    with pytest.raises(ValueError, match="between 0 and 1"):
        years(target, building())


def factor(own, paid=1.0, floor=0.0, scope=0.0, subsidy=0.0):
    given_ = (np.full((1, 1), paid), np.full((1, 1), floor), scope * ONE, subsidy * ONE)
    return float(incentive(*given_, own)[0, 0])


def test_builders_count_on_paid_prices_and_floors():
    own = building()
    assert factor(own) == 1
    assert factor(own, paid=1.21) == pytest.approx(1.1)
    assert factor(own, floor=1.5, scope=0.42) == pytest.approx(1.1)
    assert factor(own, paid=1.6, floor=1.5, scope=1.0) == factor(own, paid=1.6)
    assert factor(own, paid=100.0) == 2
    assert factor(own, paid=0.01) == 0.5
    assert factor(own, subsidy=0.4) == pytest.approx(1.2)


UNIT = st.floats(0, 1)


@settings(max_examples=60, deadline=None)
@given(st.tuples(UNIT, UNIT), st.floats(0, 30), st.floats(0.01, 0.9), st.booleans())
def test_denial_never_quickens(denials, years_, start, with_projects):
    less, more = sorted(denials)
    own = building(start, named=NAMED if with_projects else projects())
    weeks = years_ * WEEKS_A_YEAR
    shares = [run(own, weeks, one, by=max(weeks, 1e-9))[1] for one in (less, more)]
    assert (shares[1] <= shares[0] + 1e-12).all()
    assert ((shares[0] >= 0) & (shares[0] <= 1)).all()
    assert (years(0.5, own, more) >= years(0.5, own, less) - 1e-9).all()


@settings(max_examples=60, deadline=None)
@given(st.floats(0.3, 5), st.floats(0, 5), st.tuples(UNIT, UNIT), st.tuples(UNIT, UNIT), st.floats(0, 30))
def test_support_never_slows(paid, floor, scopes, subsidies, years_):
    own = building(named=NAMED)
    (little, much), (poor, rich) = sorted(scopes), sorted(subsidies)
    less, more = factor(own, paid, floor, little, poor), factor(own, paid, floor, much, rich)
    assert factor(own, paid) <= less + 1e-12
    assert less <= more + 1e-12
    weeks = years_ * WEEKS_A_YEAR
    shares = [run(own, weeks, 0.0, one, by=max(weeks, 1e-9))[1] for one in (less, more)]
    assert (shares[0] <= shares[1] + 1e-12).all()


def test_a_run_is_the_same_alone_and_among_others():
    chance = np.random.default_rng(3)
    runs = 6
    named = replace(NAMED, start=1 + 3 * chance.random((runs, 2)), on=chance.random((runs, 2)) < 0.7)
    own = building(named=named)
    many = replace(
        own,
        stage_share=chance.random((runs, 1, len(STAGES))),
        projects_until=4 + chance.random(runs),
        demand_growth=0.1 * chance.random(runs),
    )
    denial, prices = chance.random(runs), 0.5 + chance.random((runs, 1))
    clock = advance(*(np.zeros((runs, 1)),) * 2, np.zeros(runs), denial, prices, many, 150.0)
    whole = share(clock.progress, clock.late, many)
    ahead = years_to(0.5, *clock, denial, prices, many)
    for place in range(runs):
        only = slice(place, place + 1)
        single = replace(
            many,
            stage_share=many.stage_share[only],
            projects_until=many.projects_until[only],
            demand_growth=many.demand_growth[only],
            projects=replace(named, start=named.start[only], on=named.on[only]),
        )
        alone = advance(NOW, NOW, np.zeros(1), denial[only], prices[only], single, 150.0)
        assert (share(alone.progress, alone.late, single)[0] == whole[place]).all()
        assert (years_to(0.5, *alone, denial[only], prices[only], single)[0] == ahead[place]).all()
