"""Optimal and Nash tariffs: closed forms of small worlds, and what an optimum is."""

import numpy as np
import pytest

from sim.economy import Economy, load, optimal
from sim.economy.ascent import Curve, climb
from sim.economy.dataset import DataSet


def world(flows, tariff=None, coefficient=None, regions=None, taxed=None):
    """An economy of flows [importer, exporter, sector]; all output is value added unless inputs are given."""
    flows = np.asarray(flows, dtype=float)
    count, _, sectors = flows.shape
    nothing = np.zeros_like(flows)
    coefficient = np.zeros((count, sectors, sectors)) if coefficient is None else coefficient
    names = regions or tuple("ABCDEFGH"[:count])
    codes = tuple(f"S{sector}" for sector in range(sectors))
    taxed = np.ones(sectors, bool) if taxed is None else np.asarray(taxed)
    tariff = nothing if tariff is None else tariff
    share = 1 - coefficient.sum(1)
    return Economy(DataSet(names, codes, {}, {}, flows, tariff, nothing, share, coefficient, None, taxed, None, {}))


def two_countries(own_share, size=1.0):
    """A of output 1,000 that spends `own_share` on its own goods, and B of output 1,000 × `size`; trade is free."""
    trade = 1000 * (1 - own_share)
    return world([[[1000 - trade], [trade]], [[trade], [1000 * size - trade]]])


def four_countries(regions=None, order=(0, 1, 2, 3)):
    """Two sectors, inputs, tariffs, deficits; regions may be listed in another order."""
    random, place = np.random.default_rng(5), list(order)
    flows = random.uniform(50, 150, (4, 4, 2))
    flows[range(4), range(4)] += random.uniform(400, 900, (4, 2))
    tariff = random.uniform(0, 0.1, flows.shape) * ~np.eye(4, dtype=bool)[..., None]
    coefficient = random.uniform(0.05, 0.2, (4, 2, 2))
    square = np.ix_(place, place)
    return world(flows[square], tariff[square], coefficient[place], regions)


def balanced(economy, tariffs, epsilon):
    """[region] real income at given rates, without deficits."""
    return economy.solve(tariffs, epsilon, deficits="purged").real_income


def own_share_abroad(economy, tariffs, epsilon):
    """Share of its own goods in what B spends, at the prices that it pays."""
    paid = economy.solve(tariffs, epsilon).flows_musd[1, :, 0] * (1 + np.asarray(tariffs)[1, :, 0])
    return paid[1] / paid.sum()


# ── Closed forms ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("own_share", "rate", "gain", "loss"),
    [(0.5, 0.3770, 3.845, -6.814), (0.8, 0.2860, 1.199, -2.189), (0.9, 0.2665, 0.560, -1.032)],
)
def test_against_free_trade_the_optimum_is_one_over_elasticity_and_foreign_home_share(own_share, rate, gain, loss):
    """Gros (1987); the figures are from a grid search of the same world."""
    economy = two_countries(own_share)
    best = optimal.best_response(economy, "A", 4.0)
    assert best.rate[0] == pytest.approx(1 / (4 * own_share_abroad(economy, best.tariffs, 4.0)), abs=1e-6)
    assert best.rate[0] == pytest.approx(rate, abs=6e-5)
    assert 100 * best.gain == pytest.approx([gain, loss], abs=6e-4)
    assert best.converged


@pytest.mark.parametrize("theirs", [0.05, 0.25, 1.0])
@pytest.mark.parametrize("epsilon", [2.0, 4.0, 8.0])
def test_against_a_tariff_the_optimum_is_lower_by_what_it_keeps_out(theirs, epsilon):
    economy = two_countries(0.7, size=2.0)
    best = optimal.best_response(economy, "A", epsilon, against=economy.rates({("B", "A"): theirs}))
    share = own_share_abroad(economy, best.tariffs, epsilon)
    assert best.rate[0] == pytest.approx((1 + theirs * share) / (epsilon * share * (1 + theirs)), abs=1e-6)


NASH = {
    2: (0.6180, 0.5346, 0.5159),
    4: (0.3139, 0.2690, 0.2588),
    6: (0.2104, 0.1798, 0.1727),
    8: (0.1583, 0.1350, 0.1296),
}


