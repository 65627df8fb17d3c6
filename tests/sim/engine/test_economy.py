"""The economy of a run: nothing without cause, nothing twice, nothing of other runs, nothing left behind."""

from pathlib import Path

import numpy as np
import pytest

import sim
from sim import days
from sim.economy import Solution, solver
from sim.engine.economy import MEASURES
from sim.engine.levers import BASE_DAY
from sim.engine.plan import plan
from sim.engine.simulation import Simulation
from sim.engine.tariffs import TariffSeries
from sim.results import store
from sim.results.block import finish

FULL = Path(__file__).with_name("economy.yaml")
TEXT = FULL.read_text(encoding="utf-8").replace("source: 'assumption: a world made up for tests'\n", "")
RUNS = 14

PLAIN = """
schema: 1
title: One tariff
as_of: 2025-10-15
horizon: 2026-10-14
trade:
  tranches:
    from_china: {importer: us, exporter: china, value: 400 bn USD}
    from_us: {importer: china, exporter: us, value: 100 bn USD}
economy: {non_collection: 0 %, rerouting: 0 %, FURTHER}
actors:
  us: {name: United States, regions: [USA]}
  china: {name: China, regions: [CHN]}
  japan: {name: Japan, regions: [JPN]}
instruments:
  half: {title: Half, kind: tariff, by: us, on: china, adds: 10 pp}
  other_half: {title: Other half, kind: tariff, by: us, on: china, adds: 10 pp}
  whole: {title: Whole, kind: tariff, by: us, on: china, adds: 20 pp}
  magnets: {title: Magnets, kind: export_control, by: china, on: [us, japan], approval: 30 %, MAGNETS}
milestones:
  first: {title: First, kind: event, date: 2025-11-03, do: [DO]}
  later: {title: Later, kind: event, date: 2025-11-03, do: [THEN]}
"""


def plain(do="{enact: whole}", then=None, on=None, further="", material="", share="5 %"):
    text = PLAIN.replace("[DO]", f"[{do}]").replace(", FURTHER", f", {further}" if further else "")
    restricts = f"[{{item: magnets, sector: ELE, share: {share}{material and f', material: {material}'}}}]"
    text = text.replace("MAGNETS}", f"restricts: {restricts}}}")
    if then is None:
        text = text[: text.index("  later:")]
    else:
        text = text.replace("date: 2025-11-03, do: [THEN]", f"date: {on}, do: [{then}]")
    return text


def economy_of(simulation):
    return finish(simulation).economy


def same(one, other):
    """Every column of every table, bit for bit."""
    assert one.keys() == other.keys()
    for name, columns in one.items():
        for column, values in columns.items():
            there = other[name][column]
            assert values.dtype == there.dtype
            assert np.array_equal(values, there, equal_nan=values.dtype.kind == "f"), f"{name}.{column}"


def joined(parts):
    """Tables of neighbouring blocks as one; moments by outcome are sums over a block, and left out."""
    names = [name for name in parts[0] if name != "economy_trade"]
    return {
        name: {key: np.concatenate([part[name][key] for part in parts]) for key in parts[0][name]} for name in names
    }


def by_day(tables, measure, region=0):
    """Day → value of one run's measure."""
    table = tables["economy"]
    here = table["region"] == region
    return dict(zip(table["day"][here].tolist(), table[measure][here].tolist(), strict=True))


def day(text):
    return days.day(text)


def solved(name):
    """A shipped scenario with an economy."""
    return sim.load(name, sets=["economy={}"])


@pytest.fixture(scope="module")
def full():
    simulation = Simulation(plan(sim.load(str(FULL))), np.arange(RUNS), 1, 4)
    simulation.advance()
    return simulation


# ── Statutory rates ──────────────────────────────────────────────────────────────────────────────────


def test_on_the_base_day_the_rates_are_those_of_the_data_to_the_bit(play):
    economy = play(solved("record"), until=day(BASE_DAY)).economy
    assert len(economy.levers.cell) > 100
    assert (economy.wedges.statutory == economy.levers.base_rate).all()
    assert (economy.wedges.steps.wedge == np.log1p(economy.levers.base_rate)).all()


