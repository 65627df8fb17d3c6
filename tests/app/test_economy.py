"""The sections on the economy: numbers of the results, nothing where nothing changed, nobody left unsaid."""

import re

import numpy as np
import pytest

import sim
from app.briefing.build import build, write_briefing
from app.briefing.content import Bullets, FigureBlock, Paragraph, Table
from app.briefing.economy import gains_and_losses
from app.briefing.economy_revenue import revenue_and_prices
from app.briefing.economy_trade import sectors_hit, trade
from app.briefing.findings import Findings
from app.briefing.focus import focus_page
from app.briefing.seen import Focus
from app.run import focused
from plots.amounts import of_bands, told
from sim.analysis.economy import Band, band
from tests.app.test_briefing import Page
from tests.app.test_focus import ALLIES
from tests.conftest import SMALL
from tests.sim.analysis.made_economy import NAMES, PERSONS, made_up, place, rows

PARTS = {
    "Who gains and loses": gains_and_losses,
    "Trade before and after": trade,
    "Revenue and prices": revenue_and_prices,
    "Sectors most hit": sectors_hit,
}
RUNS = 60


def played(runs=RUNS, **made):
    result = sim.simulate(sim.load(str(SMALL)), runs=runs)
    return Findings(made_up(result, **made) if made.pop("solved", True) else result, [], "parley run")


@pytest.fixture(scope="module")
def found():
    return played(failing=[7])


def of_kind(blocks, kind):
    return [block for block in blocks if isinstance(block, kind)]


def words(blocks):
    return " ".join(block.text for block in of_kind(blocks, Paragraph)).replace("\u00a0", " ")


def test_a_scenario_without_an_economy_has_none_of_the_sections():
    plain = played(solved=False)
    assert all(part(plain) == [] for part in PARTS.values())
    assert not set(PARTS) & {section.title for section in build(plain).sections}


def test_the_sections_stand_after_the_tariff_paths_in_their_order(found):
    titles = [section.title for section in build(found).sections]
    first = titles.index("Tariff paths") + 1
    assert titles[first : first + len(PARTS)] == list(PARTS)


def test_where_nothing_changes_it_is_said_once_and_nothing_is_drawn():
    still = played(scale=0.0)
    (said, *notes) = gains_and_losses(still)
    assert said.text == (
        "Real income is the same in every region and future as with the policy of 15 October 2025 held."
    )
    assert all(isinstance(one, Paragraph) and one.note for one in notes)
    assert trade(still) == revenue_and_prices(still) == sectors_hit(still) == []


def test_futures_that_did_not_converge_are_counted_and_named(found):
    assert "1 of 60 futures is in no figure on the economy" in words(gains_and_losses(found))
    assert "did not converge: run 7." in words(gains_and_losses(found))
    many = played(failing=range(2, 16))
    assert "runs 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 4 more." in words(gains_and_losses(many))


def test_where_no_future_converged_that_is_all_that_is_said():
    lost = played(runs=5, failing=range(5))
    (said,) = gains_and_losses(lost)
    assert said.text.replace("\u00a0", " ").startswith("5 of 5 futures are in no figure")
    assert trade(lost) == revenue_and_prices(lost) == sectors_hit(lost) == []


def test_every_region_stands_once_in_chart_and_table(found):
    blocks = gains_and_losses(found)
    chart, (table,) = of_kind(blocks, FigureBlock)[0].chart, of_kind(blocks, Table)
    medians = chart.table["p50_percent"]
    assert medians == sorted(medians, reverse=True)
    assert sorted(chart.table["region"]) == sorted(row[0] for row in table.rows)
    assert len(table.rows) == len(NAMES)


def test_the_table_by_outcome_has_the_medians_of_its_futures(found):
    (table,) = of_kind(gains_and_losses(found), Table)
    economy = found.economy
    values, whole = economy.cumulated("real_income_bn"), economy.cumulated_bands("real_income_bn")
    places = of_bands(whole.values(), 1)
    row = next(row for row in table.rows if row[0] == "United States")
    assert row[1] == told(whole["USA"], places)
    for name in found.result.outcome_names:
        if found.titles[name] in table.columns:
            own = band(economy.of_outcome(values, name)[:, economy.regions.index("USA")])
            assert row[table.columns.index(found.titles[name])] == told(own, places)