@pytest.mark.parametrize(("epsilon", "place"), [(epsilon, place) for epsilon in NASH for place in range(3)])
def test_between_equals_both_charge_the_fixed_point_of_the_best_response(epsilon, place):
    own_share = (0.5, 0.8, 0.9)[place]
    found = optimal.nash(two_countries(own_share), elasticity=float(epsilon))
    t, apart = 0.3, ((1 - own_share) / own_share) ** (-1 / epsilon)
    for _ in range(200):
        share = 1 / (1 + (apart * (1 + t)) ** -epsilon)
        t = (1 + t * share) / (epsilon * share * (1 + t))
    assert found.rate["A"] == pytest.approx(t, abs=1e-6)
    assert found.rate["B"] == pytest.approx(t, abs=1e-6)
    assert t == pytest.approx(NASH[epsilon][place], abs=6e-5)
    assert found.converged
    assert found.change <= 1e-6


@pytest.mark.parametrize(("own_share", "loss"), [(0.5, -3.829), (0.8, -1.387), (0.9, -0.674)])
def test_between_equals_both_lose_by_the_war(own_share, loss):
    found = optimal.nash(two_countries(own_share), elasticity=4.0)
    assert 100 * found.gain == pytest.approx([loss, loss], abs=6e-4)


@pytest.mark.parametrize("epsilon", [1.5, 4.0, 9.0])
def test_a_region_of_no_size_charges_one_over_the_elasticity(epsilon):
    best = optimal.best_response(two_countries(0.6, size=1e7), "A", epsilon)
    assert best.rate[0] == pytest.approx(1 / epsilon, abs=1e-6)


# ── What an optimum is ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("by", ["uniform", "partner", "sector"])
def test_no_other_rate_is_better(by):
    economy = four_countries()
    best = optimal.best_response(economy, "B", 5.0, by=by)
    top = balanced(economy, best.tariffs, 5.0)[1]
    assert best.converged
    for moved in (-0.02, -0.002, 0.002, 0.02):
        for name in best.charged:
            pair = ("B", "*", name) if by == "sector" else ("B", name)
            tariffs = best.tariffs + (economy.rates({pair: 1.0}) > 0.9) * moved
            assert balanced(economy, tariffs, 5.0)[1] < top


def test_more_rates_are_no_worse():
    economy = four_countries()
    gains = {by: optimal.best_response(economy, "A", 4.0, by=by).gain[0] for by in ("uniform", "partner", "sector")}
    assert gains["partner"] > gains["uniform"]
    assert gains["sector"] > gains["uniform"]
    assert optimal.best_response(economy, "A", 4.0, on=["B"]).gain[0] < gains["uniform"]


def test_partners_and_sectors_that_are_not_named_keep_their_rates():
    economy = four_countries()
    best = optimal.best_response(economy, "A", 4.0, on=["B", "A", "D"], by="partner")
    assert best.charged == ("B", "D")
    assert (best.tariffs[0, 2] == economy.data.tariff[0, 2]).all()
    assert (best.tariffs[1:] == economy.data.tariff[1:]).all()
    assert (best.tariffs[0, 1] == best.rate[0]).all()
    some = world(economy.data.flows_musd, taxed=[True, False])
    assert optimal.best_response(some, "A", 4.0, by="sector").charged == ("S0",)
    assert not optimal.best_response(some, "A", 4.0).tariffs[..., 1].any()


def test_a_partner_that_sells_nothing_is_not_charged():
    flows = np.array(four_countries().data.flows_musd)
    flows[0, 2] = 0
    best = optimal.best_response(world(flows), "A", 4.0, by="partner")
    assert best.charged == ("B", "D")
    assert best.converged


@pytest.mark.parametrize("by", ["uniform", "partner"])
def test_each_draw_has_the_optimum_that_it_has_alone(by):
    economy, draws = four_countries(), np.array([[2.0, 3.0], [4.0, 8.0], [6.0, 6.0]])
    together = optimal.best_response(economy, "C", draws, by=by)
    for draw, theta in enumerate(draws):
        alone = optimal.best_response(economy, "C", theta, by=by)
        assert together.rate[draw] == pytest.approx(alone.rate, abs=1e-9)
        assert together.gain[draw] == pytest.approx(alone.gain, abs=1e-9)
    assert together.converged.all()
    assert together.tariffs.shape == (3, 4, 4, 2)


