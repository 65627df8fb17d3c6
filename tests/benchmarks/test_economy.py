"""Measurements of the trade equilibrium, printed and never asserted; what is asserted is that the answers are right.

Times are of the processor, all threads together, so that others on the machine count little; ratios are within one run.
OMP_NUM_THREADS=1 keeps the linear algebra to one core, where small matrices are fastest.
"""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from time import process_time

import numpy as np
import pytest

from sim import economy

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.reference import equilibrium
from tests.sim.economy.worlds import random_world

DRAWS = 1000
SEVERAL = (
    ("USA", "CHN"),
    ("CHN", "USA"),
    ("USA", "CAN"),
    ("CAN", "USA"),
    ("USA", "MEX"),
    ("CHN", "JPN"),
    ("KOR", "CHN"),
)
GEGRAVITY = "PARLEY_GEGRAVITY_PYTHON"


def seconds(work, times=1):
    """(Best time of a few, seconds of the processor; what was worked out)."""
    best = np.inf
    for _ in range(times):
        began = process_time()
        found = work()
        best = min(best, process_time() - began)
    return best, found


def draws(world, pairs, number=DRAWS, seed=1):
    """ε of 1 to 9 in every sector and tariffs of 0 to 150 % on every pair: (ε [run, sector], rates [run, n, i, j])."""
    random = np.random.default_rng(seed)
    epsilon = random.uniform(1, 9, (number, len(world.data.sectors)))
    rates = np.repeat(world.data.tariff[np.newaxis], number, axis=0)
    taxed = np.flatnonzero(world.data.taxed)
    for importer, exporter in pairs:
        n, i = world.data.regions.index(importer), world.data.regions.index(exporter)
        rates[:, n, i, taxed] = random.uniform(0, 1.5, (number, 1))
    return epsilon, rates


def damped(base, rates, epsilon, residual=1e-9):
    """The plain way, lean: prices, expenditure and wages a step further at once, wages damped. (Wages, steps)."""
    tariff = np.ascontiguousarray(np.moveaxis(rates, -1, 0))  # [sector, importer, exporter]
    theta = epsilon[:, np.newaxis]
    chosen = base.share * ((1 + tariff) / (1 + base.tariff)) ** -theta[..., np.newaxis]
    sold = chosen / (1 + tariff)
    wage, spent = np.ones(base.regions), base.expenditure.copy()
    log_price = np.zeros_like(spent)  # [sector, region]
    step = 1 / (1 + epsilon.max() / 2)
    for count in range(10_000):
        log_inputs = np.einsum("ikj,ki->ji", base.input_coefficient, log_price)
        pull = np.exp(-theta * (base.value_added_share * np.log(wage) + log_inputs))
        total = np.matmul(chosen, pull[..., np.newaxis])[..., 0]
        new_price, unit = -np.log(total) / theta, spent / total
        output = pull * np.matmul(unit[:, np.newaxis], sold)[:, 0]
        revenue = (spent - unit * np.matmul(sold, pull[..., np.newaxis])[..., 0]).sum(0)
        income = wage * base.value_added + revenue + base.deficit
        new_spent = base.final_share * income + np.einsum("nkj,jn->kn", base.input_coefficient, output)
        excess = (base.value_added_share * output).sum(0) / base.value_added - wage
        gaps = (new_price - log_price, (new_spent - spent) / base.expenditure, excess)
        if max(np.abs(gap).max() for gap in gaps) <= residual:
            return wage, count
        log_price, spent = new_price, new_spent
        wage = wage * (1 + excess / wage) ** step
        wage *= base.value_added.sum() / (wage @ base.value_added)
    raise AssertionError("damped iteration does not converge")


@pytest.fixture(scope="module")
def world():
    return economy.load()