@pytest.mark.parametrize("name", ["longer-roll", "record"])
@pytest.mark.parametrize(("importer", "exporter"), [("us", "china"), ("china", "us"), ("us", "canada")])
def test_the_average_of_a_pair_changes_as_its_statutory_rates_do(name, importer, exporter, play):
    made = plan(solved(name))
    until = made.as_of if name == "longer-roll" else day("2025-04-20")
    simulation = play(made.scenario, runs=2, until=until)
    levers, world = simulation.economy.levers, simulation.world
    series = TariffSeries(made, [f"average.{importer}.{exporter}"])
    every = range(len(made.instruments))
    now = series.of(world, np.arange(2), every)[:, 0]
    world.today = levers.base_day
    before = series.of(world, np.arange(2), every)[:, 0]
    world.today = until
    table, actors = series.stacks.table, made.scenario.actors
    one, other = (actors[actor].regions[0] for actor in (importer, exporter))
    pair = table.fits([one], [other])
    place = levers.economy.data.regions.index
    change = np.zeros(2)
    for cell, rates in zip(levers.cell, simulation.economy.wedges.statutory.T, strict=True):
        sector, *sides = np.unravel_index(cell, levers.economy.base.share.shape)
        if sides == [place(one), place(other)]:
            code = levers.economy.data.sectors[sector]
            weight = table.weight_musd[pair & (table.sector == code)].sum() / table.weight_musd[pair].sum()
            change += weight * 100 * (rates - levers.economy.base.tariff.reshape(-1)[cell])
    assert abs(now - before).max() > 1
    assert change == pytest.approx(now - before, abs=1e-9)


# ── Nothing without cause ────────────────────────────────────────────────────────────────────────────


def test_where_nothing_changes_everything_is_zero_whatever_is_drawn(full):
    economy, table = full.economy, finish(full).economy["economy"]
    first = table["day"] == full.plan.as_of
    still = first & np.isin(table["run"], np.flatnonzero(~moved_at_once(full)))
    assert still.sum() > 10 * economy.base.regions
    for measure in ("real_income_percent", "real_income_bn", "revenue_change_bn", "consumer_prices_percent",
                    "imports_change_percent", "exports_change_percent"):  # fmt: skip
        assert (table[measure][still] == 0).all(), measure


def moved_at_once(simulation):
    entries = simulation.log.entries()
    found = np.zeros(len(simulation.world), dtype=bool)
    found[entries.row[entries.day == simulation.plan.as_of]] = True
    return found


def test_a_policy_that_stays_leaves_every_pair_sector_and_region_alone(world, play):
    further = "elasticity_factor: {uniform: [0.5, 2]}, elasticities: {choice: {low: 50 %, high: 50 %}}"
    text = plain(do="{enact: whole}", further=further).replace("date: 2025-11-03", "date: 2025-11-03, takes_place: 0 %")
    text = text.replace("by: us, on: china, adds: 20 pp", "by: us, on: china, enacted: 2025-04-05, adds: 20 pp")
    tables = economy_of(play(world(text), runs=6))
    table = tables["economy"]
    assert (table["statutory_percent"][table["region"] == 0] > 2).all()
    for measure in MEASURES:
        if measure.endswith("change_percent") or measure in ("real_income_percent", "real_income_bn"):
            assert (table[measure] == 0).all(), measure
    assert (table["revenue_change_bn"] == 0).all()
    assert np.isnan(table["pass_through"]).all()
    assert (tables["economy_sectors"]["output_percent"] == 0).all()
    assert (tables["economy_sectors"]["price_percent"] == 0).all()
    assert (tables["economy_pairs"]["imports_bn"] == tables["economy_pairs"]["reference_bn"]).all()


def test_a_what_if_that_says_a_value_again_changes_no_bit(full, play):
    same(economy_of(play(sim.load(str(FULL), "same"), runs=RUNS, chances=4)), economy_of(full))


def test_a_rate_is_one_whether_raised_at_once_or_in_two_parts_on_a_day(world, play):
    once = economy_of(play(world(plain())))
    twice = economy_of(play(world(plain("{enact: half}, {enact: other_half}"))))
    apart = economy_of(play(world(plain("{enact: half}", "{enact: other_half}", "2025-11-03"))))
    same(once, twice)
    same(once, apart)
    assert by_day(once, "real_income_percent")[day("2025-11-03")] != 0


def test_the_order_of_the_file_changes_no_bit(world, full, play):
    head, rest = TEXT.split("instruments:\n")
    instruments, tail = rest.split("agreements:\n")
    one, two = instruments.index("  fentanyl:"), instruments.index("  magnets:")
    turned = instruments[two:] + instruments[one:two] + instruments[:one]
    first, second = (
        economy_of(full),
        economy_of(play(world(f"{head}instruments:\n{turned}agreements:\n{tail}"), runs=RUNS, chances=4)),
    )
    same(first, second)