def test_amounts_a_person_are_told_only_where_heads_are_counted(found):
    (table,) = of_kind(gains_and_losses(found), Table)
    assert table.columns[-1] == "USD a person, all futures"
    heads = {row[0]: row[-1] for row in table.rows}
    assert heads["Rest of world"] == "–"
    amounts = found.economy.cumulated_bands("real_income_bn")["USA"]
    whole = Band(*(1e9 * one / PERSONS["USA"] for one in (amounts.low, amounts.middle, amounts.high)))
    assert heads["United States"] == told(whole, 0)
    (table,) = of_kind(gains_and_losses(played(population={})), Table)
    assert "person" not in " ".join(table.columns)


def test_every_chart_says_what_it_is_held_against(found):
    for part in PARTS.values():
        for block in of_kind(part(found), FigureBlock):
            assert "against the policy of 15 October 2025 held" in block.chart.subtitle
            assert not block.chart.title.endswith((".", ":", ","))


def test_real_income_shares_no_chart_with_trade_or_revenue(found):
    for name, part in PARTS.items():
        for block in of_kind(part(found), FigureBlock):
            told_ = f"{block.chart.title} {block.chart.subtitle}"
            assert ("real income" in told_.lower()) == (name == "Who gains and loses")


def test_the_method_names_the_measure_the_solution_and_the_elasticities(found):
    said = words(gains_and_losses(found))
    assert "Real income is exact" in said
    assert "general equilibrium of 6 regions and 4 sectors" in said
    assert "equations hold to 11 decimals" in said
    assert "Trade elasticities: a set made up for tests." in said


@pytest.mark.parametrize(("level", "share", "caution"), [(0.9, "100 %", False), (0.5, "0 %", True)])
def test_the_pass_through_is_held_against_the_evidence(level, share, caution):
    result = sim.simulate(sim.load(str(SMALL)), runs=5)
    held = np.array([np.nan, level])[:, None]
    table = rows(range(5), [result.plan.as_of, result.plan.horizon], 2, pass_through=held)
    said = words(revenue_and_prices(Findings(place(result, table, regions=["USA", "CHN"]), [], "")))
    assert f"Of a changed tariff {level * 100:.0f} % is passed through" in said
    assert f"In {share} of cases" in said
    assert ("less sure" in said) == caution


def test_the_largest_change_of_revenue_leads_the_title(found):
    chart = of_kind(revenue_and_prices(found), FigureBlock)[0].chart
    sizes = [abs(value) for value in chart.table["change_p50_bn_usd"]]
    assert sizes == sorted(sizes, reverse=True)
    assert chart.title.startswith(("The", chart.table["region"][0]))
    assert f"{chart.table['statutory_percent'][0]:.1f} % by law" in chart.title


def test_the_page_of_the_briefing_is_whole(found, tmp_path):
    page = Page(write_briefing(found.result, [], tmp_path, "").read_text(encoding="utf-8"))
    assert all(text.strip() for text in page.cells)
    assert not [text for text in page.text if re.search(r"(?:^|[ (])-\d", text)]
    assert not [text for text in page.text if re.search(r"\d %", text)]
    assert not [text for text in page.cells if re.search(r"\bnan\b", text)]


# ── The page for one country ─────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def country():
    """Germany, whose side deal comes out as its waiting, and joining as another economy."""
    focus = focused(sim.load(ALLIES), "DEU")
    results = {
        one.name: made_up(
            sim.simulate(sim.load(ALLIES, sets=one.sets), runs=RUNS), seed=2 if one.name == "joins" else 1
        )
        for one in focus.stances
    }
    base = made_up(sim.simulate(sim.load(ALLIES), runs=RUNS))
    return Findings(base, [], ""), Focus(focus.actor, focus.title, focus.code, focus.stances, results)


