"""One sector made of labour: what theory says in a formula, the solver says in numbers."""

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar

from tests.sim.economy.worlds import armington, random_world, two_countries

OWN_SHARES = (0.5, 0.8, 0.9)
HALVES = {share: two_countries(share) for share in OWN_SHARES}
UNEQUAL = two_countries(0.7, size=2.5)
FOUR = armington([[700, 90, 60, 50], [90, 900, 80, 60], [60, 80, 400, 70], [50, 60, 70, 300]])
TAXED = random_world(5, 1, 5, inputs=False, balanced=True)


def between(home, foreign=0.0):
    """Rates of two countries, [..., 2, 2, 1]: H on F's goods and F on H's; a run for each rate if they are many."""
    home, foreign = np.broadcast_arrays(home, foreign)
    rates = np.zeros((*home.shape, 2, 2, 1))
    rates[..., 0, 1, 0], rates[..., 1, 0, 0] = home, foreign
    return rates


def own_share(solution, region, rates):
    """λ: what a region spends on its own goods, of all that it spends at prices with tariffs."""
    paid = (solution.flows_musd * (1 + rates))[region]
    return paid[region].sum() / paid.sum()


def relative_wage(economy, home, foreign, epsilon):
    """ŵ_H/ŵ_F by one equation: exports of both countries have the same value. By hand for two countries."""
    flows = economy.data.flows_musd[..., 0]
    share = flows / flows.sum(1, keepdims=True)

    def books(wage):
        price = np.array([[wage, 1 + home], [wage * (1 + foreign), 1.0]])
        now = share * price**-epsilon
        now /= now.sum(1, keepdims=True)
        wages = np.array([wage, 1.0]) * flows.sum(0)
        imported = np.array([now[0, 1] / (1 + home), now[1, 0] / (1 + foreign)])
        income = wages / (1 - np.array([home, foreign]) * imported)
        return now, income, imported * income

    def surplus(log_wage):
        _, _, imports = books(np.exp(log_wage))
        return np.log(imports[1] / imports[0])

    wage = np.exp(brentq(surplus, -5, 5, xtol=1e-14, rtol=1e-14))
    now, income, _ = books(wage)
    price = (np.diag(now) / np.diag(share)) ** (1 / epsilon) * np.array([wage, 1.0])
    return wage, income / flows.sum(1) / price


def marginal_gain(economy, home, foreign, epsilon, step=0.01):
    """∂W_H/∂t_H by central differences of fourth order, four solutions in one batch."""
    around = home + step * np.array([-2.0, -1.0, 1.0, 2.0])
    gains = economy.solve(between(around, foreign), elasticity=epsilon).real_income[:, 0]
    return gains @ np.array([1.0, -8.0, 8.0, -1.0]) / (12 * step)


def best_response(economy, foreign, epsilon):
    return brentq(lambda rate: marginal_gain(economy, rate, foreign, epsilon), 0.05, 1.5, xtol=1e-9)


def nash(share, epsilon):
    """Symmetric Nash tariff of two equal countries: t = (1 + tλ) / [ελ(1 + t)], λ = 1/(1 + (d(1+t))^−ε)."""
    distance = (1 / share - 1) ** (-1 / epsilon)

    def own(rate):
        return 1 / (1 + (distance * (1 + rate)) ** -epsilon)

    rate = brentq(lambda t: t - (1 + t * own(t)) / (epsilon * own(t) * (1 + t)), 0.01, 5, xtol=1e-14)
    return rate, own(rate)


@pytest.mark.parametrize("epsilon", [0.5, 1, 4, 9])
@pytest.mark.parametrize(("home", "foreign"), [(0.2, 0.2), (0.3, 0.1), (1.45, 1.25)])
def test_two_countries_are_as_solved_by_hand(opened, home, foreign, epsilon):
    economy = opened(UNEQUAL)
    solution = economy.solve(between(home, foreign), elasticity=epsilon)
    wage, real_income = relative_wage(economy, home, foreign, epsilon)
    assert solution.wage[0] / solution.wage[1] == pytest.approx(wage, rel=1e-8)
    assert solution.real_income == pytest.approx(real_income, rel=1e-8)


@pytest.mark.parametrize(
    ("share", "tariff", "gain", "foreign_loss"),
    [(0.5, 0.3770, 3.845, -6.814), (0.8, 0.2860, 1.199, -2.189), (0.9, 0.2665, 0.560, -1.032)],
)
def test_the_best_tariff_on_free_traders_is_the_known_one(opened, share, tariff, gain, foreign_loss):
    economy = opened(HALVES[share])
    found = minimize_scalar(
        lambda rate: -economy.solve(between(rate)).real_income[0],
        bounds=(0, 1),
        method="bounded",
        options={"xatol": 1e-6},
    )
    assert found.x == pytest.approx(tariff, abs=6e-5)
    effect = 100 * (economy.solve(between(found.x)).real_income - 1)
    assert effect == pytest.approx([gain, foreign_loss], abs=6e-4)


@pytest.mark.parametrize("share", OWN_SHARES)
def test_the_best_tariff_is_one_over_the_elasticity_of_foreign_supply(opened, share):
    """t = 1/(ε λ_FF), λ_FF at the optimum: with labour in fixed supply, foreign export supply has elasticity ε λ_FF."""
    economy = opened(HALVES[share])
    rate = best_response(economy, 0.0, 4.0)
    foreign = own_share(economy.solve(between(rate)), 1, between(rate))
    assert rate == pytest.approx(1 / (4 * foreign), abs=1e-6)