@pytest.mark.parametrize("pairs", [SEVERAL[:2], SEVERAL], ids=["US–China", "seven pairs"])
def test_solves_single_batched_warm_and_by_damped_iteration(world, pairs, capsys):
    """18 × 14 with input–output links, from the base, to a residual of 1e-9 and better."""
    epsilon, rates = draws(world, pairs)
    world.solve(tariffs=rates[:10], elasticity=epsilon[:10])
    batched, answers = seconds(lambda: world.solve(tariffs=rates, elasticity=epsilon), times=3)
    few = range(50)
    single, alone = seconds(lambda: [world.solve(tariffs=rates[k], elasticity=epsilon[k]) for k in few], times=3)
    further = np.where(rates == world.data.tariff, rates, rates + 0.05)
    cold, there = seconds(lambda: world.solve(tariffs=further, elasticity=epsilon), times=3)
    warm, again = seconds(lambda: world.solve(tariffs=further, elasticity=epsilon, start=answers), times=3)
    some = range(5)
    slow, theirs = seconds(lambda: [equilibrium.solve(world.data, rates[k], epsilon[k]) for k in some])
    lean, plain = seconds(lambda: [damped(world.base, rates[k], epsilon[k]) for k in few])

    assert answers.converged.all()
    assert answers.residual.max() <= 1e-9
    np.testing.assert_array_equal([one.real_income for one in alone], answers.real_income[: len(few)])
    np.testing.assert_allclose(again.real_income, there.real_income, atol=1e-9)
    apart = max(np.abs(one.real_income - answers.real_income[k]).max() for k, one in zip(some, theirs, strict=True))
    assert apart < 1e-8
    np.testing.assert_allclose([wage for wage, _ in plain], answers.wage[: len(few)], atol=1e-6)
    ms_lean = 1e3 * lean / len(few)
    ms, ms_alone, ms_damped = 1e3 * batched / DRAWS, 1e3 * single / len(few), 1e3 * slow / len(some)
    with capsys.disabled():
        print(f"\n18 × 14, {len(pairs)} pairs: single {ms_alone:.2f} ms a solution", end=", ")
        print(f"{DRAWS:,} draws in a batch {ms:.3f} ms each")
        print(f"  {told(answers)}, residual {answers.residual.max():.0e}", end=", ")
        print(f"dropped market {answers.dropped_market.max():.0e}")
        print(f"  5 points further: from the base {1e3 * cold / DRAWS:.3f} ms, {told(there)}")
        print(f"  from the last solution {1e3 * warm / DRAWS:.3f} ms, {told(again)}")
        print(
            f"  damped iteration, lean NumPy {ms_lean:.1f} ms, {np.mean([count for _, count in plain]):.0f} steps:",
            end=" ",
        )
        print(f"ratio {ms_lean / ms:.0f} batched, {ms_lean / ms_alone:.1f} single")
        print(f"  the reference of the tests {ms_damped:.0f} ms, answers {apart:.0e} apart:", end=" ")
        print(f"ratio {ms_damped / ms:.0f} batched, {ms_damped / ms_alone:.0f} single")


def told(answers):
    return f"{answers.iterations.mean():.1f} steps (most {answers.iterations.max()})"


def gravity_problem(countries=30, sigma=5.0, cut=0.12):
    """Countries on a plane, balanced trade; two of them trade at 12 % lower iceberg costs. ln of costs^(1 − σ)."""
    random = np.random.default_rng(1)
    place, size = random.uniform(size=(countries, 2)), np.exp(random.normal(0, 1.2, countries))
    distance = 0.05 + np.linalg.norm(place[:, np.newaxis] - place, axis=2)
    before = -0.9 * np.log(distance / 0.05) - 1.5 * (1 - np.eye(countries))
    costs = np.ones((countries, countries))
    costs[0, 1] = costs[1, 0] = 1 - cut
    after = before + (1 - sigma) * np.log(costs)
    names = [f"C{number:02}" for number in range(countries)]
    return costs, {
        "countries": names,
        "output": (1000 * size).tolist(),
        "before": before.tolist(),
        "after": after.tolist(),
        "sigma": sigma,
        "rescale": 1,
    }