def test_the_gain_is_measured_against_the_rates_that_were_given():
    economy = four_countries()
    against = economy.rates({("B", "A"): 0.4})
    best = optimal.best_response(economy, "A", 4.0, against=against)
    expected = balanced(economy, best.tariffs, 4.0) / balanced(economy, against, 4.0) - 1
    assert best.gain == pytest.approx(expected, abs=1e-12)


def test_deficits_are_held_if_one_asks_for_it():
    economy = four_countries()
    best = optimal.best_response(economy, "A", 4.0, deficits="held")
    assert best.gain == pytest.approx(economy.solve(best.tariffs, 4.0).real_income - 1, abs=1e-12)
    assert abs(best.rate[0] - optimal.best_response(economy, "A", 4.0).rate[0]) > 1e-3


def test_a_deficit_that_is_held_lets_a_giver_gain_by_ending_all_trade():
    """Why they are taken out: the worth of a transfer moves with the tariff."""
    with pytest.raises(ArithmeticError, match="still rises at a tariff of 447%"):
        optimal.nash(four_countries(), elasticity=5.0, deficits="held")


# ── Nash ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("by", ["uniform", "partner", "sector"])
def test_at_the_nash_point_nobody_gains_by_a_change_of_its_own(by):
    economy = four_countries()
    found = optimal.nash(economy, elasticity=5.0, by=by)
    assert found.converged
    for place, region in enumerate(economy.data.regions):
        best = optimal.best_response(economy, region, 5.0, against=found.tariffs, by=by)
        assert best.rate == pytest.approx(found.rate[region], abs=1e-6)
        assert best.gain[place] == pytest.approx(0, abs=1e-11)


@pytest.mark.parametrize("by", ["uniform", "partner"])
def test_the_order_of_the_regions_is_of_no_matter(by):
    one = optimal.nash(four_countries(), elasticity=4.0, by=by)
    other = optimal.nash(four_countries(("C", "A", "D", "B"), (2, 0, 3, 1)), elasticity=4.0, by=by)
    for region in "ABCD":
        theirs = dict(zip(other.charged[region], other.rate[region], strict=True))
        assert [theirs[name] for name in one.charged[region]] == pytest.approx(one.rate[region], abs=1e-6)
    assert other.gain[[1, 3, 0, 2]] == pytest.approx(one.gain, abs=1e-9)
    again = optimal.nash(four_countries(), ["D", "B", "A", "C"], 4.0, by=by)
    assert again.tariffs == pytest.approx(one.tariffs, abs=1e-9)


def test_equal_regions_charge_equal_rates_on_everybody():
    flows = np.full((4, 4, 1), 80.0)
    flows[range(4), range(4)] = 500
    found = optimal.nash(world(flows), elasticity=4.0, by="partner")
    rates = np.concatenate(list(found.rate.values()))
    assert rates == pytest.approx(np.full(12, rates[0]), abs=1e-6)
    uniform = optimal.nash(world(flows), elasticity=4.0)
    assert rates[0] == pytest.approx(uniform.rate["A"][0], abs=1e-6)


def test_a_war_of_two_leaves_the_others_rates_alone():
    economy = four_countries()
    found = optimal.nash(economy, ["A", "C"], 4.0, on=["A", "C"])
    changed = np.argwhere((found.tariffs != economy.data.tariff).any(2)).tolist()
    assert changed == [[0, 2], [2, 0]]
    assert found.gain[1] > 0
    assert found.gain[3] > 0


# ── Customs unions and tables ────────────────────────────────────────────────────────────────────────────────────────


def test_a_customs_union_has_one_rate_and_leaves_its_members_alone():
    economy = four_countries()
    best = optimal.best_response(economy, "A+B", 4.0)
    assert (best.tariffs[:2, 2:] == best.rate[0]).all()
    assert (best.tariffs[:2, :2] == economy.data.tariff[:2, :2]).all()
    income = economy.base.income[:2]
    top = income @ balanced(economy, best.tariffs, 4.0)[:2]
    for moved in (-0.01, 0.01):
        tariffs = best.tariffs.copy()
        tariffs[:2, 2:] += moved
        assert income @ balanced(economy, tariffs, 4.0)[:2] < top