def its_own(found, focus):
    sections = [one for one in focus_page(found, focus).sections if one.title == "What becomes of its economy"]
    return sections[0].blocks if sections else []


def test_a_household_pays_for_its_persons(country, monkeypatch):
    monkeypatch.setattr("sim.analysis.economy.Economy.household", 2.5)
    income = of_kind(its_own(*country), Bullets)[0].items[0]
    amounts = [float(text.replace("−", "-").replace(",", "")) for text in re.findall(r"([+−][\d,]+) \(", income)]
    assert "USD a household of 2.5" in income
    assert amounts[-1] == pytest.approx(2.5 * amounts[-2], abs=2)


def test_the_page_for_a_country_tells_its_income_prices_and_suppliers(country):
    blocks = its_own(*country)
    income, prices = of_kind(blocks, Bullets)[0].items
    assert income.startswith("Real income, from")
    assert "USD a person" in income
    assert prices.startswith("Consumer prices: ")
    assert [block.chart.name for block in of_kind(blocks, FigureBlock)] == ["focus_income", "focus_diverted"]


def test_a_stance_that_changes_nothing_of_its_income_is_told_as_the_same(country):
    chart = of_kind(its_own(*country), FigureBlock)[0].chart
    asides = dict(zip(chart.table["stance"], chart.table["bn USD against the file’s own rules"], strict=True))
    titles = {one.name: one.title for one in country[1].stances}
    assert asides["As the file has it"] == "–"
    assert asides[titles["waits"]] == asides[titles["side_deal"]] == "the same"
    assert re.match(r"[+−]|no clear difference|near 0", asides[titles["joins"]])


def test_imports_of_the_page_are_those_of_the_cube(country):
    found, focus = country
    chart = of_kind(its_own(found, focus), FigureBlock)[1].chart
    assert "Germany" not in chart.table["exporter"]
    (table,) = of_kind(its_own(found, focus), Table)
    assert len(table.rows) == len(found.economy.sectors)


def test_a_country_that_is_no_region_of_the_data_has_no_such_section(country):
    found, _ = country
    assert its_own(found, focused(found.scenario, "AUS")) == []


def test_a_country_of_an_economy_that_stays_is_told_so():
    base = made_up(sim.simulate(sim.load(ALLIES), runs=20), scale=0.0)
    (told_,) = its_own(Findings(base, [], ""), focused(base.scenario, "DEU"))
    assert all(item.endswith(("the same.", "the same, mean over the same time.")) for item in told_.items)


def test_where_medians_are_near_nothing_the_title_names_the_widest_range():
    result = sim.simulate(sim.load(str(SMALL)), runs=RUNS)
    spread = np.linspace(-1, 1, RUNS)[:, None, None] * np.array([1.0, 0.5])
    table = rows(range(RUNS), [result.plan.as_of, result.plan.horizon], 2, real_income_percent=spread)
    blocks = gains_and_losses(Findings(place(result, table, regions=["USA", "CHN"]), [], ""))
    title = of_kind(blocks, FigureBlock)[0].chart.title
    assert title.startswith("Real income is near unchanged at the median; the range is widest in the United States")


def test_outcomes_are_drawn_with_the_futures_that_end_in_them():
    found = played(runs=200)
    chart = next(
        one.chart for one in of_kind(gains_and_losses(found), FigureBlock) if one.chart.name.endswith("outcomes")
    )
    economy, values = found.economy, found.economy.mean("real_income_percent")
    names = {found.titles[name]: name for name in found.result.outcome_names}
    regions = {"United States": "USA", "China": "CHN"}
    lines = zip(*(chart.table[key] for key in ("panel", "outcome", "p50_percent")), strict=True)
    for panel, outcome, median in lines:
        own = economy.of_outcome(values, names[outcome])[:, economy.regions.index(regions[panel])]
        assert len(own) >= 20
        assert median == pytest.approx(np.median(own), abs=1e-6)


def test_where_every_future_ends_alike_outcomes_are_not_drawn():
    single = played(runs=10)
    names = [one.chart.name for one in of_kind(gains_and_losses(single), FigureBlock)]
    assert names == ["economy_gains", "economy_paths"]
