"""Sampling: keyed uniforms, exact inverse CDFs, correlations that leave the marginals alone."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.days import day
from sim.sampling.distributions import cdf, mean, quantile, quantile_after
from sim.sampling.draws import CorrelationError, check_correlations, draw_assumptions
from sim.sampling.uniforms import Uniforms
from sim.scenario.scalars import parse
from sim.scenario.units import Dimension

NUMBERS = [
    {"uniform": [2, 5]},
    {"triangular": [1, 2, 7]},
    {"pert": [0, 3, 9]},
    {"normal": [4, 2]},
    {"lognormal": [3, 0.5]},
    {"beta": [2, 5]},
    {"beta": [2, 5], "between": [-1, 3]},
    {"table": [["0 %", 1], ["30 %", 2], ["100 %", 8]]},
    {"normal": [4, 2], "truncate": [3, 6]},
]


def distribution(raw, dimension=Dimension.number):
    return parse(raw, dimension).distribution


@pytest.mark.parametrize("raw", NUMBERS, ids=str)
@given(st.floats(1e-6, 1 - 1e-6))
def test_the_cdf_undoes_the_quantile(raw, u):
    own = distribution(raw)
    assert cdf(own, quantile(own, [u]))[0] == pytest.approx(u, abs=1e-9)


@pytest.mark.parametrize("raw", NUMBERS, ids=str)
def test_quantiles_rise(raw):
    assert (np.diff(quantile(distribution(raw), np.linspace(0.001, 0.999, 500))) >= 0).all()


@pytest.mark.parametrize("raw", NUMBERS[:8], ids=str)
def test_means_are_those_of_the_closed_form(raw):
    own = distribution(raw)
    middles = (np.arange(200_000) + 0.5) / 200_000
    assert quantile(own, middles).mean() == pytest.approx(mean(own), rel=2e-4)


def test_the_mean_of_a_pert_is_a_4m_b_over_6():
    assert mean(distribution({"pert": [0, 3, 9]})) == pytest.approx((0 + 4 * 3 + 9) / 6)


def test_the_median_of_a_lognormal_is_its_first_number():
    assert quantile(distribution({"lognormal": [3, 0.5]}), [0.5])[0] == pytest.approx(3)


def test_a_truncated_value_stays_inside():
    values = quantile(distribution(NUMBERS[-1]), np.linspace(1e-9, 1 - 1e-9, 100))
    assert values.min() >= 3
    assert values.max() <= 6


def test_every_day_of_a_uniform_has_the_same_probability():
    own = distribution({"uniform": ["2025-10-29", "2025-11-01"]}, Dimension.date)
    drawn = quantile(own, (np.arange(4000) + 0.5) / 4000, Dimension.date)
    found, counts = np.unique(drawn, return_counts=True)
    assert found.tolist() == [day("2025-10-29") + place for place in range(4)]
    assert counts.tolist() == [1000] * 4


def test_a_date_that_has_not_come_lies_ahead():
    own = distribution({"triangular": ["2025-01-01", "2025-06-01", "2025-12-31"]}, Dimension.date)
    later = quantile_after(own, np.linspace(0.001, 0.999, 200), day("2025-09-01"), Dimension.date)
    assert later.min() > day("2025-09-01")
    assert later.max() <= day("2025-12-31")


def test_an_adjustment_shifts_or_stretches_the_whole_distribution():
    @dataclass
    class Adjusted:
        base: object
        by: str

    base = {"triangular": ["5 pp", "10 pp", "30 pp"]}
    shifted = parse(Adjusted(base, "+20 pp"), Dimension.points).distribution
    stretched = parse(Adjusted(base, "×0.5"), Dimension.points).distribution
    own = quantile(distribution(base, Dimension.points), [0.3])
    assert quantile(shifted, [0.3]) == pytest.approx(own + 20)
    assert quantile(stretched, [0.3]) == pytest.approx(own / 2)


def test_a_run_draws_the_same_whoever_else_draws():
    everybody = Uniforms(7, np.arange(10_000)).draw("stream", "occasion")
    for runs in ([57], [3, 9999, 57, 57], [0, 5000], list(range(50, 90))):
        assert (Uniforms(7, np.array(runs)).draw("stream", "occasion") == everybody[runs]).all()


def test_streams_occasions_and_seeds_are_apart():
    own = Uniforms(7, np.arange(20_000))
    first = own.draw("a", "x")
    for other in (own.draw("a", "y"), own.draw("b", "x"), Uniforms(8, own.runs).draw("a", "x")):
        assert abs(np.corrcoef(first, other)[0, 1]) < 0.03


def test_uniforms_are_uniform_and_never_0_or_1():
    drawn = Uniforms(1, np.arange(100_000)).draw("s")
    counts = np.histogram(drawn, 100, (0, 1))[0]
    assert ((counts - 1000) ** 2 / 1000).sum() < 149  # chi-square, 99 degrees of freedom, 99.9 % point 148.2
    assert 0 < drawn.min() < drawn.max() < 1


def test_a_lineage_survives_being_written_down():
    family = Uniforms(1, np.arange(4)).fork(np.array([1, 3]), 3, 20000).fork(np.array([2, 4]), 2, 20010)
    again = Uniforms.from_lineage(family.lineage())
    assert (again.draw("s", "o") == family.draw("s", "o")).all()


@dataclass
class Pair:
    between: tuple
    value: float


def test_a_copula_correlates_and_leaves_the_marginals_alone():
    scalars = {name: parse(raw, Dimension.number) for name, raw in zip("abc", NUMBERS[:3], strict=True)}
    uniforms = Uniforms(3, np.arange(40_000))
    free = draw_assumptions(scalars, [], uniforms)
    tied = draw_assumptions(scalars, [Pair(("a", "b"), 0.7)], uniforms)
    assert (tied["c"] == free["c"]).all()
    assert tied["a"] == pytest.approx(free["a"])
    grade = cdf(scalars["b"].distribution, tied["b"])
    assert np.abs(np.histogram(grade, 20, (0, 1))[0] - 2000).max() < 200
    # Spearman's rank correlation of a Gaussian copula is 6/π asin(ρ/2).
    ranks = [np.argsort(np.argsort(tied[name])) for name in "ab"]
    assert np.corrcoef(*ranks)[0, 1] == pytest.approx(6 / np.pi * np.arcsin(0.35), abs=0.02)


def test_correlations_that_contradict_each_other_are_refused():
    with pytest.raises(CorrelationError, match="a, b, c"):
        check_correlations([Pair(("a", "b"), 0.9), Pair(("b", "c"), 0.9), Pair(("a", "c"), -0.9)])