@pytest.mark.parametrize(("foreign", "epsilon"), [(0.2, 4.0), (0.6, 2.0), (0.1, 8.0)])
def test_the_best_response_to_a_foreign_tariff_has_its_closed_form(opened, foreign, epsilon):
    economy = opened(UNEQUAL)
    rate = best_response(economy, foreign, epsilon)
    rates = between(rate, foreign)
    share = own_share(economy.solve(rates, elasticity=epsilon), 1, rates)
    assert rate == pytest.approx((1 + foreign * share) / (epsilon * share * (1 + foreign)), abs=1e-6)


@pytest.mark.parametrize(
    ("epsilon", "tariffs"),
    [
        (2, (0.6180, 0.5346, 0.5159)),
        (4, (0.3139, 0.2690, 0.2588)),
        (6, (0.2104, 0.1798, 0.1727)),
        (8, (0.1583, 0.1350, 0.1296)),
    ],
)
def test_at_the_symmetric_nash_tariff_neither_gains_by_moving(opened, epsilon, tariffs):
    for share, published in zip(OWN_SHARES, tariffs, strict=True):
        rate, _ = nash(share, epsilon)
        assert rate == pytest.approx(published, abs=6e-5)
        economy = opened(HALVES[share])
        assert marginal_gain(economy, rate, rate, epsilon) == pytest.approx(0, abs=1e-7)
        elsewhere = economy.solve(between(rate + np.array([0.0, -0.05, 0.05]), rate), elasticity=epsilon)
        assert elsewhere.real_income[0, 0] > elsewhere.real_income[1:, 0].max()


@pytest.mark.parametrize(("share", "loss"), [(0.5, -3.829), (0.8, -1.387), (0.9, -0.674)])
def test_both_lose_the_known_amount_in_the_trade_war(opened, share, loss):
    rate, own = nash(share, 4.0)
    effect = opened(HALVES[share]).solve(between(rate, rate)).real_income
    collected = rate / (1 + rate) * (1 - own)
    assert effect == pytest.approx((own / share) ** (-1 / 4) / (1 - collected), rel=1e-9)
    assert 100 * (effect - 1) == pytest.approx([loss, loss], abs=6e-4)


@pytest.mark.parametrize("epsilon", [1.0, 4.0, 8.0])
def test_real_income_follows_from_own_shares_and_revenue(opened, epsilon):
    """Ŵ = [(1 − ρ)/(1 − ρ')] λ̂^(−1/ε), ρ tariff revenue over expenditure; balanced trade, tariffs in the base."""
    economy = opened(TAXED)
    data = economy.data
    rates = data.tariff + 0.3 * (data.tariff > 0.1)
    solution = economy.solve(rates, elasticity=epsilon)

    def told(flows, rates):
        paid = (flows * (1 + rates)).sum((1, 2))
        return np.diagonal(flows[..., 0]) / paid, (flows * rates).sum((1, 2)) / paid

    (own, collected), (new_own, newly) = told(data.flows_musd, data.tariff), told(solution.flows_musd, rates)
    expected = (1 - collected) / (1 - newly) * (new_own / own) ** (-1 / epsilon)
    assert solution.real_income == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("epsilon", [1.0, 4.0, 8.0])
def test_a_shock_abroad_is_felt_through_the_own_share_alone(opened, epsilon):
    """Ŵ = λ̂^(−1/ε) for a country that levies nothing (Arkolakis, Costinot and Rodríguez-Clare 2012)."""
    economy = opened(FOUR)
    rates = np.zeros_like(economy.data.flows_musd)
    rates[1, 2], rates[2, 3], rates[3, 0], rates[1, 0] = 0.5, 0.25, 0.4, 0.2
    solution = economy.solve(rates, elasticity=epsilon)
    before = economy.solve(elasticity=epsilon)
    now, then = own_share(solution, 0, rates), own_share(before, 0, 0 * rates)
    assert solution.real_income[0] == pytest.approx((now / then) ** (-1 / epsilon), rel=1e-8)
    assert abs(solution.real_income[0] - 1) > 1e-4


@pytest.mark.parametrize("epsilon", [4.0, 8.0])
def test_prohibitive_tariffs_cost_the_gains_from_trade(opened, epsilon):
    """Autarky: 1 − λ^(1/ε) of real income; where tariffs were levied before, of what is left of it without them."""
    economy = opened(FOUR)
    everywhere = 999.0 * ~np.eye(4, dtype=bool)[..., None]
    solution = economy.solve(everywhere, elasticity=epsilon)
    before = economy.solve(elasticity=epsilon)
    own = np.array([own_share(before, region, 0 * everywhere) for region in range(4)])
    assert solution.real_income == pytest.approx(own ** (1 / epsilon), rel=1e-6)


def test_the_gain_of_the_best_tariff_falls_to_nothing_as_goods_become_alike(opened):
    economy = opened(HALVES[0.8])
    gains = []
    for epsilon in (1.0, 2.0, 4.0, 8.0, 16.0):
        rate = best_response(economy, 0.0, epsilon)
        gains.append(economy.solve(between(rate), elasticity=epsilon).real_income[0] - 1)
    assert (np.diff(gains) < 0).all()
    assert 0 < gains[-1] < gains[0] / 10


def test_a_small_country_meets_a_given_price_and_its_best_tariff_is_one_over_epsilon(opened):
    economy = opened(two_countries(0.7, size=20_000.0))
    assert best_response(economy, 0.0, 4.0) == pytest.approx(1 / 4, abs=1e-4)