def test_beside_gegravity(tmp_path, capsys):
    """One sector, 30 countries, balanced trade, a cut of one pair's iceberg costs: a problem that both can express."""
    if GEGRAVITY not in os.environ:
        with capsys.disabled():
            print(f"\ngegravity is left out: {GEGRAVITY} names no Python that has it")
        pytest.skip(f"{GEGRAVITY} names no Python that has gegravity")
    costs, problem = gravity_problem()
    script = Path(__file__).with_name("gegravity_run.py")
    ran = subprocess.run(
        [os.environ[GEGRAVITY], str(script)], input=json.dumps(problem), capture_output=True, text=True, check=True
    )
    theirs = json.loads(ran.stdout)
    before, after = (np.array(theirs[name]).T for name in ("before", "after"))  # [importer, exporter]
    made = replace(random_world(len(before), 1, 0, inputs=False, tariffs=0.0), flows_musd=before[..., np.newaxis])
    folder = made.write(tmp_path / "gravity")
    loading, world = seconds(lambda: economy.load(folder))
    hats = costs.T[..., np.newaxis]
    epsilon = problem["sigma"] - 1
    ours_seconds, ours = seconds(lambda: world.solve(trade_costs=hats, elasticity=epsilon), times=5)
    batch = np.repeat(hats[np.newaxis], DRAWS, axis=0)
    draws_of_epsilon = np.random.default_rng(2).uniform(1, 9, (DRAWS, 1))
    batched, many = seconds(lambda: world.solve(trade_costs=batch, elasticity=draws_of_epsilon), times=3)

    gain, gravity = 100 * (ours.real_income - 1), np.array(theirs["real_gdp_percent"])
    theory = 100 * (endowments(before, costs.T, epsilon, frozen=False) - 1)
    without = 100 * (endowments(before, costs.T, epsilon, frozen=True) - 1)
    assert many.converged.all()
    np.testing.assert_allclose(gain, theory, atol=1e-8)
    np.testing.assert_allclose(gravity, without, atol=1e-8)
    own = [np.diag(flows) / flows.sum(1) for flows in (before, ours.flows_musd[..., 0], after)]
    by_share = [100 * ((now / own[0]) ** (-1 / epsilon) - 1) for now in own[1:]]
    np.testing.assert_allclose(gain, by_share[0], atol=1e-8)
    ratio = theirs["seconds_experiment"] / ours_seconds
    with capsys.disabled():
        print(f"\ngegravity, {len(before)} countries, one sector: the base {theirs['seconds_base']:.2f} s,", end=" ")
        print(f"an experiment {theirs['seconds_experiment']:.2f} s")
        print(f"  Parley: folder read {loading:.3f} s, experiment {1e3 * ours_seconds:.2f} ms, ratio {ratio:,.0f}")
        print(f"  in a batch of {DRAWS:,} elasticities {1e3 * batched / DRAWS:.3f} ms, ratio", end=" ")
        print(f"{theirs['seconds_experiment'] * DRAWS / batched:,.0f}")
        print("  real income %, exports over output %: Parley | gegravity | its equations with incomes that stay")
        for k in range(4):
            shares = [100 * (exports(flows)[k] / exports(before)[k] - 1) for flows in (ours.flows_musd[..., 0], after)]
            print(
                f"  {problem['countries'][k]}: {gain[k]:+.5f}, {shares[0]:+.4f} | {gravity[k]:+.5f}, {shares[1]:+.4f}",
                end="",
            )
            print(f" | {without[k]:+.5f}")
        print(f"  largest gap: {np.abs(gain - gravity).max():.3f} points; to each one's own theory", end=" ")
        print(f"{np.abs(gain - theory).max():.0e} and {np.abs(gravity - without).max():.0e}")
        print(f"  to what each one's own shares say: {np.abs(gain - by_share[0]).max():.0e}", end=" and ")
        print(f"{np.abs(gravity - by_share[1]).max():.3f} points")


def exports(flows):
    """[exporter] sales abroad over output: no choice of units moves it."""
    return np.where(np.eye(len(flows), dtype=bool), 0.0, flows).sum(0) / flows.sum(0)


def endowments(flows, costs, epsilon, frozen):
    """Real income hats of an Armington world with fixed endowments, [importer, exporter], by damped iteration.

    `frozen` leaves incomes in the market-clearing equations at those of the base, as gegravity 0.3 does: the output
    shares in its system are data (`_full_ge` in OneSectorGE.py) and do not follow its prices.
    """
    share, income, price = flows / flows.sum(1, keepdims=True), flows.sum(0), np.ones(len(flows))
    for _ in range(3000):
        pull = share * (costs * price) ** -epsilon
        earned = income if frozen else income * price
        sales = (pull / pull.sum(1, keepdims=True)).T @ earned
        price = price * (sales / earned) ** (1 / (1 + epsilon))
    return price / pull.sum(1) ** (-1 / epsilon)


def solved(made, folder, runs=1):
    """(Seconds to make the economy ready, seconds to solve) of tariffs of 25 % by the first region."""
    loaded = economy.load(made.write(folder))
    ready, world = seconds(lambda: economy.Economy(loaded.data))
    rates = world.rates({("R000", "*"): 0.25})
    random = np.random.default_rng(3)
    epsilon = random.uniform(1, 9, (runs, len(made.sectors)))
    batch = np.repeat(rates[np.newaxis], runs, axis=0)
    took, answer = seconds(lambda: world.solve(tariffs=batch, elasticity=epsilon), times=3 if runs < 1000 else 1)
    assert answer.converged.all()
    return ready, took


@pytest.mark.parametrize(
    ("regions", "sectors"), [(5, 14), (10, 14), (20, 14), (40, 14), (80, 14), (18, 1), (18, 5), (18, 20), (18, 40)]
)
def test_growth_with_regions_and_sectors(regions, sectors, tmp_path, capsys):
    made = random_world(regions, sectors, 1, home=8.0)
    ready, took = solved(made, tmp_path / "made", runs=20)
    with capsys.disabled():
        print(f"\n{regions} × {sectors}: {1e3 * took / 20:.2f} ms each of 20, {1e3 * ready:.0f} ms to make ready")


@pytest.mark.parametrize("runs", [1, 4, 16, 64, 250, 1000, 4000])
def test_growth_with_runs(runs, world, capsys):
    epsilon, rates = draws(world, SEVERAL[:2], runs)
    world.solve(tariffs=rates[:1], elasticity=epsilon[:1])
    took, answer = seconds(lambda: world.solve(tariffs=rates, elasticity=epsilon), times=3)
    assert answer.converged.all()
    with capsys.disabled():
        print(f"\n18 × 14, {runs} runs: {1e3 * took:.1f} ms, {1e3 * took / runs:.3f} ms a run")
