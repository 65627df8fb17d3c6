"""The sections on supply: figures of the tables, both forms of production apart, nothing drawn of nothing."""

import re

import numpy as np
import pytest

import sim
from app.briefing import supply as stocks
from app.briefing import supply_capacity, supply_exports, supply_leverage, supply_output
from app.briefing.build import SECTIONS
from app.briefing.content import Bullets, FigureBlock, Paragraph, Table
from app.briefing.findings import Findings
from app.briefing.focus import focus_page
from app.briefing.html import cell
from app.briefing.supply import inner
from app.briefing.supply_capacity import years_told
from app.briefing.supply_exports import rise
from app.briefing.supply_output import gap, short
from app.run import focused
from plots.diversification import LEAD_TIMES
from plots.numbers import percent
from plots.weeks_left import between, in_weeks, weeks
from sim.analysis.economy import Band
from sim.analysis.supply import TwoForms, never, times
from sim.days import day
from tests.app.test_focus import ALLIES
from tests.conftest import SMALL
from tests.supply_tables import BOTH, REFERENCE, made_up

PARTS = {
    "Weeks to a stoppage": stocks.weeks_to_a_stoppage,
    "Output lost to shortage": supply_output.output_lost,
    "Licences and exports": supply_exports.licences_and_exports,
    "Prices of materials": supply_exports.prices,
    "How soon without China": supply_capacity.how_soon,
    "What hangs on the sales": supply_leverage.what_hangs_on_it,
}
RUNS = 60
INF = float("inf")


def played(runs=RUNS, **made):
    return Findings(made_up(sim.simulate(sim.load(str(SMALL)), runs=runs), **made), [], "parley run")


@pytest.fixture(scope="module")
def found():
    return played()


@pytest.fixture(scope="module")
def blocks(found):
    return {title: part(found) for title, part in PARTS.items()}


@pytest.fixture(scope="module")
def charts(blocks):
    return {one.chart.name: one.chart for part in blocks.values() for one in part if isinstance(one, FigureBlock)}


def of_kind(blocks, kind):
    return [block for block in blocks if isinstance(block, kind)]


def plain(text):
    return text.replace("\u00a0", " ")


def test_a_scenario_without_supply_has_none_of_the_sections():
    still = Findings(sim.simulate(sim.load(str(SMALL)), runs=5), [], "")
    assert all(part(still) == [] for part in PARTS.values())


def test_the_sections_stand_together_after_the_economy():
    titles = list(SECTIONS)
    first = titles.index("Sectors most hit") + 1
    assert titles[first : first + len(PARTS)] == list(PARTS)


def test_every_output_has_its_chart(charts):
    assert set(charts) == {
        "supply_first_stop",
        "supply_stoppages",
        "supply_stopped",
        "supply_stock_out",
        "supply_lost",
        "supply_lost_sectors",
        "supply_exports",
        "supply_prices",
        "supply_stages",
        "diversification",
        "supply_at_stake",
        "supply_leverage",
    }


def test_every_title_is_a_finding_with_a_number_and_every_picture_has_words_and_data(charts):
    for chart in charts.values():
        assert re.search(r"\d", chart.title), chart.title
        assert not chart.title.endswith((".", ":", ","))
        assert len(chart.title.split()) >= 8
        assert chart.alt.startswith(chart.title)
        assert len({len(column) for column in chart.table.values()}) == 1
        assert all(chart.table.values())
        assert len({len(column) for column in chart.values().values()}) == 1
        assert chart.subtitle[0].isupper()


def test_no_number_of_a_page_is_no_number(blocks):
    for part in blocks.values():
        cells = [one for table in of_kind(part, Table) for row in table.rows for one in row]
        cells += [
            str(one)
            for block in of_kind(part, FigureBlock)
            for column in block.chart.values().values()
            for one in column
        ]
        texts = [one.text for one in of_kind(part, Paragraph)]
        texts += [block.chart.title + block.chart.subtitle + block.chart.alt for block in of_kind(part, FigureBlock)]
        heads = [one for table in of_kind(part, Table) for one in table.columns]
        heads += [one for block in of_kind(part, FigureBlock) for one in block.chart.values()]
        assert all(one.strip() for one in heads)
        assert not [text for text in [*cells, *texts] if re.search(r"\b(nan|inf)\b|(?:^|[ (])-\d", text)]
        assert all(cell(one) for one in cells)