# ── Nothing left behind ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("last_day", "lasted"), [("2025-11-04", 2), ("2025-12-05", 33)])
def test_a_tariff_taken_back_leaves_no_trace_and_counts_for_its_days(last_day, lasted, world, play):
    tables = economy_of(play(world(plain("{enact: whole}", "{withdraw: whole}", last_day))))
    back = day(last_day) + 1
    assert {value for at, value in by_day(tables, "real_income_bn").items() if at >= back} == {0.0}
    table = tables["economy"]
    gone = table["day"] >= back
    assert (table["imports_change_percent"][gone] == 0).all()
    imports = by_day(tables, "imports_bn")
    annual = imports[day("2025-11-03")] - imports[day("2025-10-15")]
    assert annual < -1
    pairs = tables["economy_pairs"]
    mean = (pairs["imports_bn"] - pairs["reference_bn"])[pairs["importer"] == 0].sum()
    assert mean == pytest.approx(annual * lasted / 365, rel=1e-5)


def test_flows_adjust_with_age_and_the_border_pass_through_stays_in_evidence(world, play):
    tables = economy_of(play(world(plain(further="deficits: held"))))
    imports = by_day(tables, "imports_change_percent")
    later = [value for at, value in sorted(imports.items()) if at >= day("2025-11-03")]
    assert len(later) == 4
    assert (np.diff(later) < 0).all()
    assert later[-1] < 2 * later[0] < 0
    shown = [value for at, value in by_day(tables, "pass_through").items() if at >= day("2025-11-03")]
    assert all(0.86 <= value <= 1.0 for value in shown)


# ── Nothing of other runs ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [1, 7])
def test_runs_do_not_depend_on_their_neighbours(size, full, play, hashes):
    scenario = full.plan.scenario
    parts = [
        play(scenario, runs=np.arange(first, min(RUNS, first + size)), chances=4) for first in range(0, RUNS, size)
    ]
    assert [one for part in parts for one in hashes(part)] == hashes(full)
    same(joined([economy_of(part) for part in parts]), joined([economy_of(full)]))


def test_saved_and_restored_it_goes_on_the_same(full, hashes, tmp_path):
    simulation = Simulation(full.plan, np.arange(RUNS), 1, 4)
    for text in ("2025-10-15", "2025-11-09", "2026-02-05", "2026-04-01"):
        simulation.advance(day(text))
        simulation.save(tmp_path / "saved.npz")
        simulation = Simulation.restore(full.plan, tmp_path / "saved.npz")
    simulation.advance()
    assert hashes(simulation) == hashes(full)
    same(economy_of(simulation), economy_of(full))


@pytest.mark.parametrize("on", ["2025-10-15", "2025-11-09", "2026-02-10"])
def test_child_0_of_a_fork_has_the_economy_of_its_parent(on, full, hashes):
    parent = Simulation(full.plan, np.arange(8), 1, 4)
    parent.advance(day(on))
    family = parent.fork(2)
    family.advance()
    parent.advance()
    assert hashes(parent) == hashes(full)[:8]
    assert hashes(family)[::2] == hashes(parent)


def test_what_is_read_every_day_is_what_is_solved_in_the_end(world, full, play):
    told = TEXT + "indicators: {lowest: {title: Lowest, value: min(real_income.us)}}\n"
    reading = play(world(told), runs=RUNS, chances=4)
    same(economy_of(reading), economy_of(full))
    table = economy_of(full)["economy"]
    income = table["real_income_percent"].reshape(-1, full.economy.base.regions)[:, 0]
    run = table["run"][:: full.economy.base.regions]
    lowest = finish(reading).runs["indicator.lowest"]
    assert [income[run == one].min() for one in range(RUNS)] == lowest.tolist()


def test_few_waiting_policies_or_many_are_solved_the_same(full, monkeypatch, play):
    monkeypatch.setattr("sim.engine.economy.MOST_WAITING", 3)
    same(economy_of(play(full.plan.scenario, runs=RUNS, chances=4)), economy_of(full))


# ── Controls, quotas, shortages ──────────────────────────────────────────────────────────────────────


