"""The supply of materials in a run: driven by its controls, told to the economy once, nothing left behind."""

import numpy as np
import pytest

import sim
from sim import days
from sim.engine.plan import plan
from sim.engine.simulation import Simulation
from sim.engine.supply import TOLD
from sim.results.block import finish

STOP = """
schema: 1
title: A stop of magnets for half a year
as_of: 2025-10-15
horizon: 2027-10-13
trade:
  tranches:
    from_china: {importer: us, exporter: china, value: 400 bn USD}
actors:
  us: {name: United States, regions: [USA]}
  germany: {name: Germany, regions: [DEU]}
  japan: {name: Japan, regions: [JPN]}
  china: {name: China, regions: [CHN]}
instruments:
  stop: {title: Stop, kind: export_control, by: china, on: us, restricts: [RESTRICTS]}
milestones:
  first: {title: Stop, kind: event, date: 2025-11-05, do: [{enact: stop}]}
  later: {title: End, kind: event, date: 2026-05-06, do: [{withdraw: stop}]}
indicators:
  lost: {title: Output lost, value: output_lost.us}
  cars: {title: Cars at the worst, value: min(supply_output.us.autos)}
  price: {title: Quoted price, value: max(price_ratio.heavy_rare_earths)}
  half: {title: Half without China, value: years_to_half.light_rare_earths}
"""
ECONOMY = "economy: {non_collection: 0 %, rerouting: 0 %}\n"
HARD = """
supply:
  production: leontief
  starting_cover: 100 %
  holding: {leakage: 0 %, adaptation_rate: 0 %}
  sectors: {autos: {criticality: 100 %, substitutable: 0 %}}
"""
MATERIALS = ", ".join(
    f"{{item: magnets, sector: MCH, share: 0.36 %, material: {name}_rare_earths}}" for name in ("light", "heavy")
)
CAPPED = "{item: magnets, sector: MCH, share: 0.72 %}"
RUNS = 4