# ── Figures in words equal the tables' ───────────────────────────────────────────────────────────────


def test_the_first_stoppage_of_the_title_is_that_of_the_tables(found, charts):
    supply = found.supply
    first = supply.weeks_to_stop.min(axis=2)
    place = int(np.argmin([never(first[:, k]) for k in range(first.shape[1])]))
    title, own = plain(charts["supply_first_stop"].title), first[:, place]
    assert f"In the {supply.region_names[supply.regions[place]]} the first users run out of stock" in title
    assert f"after {plain(in_weeks(times(own).middle))} at the median" in title
    assert plain(f"nobody does in {percent(never(own))} of futures") in title


def test_the_sector_that_mostly_stops_first_is_named_and_none_where_no_sector_does(found):
    supply = found.supply
    for row, code in enumerate(supply.regions):
        own = supply.weeks_to_stop[:, row]
        stopping = own[np.isfinite(own).any(axis=1)]
        alone = [int((one == one.min()).argmax()) for one in stopping if (one == one.min()).sum() == 1]
        shares = np.bincount(alone, minlength=len(supply.sectors)) / max(1, len(stopping))
        named = {name for name in supply.sector_names.values() if inner(name) in stocks._mostly(supply, code)}
        expected = {supply.sector_names[supply.sectors[place]] for place in np.flatnonzero(shares > 0.5)}
        assert named == expected, code


def test_the_heat_map_has_the_share_of_futures_of_every_user(found, charts):
    table, supply = charts["supply_stoppages"].table, found.supply
    assert len(table["region"]) == supply.uses.sum()
    rows = zip(table["region"], table["sector"], table["futures_percent"], table["p50_weeks"], strict=True)
    regions, sectors = list(supply.region_names.values()), list(supply.sector_names.values())
    for region, sector, share, middle in rows:
        own = supply.weeks_to_stop[:, regions.index(region), sectors.index(sector)]
        assert share == pytest.approx(100 * np.isfinite(own).mean(), abs=1e-3)
        if share:
            assert middle == pytest.approx(times(own[np.isfinite(own)]).middle, abs=1e-3)


def test_users_out_of_stock_are_drawn_by_region_as_recorded(found, charts):
    table = charts["supply_stopped"].table
    path = found.supply.path("stopped_percent", "eu")
    own = [
        value for panel, value in zip(table["panel"], table["p50_percent"], strict=True) if panel == "European Union"
    ]
    assert own == pytest.approx(np.median(path.values, axis=0).tolist(), abs=1e-4)
    worst = float(np.median(found.supply.worst("stopped_percent")[:, 0]))
    assert f"At the worst moment {worst:.0f} % of users in the United States" in charts["supply_stopped"].title


def test_both_forms_stand_side_by_side_and_their_gap_in_the_title(found, charts):
    losses = found.supply.lost_by_region()["us"]
    title = charts["supply_lost"].title
    assert f"{short(losses.leontief.middle)} weeks of output if nothing can stand in" in title
    assert f"{short(losses.ces.middle)} if other inputs can" in title
    assert f"the first is {short(losses.leontief.middle / losses.ces.middle)} times the second" in title
    table = charts["supply_lost"].table
    place = table["name"].index("United States")
    assert table["leontief_p50_weeks"][place] == pytest.approx(losses.leontief.middle, abs=1e-4)
    assert table["ces_p50_weeks"][place] == pytest.approx(losses.ces.middle, abs=1e-4)
    assert table["policy_held_ces_weeks"][place] == pytest.approx(losses.held_ces, abs=1e-4)


def test_no_figure_is_a_mean_of_both_forms(found, charts):
    for name in ("supply_lost", "supply_lost_sectors"):
        columns = [one for one in charts[name].table if one.endswith("_weeks")]
        assert all("leontief" in one or "ces" in one for one in columns)