def test_a_union_of_the_like_is_larger_and_charges_more():
    flows = np.full((4, 4, 1), 80.0)
    flows[range(4), range(4)] = 500
    alone, together = (optimal.best_response(world(flows), who, 4.0).rate[0] for who in ("A", "A+B"))
    assert together > alone


def test_optima_by_region_are_the_best_responses():
    economy = four_countries()
    sets = {"low": 3.0, "mixed": {"S0": 2.0, "S1": 9.0}}
    found = optimal.optimal_by_region(economy, sets, ["D", "A+B"])
    assert found.sets == ("low", "mixed")
    best = optimal.best_response(economy, "D", sets["mixed"])
    assert found.rate[0, 1] == pytest.approx(best.rate[0], abs=1e-9)
    assert found.gain[0, 1] == pytest.approx(best.gain[3], abs=1e-9)
    weight = economy.base.income[:3]
    assert found.others[0, 1] == pytest.approx(best.gain[:3] @ weight / weight.sum(), abs=1e-9)
    assert found.converged.all()
    assert (found.gain > 0).all()


def test_in_the_shipped_world_everybody_has_a_tariff_that_pays_and_a_war_that_does_not():
    economy = load()
    found = optimal.optimal_by_region(economy, ["central"], ["USA", "CHN", "DEU+FRA+ITA+REU"])
    assert (found.gain > 0).all()
    assert (found.others < 0).all()
    assert ((found.rate > 0.05) & (found.rate < 1)).all()
    war = optimal.nash(economy, found.regions, "central")
    assert war.converged
    weight = economy.base.income
    assert war.gain @ weight < 0


# ── Mistakes ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_mistakes_are_told():
    economy = four_countries()
    with pytest.raises(KeyError, match="there is no region 'X'; there are A, B, C, D"):
        optimal.best_response(economy, "A+X")
    with pytest.raises(KeyError, match="there is no region 'X'"):
        optimal.nash(economy, on=["X"])
    with pytest.raises(ValueError, match="found by='pair'; it is uniform, partner or sector"):
        optimal.best_response(economy, "A", by="pair")
    with pytest.raises(ValueError, match=r"found rates of shape \(4, 4\); they are \(4, 4, 2\)"):
        optimal.best_response(economy, "A", against=np.zeros((4, 4)))
    with pytest.raises(ValueError, match="A imports nothing of what it is to charge"):
        optimal.best_response(economy, "A", on=["A"])
    with pytest.raises(ValueError, match="B would play twice"):
        optimal.nash(economy, ["A+B", "B"])
    with pytest.raises(ValueError, match="it takes two"):
        optimal.nash(economy, ["A"])
    with pytest.raises(ValueError, match="a Nash equilibrium is of one set"):
        optimal.nash(economy, elasticity=np.ones((3, 2)))
    with pytest.raises(ValueError, match="a set has one a sector"):
        optimal.optimal_by_region(economy, {"draws": np.ones((3, 2))})
    with pytest.raises(ValueError, match="at least one set"):
        optimal.optimal_by_region(economy, [])
    with pytest.raises(ArithmeticError, match="real income of A still rises at a tariff of 447%"):
        optimal.best_response(two_countries(0.6), "A", 0.15)


# ── Steps ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_peak_that_is_turned_in_its_variables_is_found():
    def value(case, at):
        x, y = at[:, 0], at[:, 1]
        return np.exp(-((x + y - case) ** 2) - 0.1 * (x - y) ** 2)

    curve = Curve(value, np.ones((2, 2), bool), np.full(2, 0.03))
    found, done = climb(curve, np.array([[0.3, 0.1], [0.1, 0.0]]), 1e-9, 60)
    assert found == pytest.approx(np.array([[0, 0], [0.5, 0.5]]), abs=1e-8)
    assert done.all()


def test_a_curve_without_a_value_is_an_error():
    curve = Curve(lambda case, at: np.full(len(at), np.nan), np.ones((1, 1), bool), np.full(1, 0.03))
    with pytest.raises(ArithmeticError, match="was not found"):
        climb(curve, np.zeros((1, 1)), 1e-9, 5)