def text(economy=True, restricts=MATERIALS, supply=HARD, without=()):
    whole = STOP.replace("RESTRICTS", restricts) + (ECONOMY if economy else "") + supply
    if not supply:
        whole = whole[: whole.index("indicators:")] + (ECONOMY if economy else "")
    left_out = tuple(f"  {name}:" for name in without)
    return "\n".join(line for line in whole.splitlines() if not line.startswith(left_out))


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Plays a text for some runs, to the horizon or to a day; the same text once."""
    made = {}

    def of(written, runs=RUNS, until=None, chances=1):
        key = written, tuple(np.atleast_1d(runs)), until, chances
        if key not in made:
            path = tmp_path_factory.mktemp("scenario") / "stop.yaml"
            path.write_text(written, encoding="utf-8")
            numbers = np.arange(runs) if isinstance(runs, int) else np.asarray(runs)
            simulation = Simulation(plan(sim.load(str(path))), numbers, 7, chances)
            simulation.advance(None if until is None else days.day(until))
            made[key] = simulation
        return made[key]

    return of


def place(simulation, sector, region):
    data = simulation.economy.levers.economy.data
    return data.sectors.index(sector), data.regions.index(region)


def real_income_bn(simulation, region="USA"):
    """[run] bn USD from as_of to the horizon, of the entries of the economy."""
    table = finish(simulation).economy["economy"]
    here = table["region"] == simulation.economy.levers.economy.data.regions.index(region)
    found = np.zeros(len(simulation.world))
    for run in range(len(found)):
        mine = here & (table["run"] == run)
        until = np.append(table["day"][mine][1:], simulation.plan.horizon + 1)
        found[run] = (table["real_income_bn"][mine] * (until - table["day"][mine])).sum() / 365
    return found


# ── The ledger with the economy ──────────────────────────────────────────────────────────────────────


def test_a_material_of_supply_limits_no_trade_in_the_economy(played):
    assert not played(text()).economy.levers.slices
    assert played(text(restricts=CAPPED, supply="")).economy.levers.slices


def test_what_is_short_in_supply_is_short_in_the_economy_and_nowhere_else(played):
    simulation = played(text(), until="2026-05-05")
    simulation.economy.catch_up()
    economy, supply = simulation.economy, simulation.supply
    us = supply.levers.regions.index("us")
    autos = supply.seen.flows.leontief[:, us, supply.levers.sectors.index("autos")]
    sector, region = place(simulation, "MVH", "USA")
    told = economy.wedges.short[:, economy.levers.places.index((sector, region))]
    assert (autos < 0.7).all()
    assert told == pytest.approx(autos, abs=TOLD)
    assert 1 + economy.off["output"][:, sector, region] / 100 == pytest.approx(told, abs=1e-6)
    elsewhere = [column for column, (_, where) in enumerate(economy.levers.places) if where != region]
    assert np.isinf(economy.wedges.short[:, elsewhere]).all()


def test_cars_at_half_in_supply_are_at_half_in_the_economy(played):
    # Nothing in store and half of the need from elsewhere: output is at half from the first week on.
    half = HARD + "  regions: {us: {cover: {autos: 0.01}}}\n  materials:\n"
    for name in ("light", "heavy"):
        half += f"    {name}_rare_earths:\n"
        half += "      {chinese_share: {us: 50 %}, feed_dependence: 0 %, dependence: {autos: 100 %}}\n"
    half += "  building: {demand_growth: 0 %, price_response: 0, realisation: 0 %}\n"
    half = half.replace("leakage: 0 %,", "leakage: 0 %, transit: 0, triage: 0 %, cover_dispersion: 0,")
    simulation = played(text(supply=half), runs=1, until="2026-05-05")
    simulation.economy.catch_up()
    sector, region = place(simulation, "MVH", "USA")
    assert 1 + simulation.economy.off["output"][0, sector, region] / 100 == pytest.approx(0.5, abs=2 * TOLD)


def test_with_both_on_the_loss_is_that_of_supply_spread_by_the_economy_once(played):
    both = played(text(), until="2026-05-05")
    both.economy.catch_up()
    economy, data = both.economy, both.economy.levers.economy.data
    us = data.regions.index("USA")
    capped = real_income_bn(played(text(restricts=CAPPED, supply="")))
    assert (np.abs(capped) > 0.01).all(), "a cap on trade alone has an effect, which a sum would add"
    for run in range(RUNS):
        # The same capacities given to the equilibrium by hand, without any control, lose the same.
        capacity = {
            (data.regions[region], data.sectors[sector]): float(economy.wedges.short[run, column])
            for column, (sector, region) in enumerate(economy.levers.places)
            if np.isfinite(economy.wedges.short[run, column])
        }
        elasticity = dict(zip(data.sectors, economy.wedges.elasticity[run], strict=True))
        alone = economy.levers.economy.solve(elasticity=elasticity, capacity=capacity)
        assert economy.now[run, us, 0] == pytest.approx(100 * (alone.real_income[us] - 1), abs=1e-6)
        assert economy.now[run, us, 0] < -0.05
    assert (played(text(economy=False)).supply.values.multiplier > 1).any()
    assert (both.supply.values.multiplier == 1).all(), "what spreads from sector to sector is the economy's"


def test_once_lifted_supply_and_economy_are_back_where_they_were(played):
    simulation = played(text())
    simulation.economy.catch_up()
    assert (simulation.supply.seen.flows.leontief > 1 - 1e-6).all(), "lost output may still be made up"
    assert np.isinf(simulation.economy.wedges.short).all()
    for name in ("flows", "output", "price"):
        assert (simulation.economy.off[name] == 0).all(), name


# ── What drives it ───────────────────────────────────────────────────────────────────────────────────


def test_where_nothing_changes_nothing_is_lost_to_the_last_bit(played):
    simulation = played(text(without=("first",)))
    tables = finish(simulation)
    supply = tables.supply["supply"]
    assert np.array_equal(supply["output_percent"], supply["held_output_percent"])
    assert np.array_equal(supply["lost_weeks"], supply["held_lost_weeks"])
    assert (tables.economy["economy"]["real_income_percent"] == 0).all()


def test_a_stop_reaches_whom_it_is_aimed_at(played):
    stopped = finish(played(text(economy=False))).supply["supply_sectors"]
    levers = played(text(economy=False)).supply.levers
    us = stopped["region"] == levers.regions.index("us")
    assert stopped["lost_weeks_leontief"][us].sum() > 0
    assert (stopped["lost_weeks_leontief"][~us] == 0).all()


def test_who_is_exempt_is_spared_by_its_part_of_the_region(played):
    aimed = text(economy=False).replace("on: us", "on: [us, germany]")
    exempt = "  free: {title: Free, kind: event, date: 2025-11-05, do: [{exempt: germany, from: stop}]}\n"
    freed = aimed.replace("  later:", f"{exempt}  later:")
    both, one = played(aimed, until="2026-01-07").supply, played(freed, until="2026-01-07").supply
    eu, us = (both.levers.regions.index(name) for name in ("eu", "us"))
    weight = both.levers.weight[eu][:, both.levers.speaker.index("germany")]
    assert both.controls.licensed[0, eu] == pytest.approx(np.repeat(weight[:, np.newaxis], 2, axis=1))
    assert (one.controls.licensed[:, eu] == 0).all()
    assert (one.controls.licensed[:, us] == both.controls.licensed[:, us]).all()


def test_a_use_that_is_not_named_is_left_alone(played):
    military = MATERIALS.replace("}", ", uses: [defence]}")
    simulation = played(text(economy=False, restricts=military), until="2026-03-04")
    licensed = simulation.supply.controls.licensed
    named = simulation.supply.levers.sectors.index("defence")
    us = simulation.supply.levers.regions.index("us")
    assert (licensed[:, us, named] == 1).all()
    assert licensed.sum() == licensed[:, us, named].sum()


# ── Levers beside licences ───────────────────────────────────────────────────────────────────────────


def helped(supports="", denies=""):
    """The stop, and beside it a support of the United States or a denial by China from the start."""
    further = f"  aid: {{title: Aid, kind: support, by: us, enacted: 2025-10-01, supports: [{supports}]}}\n" * bool(
        supports
    )
    if denies:
        further += f"  ban: {{title: Ban, kind: export_control, by: china, enacted: 2025-10-01, denies: {denies}}}\n"
    return text(economy=False).replace("milestones:", f"{further}milestones:")


def lost_and_years(simulation):
    """[run] weeks of output that the United States lost, years to half of the light ones without China."""
    runs = finish(simulation).runs
    return runs["indicator.lost"], runs["indicator.half"]


def test_a_release_of_the_stockpile_spares_output(played):
    stocked = helped("{measure: stockpile_release}").replace(
        "supply:", "supply:\n  stockpiles: {decision_lag: 0 weeks}", 1
    )
    held = "{stockpile: {us: 8 weeks}}"
    size = f"\n  materials: {{light_rare_earths: {held}, heavy_rare_earths: {held}}}\n"
    without = lost_and_years(played(text(economy=False) + size))[0]
    assert (lost_and_years(played(stocked + size))[0] < without - 0.1).all()


def test_a_price_floor_quickens_and_denial_slows_what_others_build(played):
    plain = lost_and_years(played(text(economy=False)))[1]
    floor = lost_and_years(played(helped("{measure: price_floor, material: light_rare_earths, amount: 90 USD/kg}")))[1]
    paid = lost_and_years(played(helped("{measure: capacity_subsidy, amount: 50 %}")))[1]
    denied = lost_and_years(played(helped(denies="[technology, experts]")))[1]
    assert (floor < plain).all()
    assert (paid < plain).all()
    assert (denied > 1.1 * plain).all()


def test_a_floor_for_one_material_builds_no_other(played):
    floor = played(helped("{measure: price_floor, material: heavy_rare_earths, amount: 150 USD/kg}"))
    plain = played(text(economy=False))
    light, heavy = (plain.supply.levers.materials.index(f"{name}_rare_earths") for name in ("light", "heavy"))
    assert np.array_equal(floor.supply.live.progress[:, light], plain.supply.live.progress[:, light])
    assert (floor.supply.live.progress[:, heavy] > plain.supply.live.progress[:, heavy]).all()


def test_who_pools_shares_with_who_is_stopped(played):
    allies = "coalitions:\n  allies: {name: Allies, members: [us, japan], joined: [us, japan]}\n"
    pool = "  pool: {title: Pool, kind: support, by: allies, enacted: 2025-10-01, supports: [{measure: pooling}]}\n"
    allied = text(economy=False).replace("actors:", f"{allies}actors:")
    pooled = allied.replace("milestones:", f"{pool}milestones:")
    apart, together = played(allied), played(pooled)
    us, japan = (apart.supply.levers.regions.index(name) for name in ("us", "japan"))
    lost = [
        finish(one).supply["supply"]["lost_weeks_leontief"].reshape(RUNS, -1, 6)[:, -1] for one in (apart, together)
    ]
    assert (lost[1][:, us] < lost[0][:, us]).all()
    assert (lost[1][:, japan] >= lost[0][:, japan]).all()


# ── Runs, blocks, copies ─────────────────────────────────────────────────────────────────────────────


def test_a_run_is_the_same_whatever_its_company(played):
    whole = finish(played(text(), runs=RUNS, chances=2))
    parts = [finish(played(text(), runs=(run,), chances=2)) for run in range(RUNS)]
    for name, table in whole.supply.items():
        for column, values in table.items():
            joined = np.concatenate([part.supply[name][column] for part in parts])
            assert np.array_equal(values, joined, equal_nan=values.dtype.kind == "f"), f"{name}.{column}"
    assert (whole.runs["hash_1"] == np.concatenate([part.runs["hash_1"] for part in parts])).all()


def test_saved_forked_and_taken_up_again_it_goes_on_the_same(played, tmp_path):
    straight = finish(played(text()))
    written = tmp_path / "stop.yaml"
    written.write_text(text(), encoding="utf-8")
    simulation = Simulation(plan(sim.load(str(written))), np.arange(RUNS), 7)
    simulation.advance(days.day("2026-02-10"))
    simulation.save(tmp_path / "state.npz")
    again = Simulation.restore(simulation.plan, tmp_path / "state.npz")
    twin = simulation.fork(2)
    for one in (simulation, again, twin):
        one.advance()
    restored, gone_on = finish(again), finish(simulation)
    for name, table in straight.supply.items():
        for column, values in table.items():
            assert np.array_equal(values, restored.supply[name][column], equal_nan=True), f"{name}.{column}"
            assert np.array_equal(values, gone_on.supply[name][column], equal_nan=True)
    first = finish(twin).supply["supply"]["output_percent"].reshape(2 * RUNS, -1)[::2]
    assert np.array_equal(first.ravel(), straight.supply["supply"]["output_percent"])


def test_expressions_read_what_the_tables_hold(played):
    simulation = played(text(economy=False))
    tables = finish(simulation)
    levers = simulation.supply.levers
    supply = tables.supply["supply"]
    us = supply["region"] == levers.regions.index("us")
    last = us & (supply["day"] == supply["day"].max())
    assert tables.runs["indicator.lost"] == pytest.approx(supply["lost_weeks"][last])
    assert (tables.runs["indicator.price"] > 1).all()
    sectors = tables.supply["supply_sectors"]
    cars = (sectors["region"] == levers.regions.index("us")) & (sectors["sector"] == levers.sectors.index("autos"))
    assert tables.runs["indicator.cars"] == pytest.approx(sectors["lowest_output_percent"][cars])