def test_the_losses_of_sectors_are_those_of_two_regions_that_lose_most(found, charts):
    table = charts["supply_lost_sectors"].table
    ranked = [found.supply.region_names[code] for code in found.supply.ranked]
    assert list(dict.fromkeys(table["panel"])) == ranked[:2]
    one = found.supply.lost_by_sector(found.supply.ranked[0])["autos"]
    assert table["leontief_p95_weeks"][table["name"].index("Motor vehicles")] == pytest.approx(
        one.leontief.high, abs=1e-4
    )


def test_exports_stand_beside_those_with_the_policy_held(found, charts):
    chart, materials = charts["supply_exports"], found.materials
    lowest = materials.least("exports_percent")[:, materials.materials.index("heavy_rare_earths")]
    assert f"Exports of heavy rare earths fall to {np.median(lowest):.0f} % of normal at the median" in chart.title
    held = [one for one in chart.table["policy_held_percent"] if one != ""]
    paths = [materials.path("held_exports_percent", code).values for code in materials.curbed]
    assert held == pytest.approx(np.concatenate([np.median(one, axis=0) for one in paths]).tolist(), abs=1e-4)


def test_quotes_and_what_is_paid_are_told_apart(found, charts):
    chart, materials = charts["supply_prices"], found.materials
    place = materials.materials.index(materials.dearer[0])
    quoted, paid = (float(np.median(materials.peak(f"{kind}_ratio")[:, place])) for kind in ("quoted", "transacted"))
    assert rise(quoted) in chart.title
    assert chart.title.endswith(f"what is paid on average {rise(paid)}")
    assert {panel.partition(": ")[2] for panel in chart.table["panel"]} == {"quoted", "paid on average"}


def test_the_title_says_how_many_times_the_output_the_sales_are(found, charts):
    sales, hanging = (sum(one.values()) for one in (found.materials.sales, found.materials.hanging))
    ratio = re.search(r"hangs on them, ([\d,]+) times as much", charts["supply_at_stake"].title)
    assert float(ratio[1].replace(",", "")) == pytest.approx(hanging / sales, rel=0.05)


def test_the_leverage_of_the_title_is_that_of_the_first_and_the_last_day(found, charts):
    title = charts["supply_leverage"].title
    first, last = (
        float(one) for one in re.findall(r"([\d.]+) (?:weeks of output on|on)", title.replace(" and ", " "))[:2]
    )
    path = found.supply.path("stop_loss_weeks", found.supply.regions[int(np.argmax(
        [found.supply.path("stop_loss_weeks", code).values[:, 0].mean() for code in found.supply.regions]
    ))])  # fmt: skip
    assert first == pytest.approx(float(np.median(path.values[:, 0])), abs=0.06)
    assert last == pytest.approx(float(np.median(path.values[:, -1])), abs=0.06)
    assert title.endswith("leverage decays")


def test_the_table_of_years_has_a_row_for_every_stage_of_every_material(found, blocks):
    (table,) = of_kind(blocks["How soon without China"], Table)
    assert len(table.rows) == 14
    row = next(one for one in table.rows if one[:2] == ["Heavy rare earths", "End to end"])
    assert row[3] == years_told(found.materials.years("heavy_rare_earths", "end_to_end", 50), "2045")
    assert row[5] == years_told(found.materials.years("heavy_rare_earths", "end_to_end", 50, held=True), "2045")


def test_the_note_names_the_forms_and_how_futures_draw_them(blocks):
    said = " ".join(one.text for one in of_kind(blocks["Output lost to shortage"], Paragraph))
    assert f"Each future takes one ({BOTH})" in said
    assert "not averaged" in said


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0, "0"), (0.3, "under 1"), (9.4, "9"), (1234.0, "1,234"), (INF, "never"), (float("nan"), "–")],
)
def test_weeks_are_whole_and_those_that_never_come_are_never(value, words):
    assert weeks(value) == words


def test_a_week_is_one_week():
    assert [plain(in_weeks(value)) for value in (0.2, 1.2, 2.0, INF)] == ["under 1 week", "1 week", "2 weeks", "never"]
    assert between(Band(3.0, 9.0, INF)) == "3 to never"


@pytest.mark.parametrize(
    ("ratio", "words"),
    [(1.0, "stays as it is"), (1.27, "rises by up to 27 %"), (3.84, "peaks at 3.8 times that with open trade")],
)
def test_a_price_below_twice_is_told_in_per_cent(ratio, words):
    assert rise(ratio) == words