def now(simulation, row=0):
    """The present equilibrium of a run, as a solution of its own."""
    economy = simulation.economy
    economy.catch_up()
    rows = np.array([row])
    problem = economy.wedges.problem(rows, economy.wedges.policy(rows))
    solved = economy.levers.economy.solver.solve(problem)
    assert solved.converged.all()
    return Solution(economy.base, problem, solved, single=True)


def at(simulation, sector, *regions):
    """Place of a cell in the arrays of a solution."""
    data = simulation.economy.levers.economy.data
    return *(data.regions.index(region) for region in regions), data.sectors.index(sector)


def test_a_control_lets_through_what_is_licensed_and_no_more(world, play):
    simulation = play(world(plain("{enact: magnets}", share="100 %")), until=day("2025-11-03"))
    quantity = now(simulation).quantity
    for buyer in ("USA", "JPN"):
        assert quantity[at(simulation, "ELE", buyer, "CHN")] == pytest.approx(0.3, abs=1e-8)
    assert quantity[at(simulation, "ELE", "DEU", "CHN")] > 1
    assert quantity[at(simulation, "ELE", "USA", "DEU")] > 1


def test_licences_are_felt_on_the_day_they_are_given(world, play):
    text = plain("{enact: magnets}", "{licence: magnets, to: 60 %}", "2025-12-01", share="100 %")
    simulation = play(world(text), until=day("2025-12-01"))
    assert now(simulation).quantity[at(simulation, "ELE", "USA", "CHN")] == pytest.approx(0.6, abs=1e-8)
    income = by_day(economy_of(play(world(text))), "real_income_percent")
    assert income[day("2025-11-03")] < income[day("2025-12-01")] < 0


@pytest.mark.parametrize(("on", "bought"), [("[us, japan]", False), ("[]", True)])
def test_a_control_on_everybody_reaches_those_for_whom_nobody_speaks(on, bought, world, play):
    text = plain("{enact: magnets}", share="100 %").replace("on: [us, japan]", f"on: {on}")
    simulation = play(world(text), until=day("2025-11-03"))
    held = now(simulation).quantity[at(simulation, "ELE", "ROW", "CHN")]
    assert (held == pytest.approx(0.3, abs=1e-8)) == bought
    assert now(simulation).quantity[at(simulation, "ELE", "CHN", "CHN")] > 0.7


def test_a_material_behind_a_control_leaves_it_to_supply(world, play):
    tables = economy_of(play(world(plain("{enact: magnets}", material="dysprosium"))))
    assert (tables["economy"]["real_income_percent"] == 0).all()
    assert (tables["economy"]["rent_bn"] == 0).all()


def test_the_rent_of_a_control_falls_to_its_holders_by_the_rent_share(world, play):
    rents = {}
    for share in (0, 25, 100):
        text = plain("{enact: magnets}", further=f"rent_share: {share} %", share="100 %")
        tables = economy_of(play(world(text)))
        rents[share] = [by_day(tables, "rent_bn", region)[day("2025-11-03")] for region in (0, 1)]
    assert rents[0][0] > 1
    assert rents[0][1] == pytest.approx(0, abs=1e-12)
    assert rents[100][0] == pytest.approx(0, abs=1e-12)
    assert rents[100][1] > rents[25][1] > 1
    # The United States and Japan have three quarters of it, China one.
    simulation = play(
        world(plain("{enact: magnets}", further="rent_share: 25 %", share="100 %")), until=day("2025-11-03")
    )
    everybody = now(simulation).rent_musd
    assert everybody[1] / everybody.sum() == pytest.approx(0.25, rel=1e-9)


def test_a_side_deal_frees_who_is_exempt(world, play):
    text = plain("{enact: magnets}", "{exempt: japan, from: magnets}", "2025-12-01", share="100 %")
    simulation = play(world(text), until=day("2025-12-01"))
    quantity = now(simulation).quantity
    assert quantity[at(simulation, "ELE", "USA", "CHN")] == pytest.approx(0.3, abs=1e-8)
    assert quantity[at(simulation, "ELE", "JPN", "CHN")] > 1


JOINT = """coalitions:
  club: {name: Club, members: [us, japan], joined: [us]}
instruments:
  quota: {title: Quota, kind: quota, by: club, on: china, restricts: [{item: all, sector: ELE, allowed: 40 %}]}
"""