def test_years_beyond_what_is_followed_are_told_so():
    assert years_told(Band(7.2, 12.4, INF), "2045") == "12 years (7.2 to beyond 2045)"
    assert years_told(Band(INF, INF, INF), "2045") == "beyond 2045"
    assert years_told(Band(18.0, INF, INF), "2045") == "beyond 2045 (18 years to beyond 2045)"
    assert years_told(Band(0.0, 0.0, 0.0), "2045") == "0 years"


def test_the_larger_of_both_forms_is_named_whichever_it_is():
    def of(leontief, ces):
        return gap(TwoForms(Band(0, leontief, 9), Band(0, ces, 9)))

    assert of(6.0, 0.5).endswith("the first is 12 times the second")
    assert of(0.5, 1.5).endswith("the second is 3 times the first")
    assert of(1.0, 1.1).endswith("if other inputs can")
    assert of(0.004, 0.0).startswith("near 0 weeks of output")


# ── Where little or nothing happens ──────────────────────────────────────────────────────────────────


def test_where_nothing_happens_each_part_says_so_in_one_sentence_and_draws_nothing():
    still = played(runs=10, squeeze=0.0)
    for title in list(PARTS)[:4]:
        first, *others = PARTS[title](still)
        assert first.text.count(". ") == 0
        assert re.search(r"\bNo user\b|\bNo output\b|as in normal times|stay as they are", first.text)
        assert all(isinstance(one, Paragraph) and one.note for one in others)


@pytest.mark.parametrize(
    "made",
    [
        {"runs": 1},
        {"runs": 7, "regions": 1, "materials": 1, "branches": "ces", "squeeze": 0.15},
        {"runs": 3, "regions": 7, "materials": 2, "long": True, "squeeze": 6.0},
    ],
)
def test_awkward_supplies_are_told_with_numbers(made):
    odd = played(**made)
    for part in PARTS.values():
        for block in of_kind(part(odd), FigureBlock):
            assert re.search(r"\d", block.chart.title), block.chart.title
            assert not re.search(r"\b(nan|inf)\b", f"{block.chart.title} {block.chart.alt}")


# ── The page for one country ─────────────────────────────────────────────────────────────────────────


def its_own(squeeze, code="DEU", **made):
    base = made_up(sim.simulate(sim.load(ALLIES), runs=RUNS), squeeze=squeeze, **made)
    page = focus_page(Findings(base, [], ""), focused(base.scenario, code))
    sections = [one for one in page.sections if one.title == "What shortage means for it"]
    return base, sections[0].blocks if sections else []


def test_the_page_for_a_country_tells_cover_stoppages_output_in_both_forms_and_years():
    base, blocks = its_own(1.0)
    supply = Findings(base, [], "").supply
    cover, stop, output, years = map(plain, of_kind(blocks, Bullets)[0].items)
    assert cover.startswith("The European Union, of which it is a part, holds")
    assert plain(in_weeks(times(supply.on("cover_weeks", supply.first)[:, 1]).middle)) in cover
    wait = supply.weeks_to_stop[:, 1].min(axis=1)
    assert plain(f"in {percent(1 - never(wait))} of futures") in stop
    assert gap(supply.lost_by_region()["eu"]) in output
    assert "can be met without China from end to end after" in years
    (chart,) = [block.chart for block in of_kind(blocks, FigureBlock)]
    assert len(set(chart.table["panel"])) == 3


def test_a_country_whose_stocks_hold_is_told_so_without_a_chart():
    _, blocks = its_own(0.0)
    assert of_kind(blocks, FigureBlock) == []
    assert "None of its users runs out of stock in any future" in blocks[0].items[1]
    assert "supplies cover the need" in blocks[0].items[0]


def test_a_country_in_no_buying_region_has_no_such_section():
    assert its_own(1.0, codes={"us": ["USA"]})[1] == []


def test_the_reference_is_named_where_it_is_drawn(charts):
    assert REFERENCE in charts["supply_lost"].subtitle


def test_what_took_how_long_later_than_as_of_is_not_told(found, charts):
    later = [case.name for case in LEAD_TIMES if day(case.known) > found.materials.first]
    assert later
    assert not any(name in charts["diversification"].alt for name in later)