def test_a_joint_quota_binds_the_members_that_carry_it(world, play):
    text = plain("{enact: quota}").replace("instruments:\n", JOINT)
    simulation = play(world(text), until=day("2025-11-03"))
    quantity = now(simulation).quantity
    assert quantity[at(simulation, "ELE", "USA", "CHN")] == pytest.approx(0.4, abs=1e-8)
    assert quantity[at(simulation, "ELE", "JPN", "CHN")] > 0.9


SHORT = "capacity: [{actor: us, sector: MVH, limit: 50 %, from: 2025-11-20, until: 2025-12-19}]"


def test_a_limit_on_capacity_holds_on_its_days_though_nobody_moves(world, play):
    text = plain("{enact: half}", further=SHORT).replace("date: 2025-11-03", "date: 2025-11-03, takes_place: 0 %")
    simulation = play(world(text), until=day("2025-11-20"))
    assert now(simulation).output[at(simulation, "MVH", "USA")] == pytest.approx(0.5, abs=1e-8)
    tables = economy_of(play(world(text)))
    income = by_day(tables, "real_income_percent")
    assert income[day("2025-11-20")] < -0.1
    assert income[day("2025-12-20")] == 0 == income[day("2025-10-15")]
    sectors = tables["economy_sectors"]
    mean = sectors["output_percent"][(sectors["region"] == 0) & (sectors["sector"] == 9)][0]
    assert mean == pytest.approx(-50 * 30 / 365, rel=1e-6)


# ── Importers who see it coming ──────────────────────────────────────────────────────────────────────

AHEAD = "front_loading: 18 %, front_loading_time: 30 d, payback: 60 d"


def overlay(tables, until):
    """bn USD a year × days of front-loading before a day, and in all."""
    path = by_day(tables, "front_loaded_bn")
    starts = sorted(path)
    lengths = np.diff([*starts, day("2026-10-15")])
    moved = np.array([path[start] for start in starts]) * lengths
    return moved[np.array(starts) < until].sum(), moved.sum()


def test_what_is_bought_ahead_is_used_up(world, play):
    text = plain("{enact: whole, in: 40 d}", further=AHEAD)
    before, whole = overlay(economy_of(play(world(text))), day("2025-12-13"))
    assert before > 100
    assert whole == pytest.approx(0, abs=1e-9 * before)


def test_a_threat_that_is_withdrawn_pays_back_too(world, play):
    text = plain("{threaten: whole, in: 40 d}", "{withdraw: whole}", "2025-12-01", further=AHEAD)
    tables = economy_of(play(world(text)))
    before, whole = overlay(tables, day("2026-01-01"))
    assert before > 100
    assert whole == pytest.approx(0, abs=1e-9 * before)
    assert (tables["economy"]["real_income_percent"] == 0).all()


def test_nobody_runs_ahead_of_a_tariff_whose_law_has_fallen(world, play):
    law = "legal_bases: {law: {title: Law, challenge: {decision: 2025-11-25, struck: 100 %, lag: 0 d}}}\ninstruments:"
    text = plain("{enact: whole, in: 40 d}", further=AHEAD).replace("instruments:", law)
    text = text.replace("by: us, on: china, adds: 20 pp", "by: us, on: china, legal_basis: law, adds: 20 pp")
    simulation = play(world(text))
    ((_, _, announced, effective, _, withdrawn),) = simulation.economy.hikes.every()
    assert (announced, effective, withdrawn) == (day("2025-11-03"), day("2025-12-13"), day("2025-11-25"))


# ── What did not converge ────────────────────────────────────────────────────────────────────────────


def test_a_run_that_does_not_converge_is_marked_and_used_nowhere(world, play, monkeypatch):
    text = plain("{enact: whole}", "{withdraw: whole}", "2025-12-05")
    text = (
        text.replace("date: 2025-11-03", "date: 2025-11-03, takes_place: 50 %", 1)
        + "outcomes: {all: {title: All, when: 1 > 0}}\n"
    )
    scenario = world(text)
    sound = economy_of(play(scenario, runs=8))
    monkeypatch.setattr(solver, "STEPS", 2)
    monkeypatch.setattr(solver, "PARTS", 1)
    simulation = play(scenario, runs=8)
    tables, lost = economy_of(simulation), simulation.economy.failed
    assert 0 < lost.sum() < 8
    table = tables["economy"]
    bad = table["converged"] == 0
    assert set(table["run"][bad]) == set(np.flatnonzero(lost))
    assert (table["day"][bad] >= day("2025-11-03")).all()
    for measure in MEASURES:
        assert np.isnan(table[measure][bad]).all(), measure
        if measure != "pass_through":
            assert np.isfinite(table[measure][~bad]).all(), measure
    for name, column in (("economy_pairs", "imports_bn"), ("economy_sectors", "output_percent")):
        assert (np.isnan(tables[name][column]) == lost[tables[name]["run"]]).all()
    assert (tables["economy_trade"]["runs"] == 8 - lost.sum()).all()
    assert np.isfinite(tables["economy_trade"]["total_bn"]).all()
    assert (sound["economy_trade"]["runs"] == 8).all()
    assert np.isnan(simulation.view.get("real_income.us")[lost]).all()


# ── Tables that add up ───────────────────────────────────────────────────────────────────────────────


def test_what_one_region_sells_another_buys(full):
    table = finish(full).economy["economy"]
    regions = full.economy.base.regions
    exports, imports = (table[name].reshape(-1, regions).sum(1) for name in ("exports_bn", "imports_bn"))
    assert exports == pytest.approx(imports, rel=1e-12)


def test_revenue_is_the_duties_on_what_is_bought(world, play):
    simulation = play(world(plain()), runs=2)
    economy, table = simulation.economy, economy_of(simulation)["economy"]
    rate = economy.base.tariff.copy().reshape(-1)
    rate[economy.levers.cell] = np.expm1(economy.wedges.steps.wedge[0])
    rate = rate.reshape(economy.base.share.shape)
    flows = economy.reference.flows_musd[0] + economy.off["flows"][0]
    duties = (rate * flows * (1 + economy.base.export_tax)).sum((0, 2)) / 1000
    last = (table["day"] == simulation.plan.horizon) & (table["run"] == 0)
    assert table["revenue_bn"][last] == pytest.approx(duties, rel=1e-5)
    assert table["revenue_change_bn"][last][0] > 10


def test_collected_rates_are_revenue_over_imports_of_goods(full):
    economy, table = full.economy, finish(full).economy["economy"]
    goods = economy.levers.economy.data.taxed
    flows = economy.reference.flows_musd[0] + economy.off["flows"][0]
    imports = flows[goods].sum((0, 2)) - np.einsum("jnn->n", flows[goods])
    last = (table["day"] == full.plan.horizon) & (table["run"] == 0)
    assert table["collected_percent"][last] == pytest.approx(1e5 * table["revenue_bn"][last] / imports, rel=1e-5)
    assert (table["collected_percent"] > 100 * table["revenue_bn"] / table["imports_bn"]).all()


def test_trade_by_pair_is_the_mean_over_days_of_trade_by_region(full):
    tables, regions = finish(full).economy, full.economy.base.regions
    table, pairs = tables["economy"], tables["economy_pairs"]
    first, end = full.plan.as_of, full.plan.horizon + 1
    by_importer = pairs["imports_bn"].reshape(RUNS, regions, regions - 1).sum(2)
    for row in range(RUNS):
        mine = table["run"] == row
        start = table["day"][mine][::regions]
        weight = np.diff([*start, end]) / (end - first)
        mean = weight @ table["imports_bn"][mine].reshape(-1, regions)
        assert by_importer[row] == pytest.approx(mean, rel=1e-6)


def test_the_full_scenario_has_what_it_is_to_test(full):
    economy = full.economy
    assert len(economy.levers.slices) == 3
    assert economy.hikes.over
    taken_place = set(full.log.entries().subject.tolist())
    assert len(taken_place) > 8
    assert not economy.failed.any()
    assert (economy.now[:, 0, MEASURES.index("rent_bn")] > 0).any()


def test_an_as_of_before_the_base_day_has_an_economy_too(world, play):
    text = plain("{enact: whole}").replace("2025-11-03", "2024-11-03").replace("as_of: 2025", "as_of: 2024")
    income = by_day(economy_of(play(world(text))), "real_income_percent")
    assert income[day("2024-11-03")] != 0


def test_workers_change_neither_digest_nor_tables(full):
    scenario = full.plan.scenario
    alone, pooled = (sim.simulate(scenario, runs=RUNS, workers=workers) for workers in (1, 2))
    assert alone.digest() == pooled.digest()
    for name in ("economy", "economy_sectors", "economy_pairs", "economy_trade"):
        one, other = (store.read(result.folder, name) for result in (alone, pooled))
        assert len(next(iter(one.values())))
        for column, values in one.items():
            assert np.array_equal(values, other[column], equal_nan=values.dtype.kind == "f"), f"{name}.{column}"
