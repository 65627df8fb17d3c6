"""Economy data sets: the shipped world adds up, a set of any size is read, and every mistake is told with its place."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from sim.economy.dataset import SHIPPED, UNTAXED_ELASTICITY, DataError, read
from sim.economy.files import COLUMNS, set_key

PAGE = Path(__file__).parents[3] / "docs" / "economy-data.md"
SMALL = {
    "trade_flows.csv": """exporter,importer,sector,value_musd
A,A,G,60
A,A,S,100
A,B,G,40
A,B,S,0
B,A,G,20
B,A,S,0
B,B,G,80
B,B,S,50
""",
    "value_added.csv": """region,sector,value_added_share
A,G,0.5
A,S,0.8
B,G,0.6
B,S,0.7
""",
    "io_coefficients.csv": """region,input_sector,using_sector,coefficient
A,G,G,0.3
A,G,S,0.1
A,S,G,0.2
A,S,S,0.1
B,G,G,0.4
B,G,S,0.1
B,S,G,0
B,S,S,0.2
""",
    "tariffs_baseline.csv": """importer,exporter,sector,rate,date
A,B,G,0.1,2020-01-01
A,B,G,0.3,2025-01-01
A,B,G,0.5,2025-01-02
B,A,G,0.05,2019-06-30
""",
    "trade_elasticities.csv": """sector,study,trade_elasticity
G,"Fontagné, Orefice 2022",5
*,One value,4
""",
    "final_demand_shares.csv": """region,sector,final_demand_share
A,G,0.25
A,S,0.75
B,G,0.5
B,S,0.5
""",
    "gdp.csv": """region,population_2023,population_2024
A,1,3
B,2,4
""",
}
"""Two regions, two sectors. A makes 100 of G and 100 of S, B makes 100 of G and 50 of S."""


@pytest.fixture
def small(tmp_path):
    for file, text in SMALL.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def world():
    return read()


def edit(folder, file, old, new):
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def mistakes(folder, **options):
    with pytest.raises(DataError) as caught:
        read(folder, **options)
    assert all(problem in str(caught.value) for problem in caught.value.problems)
    return caught.value.problems


def rows(file):
    with (SHIPPED / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


# The shipped world


def test_the_world_has_18_regions_and_14_sectors_in_the_order_of_its_files(world):
    assert world.regions == tuple(row["region"] for row in rows("regions.csv"))
    assert world.sectors == tuple(row["sector"] for row in rows("sectors.csv"))
    assert (len(world.regions), len(world.sectors)) == (18, 14)
    assert world.region_names["CHN"] == "China (mainland)"
    assert world.sector_names["SRV"] == "Services, construction, utilities, government"


def test_its_codes_and_names_are_those_of_the_trade_data(world):
    data = SHIPPED.parents[1] / "data"
    for file, names in (("regions.csv", world.region_names), ("sectors.csv", world.sector_names)):
        with (data / file).open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                assert names[row[file.removesuffix("s.csv")]] == row["name"]


def test_figures_are_where_the_axes_say(world):
    usa, chn, deu = (world.regions.index(code) for code in ("USA", "CHN", "DEU"))
    agr, fod = world.sectors.index("AGR"), world.sectors.index("FOD")
    goods = slice(0, 13)
    assert world.flows_musd[usa, usa, agr] == 666343.03
    assert world.value_added_share[usa, agr] == 0.43096
    assert world.input_coefficient[usa, agr, fod] == pytest.approx(0.2363767, abs=1e-6)
    assert world.population[usa] == 340_110_988
    # US goods imports from and exports to China in 2024, published: 438.9 and 143.5 billion USD.
    assert world.flows_musd[usa, chn, goods].sum() == pytest.approx(438_900, abs=50)
    assert world.flows_musd[chn, usa, goods].sum() == pytest.approx(143_500, abs=50)
    assert world.tariff[deu, world.regions.index("FRA")].max() == 0  # one customs union


def test_what_is_produced_is_sold_and_earned(world):
    for row in rows("value_added.csv"):
        at = world.regions.index(row["region"]), world.sectors.index(row["sector"])
        assert world.output_musd[at] == pytest.approx(float(row["gross_output_musd"]), rel=1e-5)
    technology = world.input_coefficient.sum(axis=1) + world.value_added_share
    np.testing.assert_allclose(technology, 1, rtol=0, atol=1e-14)


def test_the_world_earns_what_it_spends_at_exporters_prices(world):
    earned = (world.value_added_share * world.output_musd).sum()
    used = np.einsum("nkj,nj->nk", world.input_coefficient, world.output_musd)
    assert (world.flows_musd.sum(axis=1) - used).sum() == pytest.approx(earned, rel=1e-12)


def test_final_demand_is_earned_income_tariff_revenue_and_the_trade_deficit(world):
    revenue = (world.flows_musd * world.tariff).sum(axis=(1, 2))
    deficit = world.flows_musd.sum(axis=(1, 2)) - world.flows_musd.sum(axis=(0, 2))
    income = (world.value_added_share * world.output_musd).sum(axis=1) + revenue + deficit
    np.testing.assert_allclose(world.residual_demand_musd.sum(axis=1), income, rtol=1e-12)
    assert abs(deficit.sum()) < 1e-6 * np.abs(deficit).sum()


def test_final_demand_is_positive_everywhere_at_tariff_inclusive_prices(world):
    assert world.residual_demand_musd.min() > 0


def test_services_are_not_taxed_and_no_rate_of_a_later_day_is_shipped(world):
    assert world.taxed.tolist() == [True] * 13 + [False]
    assert world.tariff[:, :, 13].max() == 0
    assert max(row["date"] for row in rows("tariffs_baseline.csv")) == "2025-01-01"


def test_every_elasticity_set_has_a_value_for_every_sector(world):
    assert len(world.elasticities) == 12
    for name, values in world.elasticities.items():
        assert values.shape == (14,), name
        assert (values > 0).all(), name
    assert world.elasticities["caliendo_parro_2015"][world.sectors.index("ENE")] == 37.599
    assert world.elasticities["boehm_levchenko_pandalai_nayar_2023"].tolist() == [1.0] * 14
    assert world.elasticities["simonovska_waugh_2014"].tolist() == [4.0] * 14
    low, central, high = (world.elasticities[name] for name in ("low", "central", "high"))
    assert (low < central).all()
    assert (central < high).all()


def test_arrays_cannot_be_changed(world):
    for name in ("flows_musd", "tariff", "value_added_share", "input_coefficient", "taxed"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(world, name)[:] = 0


# A set of one's own


def test_codes_come_in_order_of_first_appearance_or_of_their_files(small):
    data = read(small)
    assert (data.regions, data.sectors) == (("A", "B"), ("G", "S"))
    assert data.region_names == {"A": "A", "B": "B"}
    (small / "regions.csv").write_text("code,name\nB,Bland\nA,\n", encoding="utf-8")
    turned = read(small)
    assert turned.regions == ("B", "A")
    assert turned.region_names == {"B": "Bland", "A": "A"}
    np.testing.assert_array_equal(turned.flows_musd, data.flows_musd[::-1, ::-1])
    np.testing.assert_array_equal(turned.population, [4, 3])


def test_flows_are_by_importer_then_exporter(small):
    data = read(small)
    assert data.flows_musd[0, 1].tolist() == [20, 0]
    assert data.flows_musd[1, 0].tolist() == [40, 0]
    assert data.output_musd.tolist() == [[100, 100], [100, 50]]


@pytest.mark.parametrize(
    ("day", "rate"), [("2020-01-01", 0.1), ("2024-12-31", 0.1), ("2025-01-01", 0.3), ("2025-01-02", 0.5)]
)
def test_the_rate_of_a_day_is_the_latest_at_or_before_it(small, day, rate):
    assert read(small, tariffs_on=day).tariff[0, 1].tolist() == [rate, 0]


def test_the_order_of_rows_and_columns_does_not_matter(small):
    expected = read(small)
    for file, text in SMALL.items():
        header, *lines = text.splitlines()
        if "study" not in header:
            turned = [",".join(reversed(line.split(","))) for line in (header, *reversed(lines))]
            (small / file).write_text("\n".join(turned), encoding="utf-8")
    (small / "sectors.csv").write_text("sector\nG\nS\n", encoding="utf-8")
    (small / "regions.csv").write_text("region\nA\nB\n", encoding="utf-8")
    data = read(small)
    for name in ("flows_musd", "tariff", "value_added_share", "input_coefficient", "population"):
        np.testing.assert_array_equal(getattr(data, name), getattr(expected, name))


def test_a_tariff_file_without_dates_holds_on_any_day(small):
    (small / "tariffs_baseline.csv").write_text("importer,exporter,sector,rate\nB,A,G,0.2\n", encoding="utf-8")
    data = read(small, tariffs_on="1993-01-01")
    assert data.tariff[1, 0].tolist() == [0.2, 0]
    assert data.tariff.sum() == 0.2


def test_without_a_tariff_file_trade_is_free_and_what_crosses_borders_is_taxable(small):
    (small / "tariffs_baseline.csv").unlink()
    data = read(small)
    assert data.tariff.max() == 0
    assert data.taxed.tolist() == [True, False]


def test_export_taxes_raise_what_the_buyer_pays(small):
    free = read(small)
    (small / "export_taxes.csv").write_text("exporter,importer,sector,rate\nB,A,G,0.5\n", encoding="utf-8")
    data = read(small)
    assert data.export_tax[0, 1, 0] == 0.5
    assert data.absorption_musd[0, 0] - free.absorption_musd[0, 0] == pytest.approx(20 * 1.3 * 0.5)


def test_final_demand_is_what_industries_leave_or_the_shares_of_the_file(small):
    data = read(small)
    assert data.final_share is None
    # A buys 60 + 20 × 1.3 of G, of which its industries use 0.3 × 100 + 0.1 × 100.
    assert data.residual_demand_musd[0, 0] == pytest.approx(46)
    shares = read(small, final_demand="shares")
    assert shares.final_share.tolist() == [[0.25, 0.75], [0.5, 0.5]]


def test_shares_rounded_to_few_digits_are_scaled_to_add_up(small):
    edit(small, "final_demand_shares.csv", "A,G,0.25", "A,G,0.25005")
    edit(small, "io_coefficients.csv", "A,G,G,0.3", "A,G,G,0.30005")
    data = read(small, final_demand="shares")
    np.testing.assert_allclose(data.final_share.sum(axis=1), 1, rtol=0, atol=1e-15)
    np.testing.assert_allclose(data.input_coefficient.sum(axis=1) + data.value_added_share, 1, rtol=0, atol=1e-15)
    assert data.value_added_share[0, 0] == 0.5


def test_sets_are_named_by_study_and_filled_by_their_star_or_the_stated_value(small):
    sets = read(small).elasticities
    assert sets["fontagne_orefice_2022"].tolist() == [5, UNTAXED_ELASTICITY]
    assert sets["one_value"].tolist() == [4, 4]
    assert set_key("Caliendo, Parro 2015") == "caliendo_parro_2015"
    text = "set,sector,study,trade_elasticity\nmine,*,Somebody,3\nmine,S,Somebody else,8\n"
    (small / "trade_elasticities.csv").write_text(text, encoding="utf-8")
    assert read(small).elasticities["mine"].tolist() == [3, 8]


def test_the_latest_population_is_taken(small):
    assert read(small).population.tolist() == [3, 4]
    (small / "gdp.csv").write_text("region,gdp_musd\nA,1\nB,2\n", encoding="utf-8")
    assert read(small).population is None
    (small / "gdp.csv").unlink()
    assert read(small).population is None


def test_a_set_of_one_sector_without_links_needs_two_files(tmp_path):
    flows = [f"{i},{n},X,{10 if i == n else 1}" for n in "ABC" for i in "ABC"]
    (tmp_path / "trade_flows.csv").write_text("\n".join(["exporter,importer,sector,value_musd", *flows]))
    (tmp_path / "value_added.csv").write_text("region,sector,value_added_share\nA,X,1\nB,X,1\nC,X,1\n")
    data = read(tmp_path)
    assert data.input_coefficient.tolist() == [[[0.0]]] * 3
    assert data.residual_demand_musd.tolist() == [[12.0]] * 3
    assert data.elasticities == {}


def test_a_sector_that_nobody_makes_needs_no_shares_that_add_up(small):
    edit(small, "trade_flows.csv", "B,B,S,50", "B,B,S,0")
    edit(small, "value_added.csv", "B,S,0.7", "B,S,0")
    assert read(small).output_musd[1, 1] == 0


def test_a_file_may_begin_with_a_byte_order_mark_and_hold_blank_rows(small):
    text = SMALL["trade_flows.csv"].replace("A,B,G,40", "\n,,,\n A , B ,G, 40 ")
    (small / "trade_flows.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert read(small).flows_musd[1, 0, 0] == 40


# Mistakes

WRONG = [
    # file, old, new, place of the mistake, words of it
    ("trade_flows.csv", "A,B,G,40", "A,B,G,-40", "trade_flows.csv:4:", "value_musd is '-40'; sales are 0 or more"),
    ("trade_flows.csv", "A,B,G,40", "A,B,G,nan", "trade_flows.csv:4:", "value_musd is 'nan'; a finite number"),
    ("trade_flows.csv", "A,B,G,40", "A,B,G,1e999", "trade_flows.csv:4:", "value_musd is '1e999'; a finite number"),
    ("trade_flows.csv", "A,B,G,40", 'A,B,G,"4,0"', "trade_flows.csv:4:", "value_musd is '4,0'; a finite number"),
    ("trade_flows.csv", "A,B,G,40", "A,B,G,", "trade_flows.csv:4:", "value_musd is empty; a finite number"),
    (
        "trade_flows.csv",
        "A,B,G,40",
        "A,B,g,40",
        "trade_flows.csv:4:",
        "sector is 'g'; a sector is one of G, S (did you",
    ),
    ("trade_flows.csv", "A,B,G,40", "A,AB,G,40", "trade_flows.csv:4:", "importer is 'AB'; a region is one of A, B"),
    (
        "trade_flows.csv",
        "A,B,G,40\n",
        "",
        "trade_flows.csv:",
        "1 of 8 cells missing, the first importer B, exporter A, ",
    ),
    ("trade_flows.csv", "A,B,G,40", "A,B,G,40\nA,B,G,41", "trade_flows.csv:5:", "second row of importer B, exporter A"),
    ("trade_flows.csv", "A,B,G,40", "A,B,G", "trade_flows.csv:4:", "3 cells; as many as columns in the header, 4"),
    ("trade_flows.csv", "value_musd", "value", "trade_flows.csv:1:", "no column value_musd; the file needs it; there"),
    ("trade_flows.csv", "exporter,importer", "exporter,exporter", "trade_flows.csv:1:", "no column importer"),
    ("trade_flows.csv", "A,B,G,40", 'A,B,G,"40"0', "trade_flows.csv:4:", "not CSV"),
    ("value_added.csv", "A,S,0.8\n", "", "value_added.csv:", "1 of 4 cells missing, the first region A, sector S"),
    ("value_added.csv", "A,S,0.8", "A,S,1.8", "value_added.csv:3:", "value_added_share is '1.8'; a share is 0 to 1"),
    (
        "value_added.csv",
        "A,S,0.8",
        "A,S,0.9",
        "value_added.csv:3:",
        "region A, sector S: value-added share 0.9 and sum",
    ),
    (
        "value_added.csv",
        "A,S,0.8",
        "A,S,0.8\nA,S,0.8",
        "value_added.csv:4:",
        "stands once, and this one in line 3 already",
    ),
    (
        "io_coefficients.csv",
        "B,S,G,0\n",
        "",
        "io_coefficients.csv:",
        "1 of 8 cells missing, the first region B, input_",
    ),
    (
        "io_coefficients.csv",
        "B,S,G,0",
        "B,S,G,-0.1",
        "io_coefficients.csv:8:",
        "coefficient is '-0.1'; a coefficient is 0 ",
    ),
    (
        "io_coefficients.csv",
        "A,G,G,0.3",
        "A,G,G,0.31",
        "value_added.csv:2:",
        "sum of input coefficients 0.51 make 1.01",
    ),
    (
        "io_coefficients.csv",
        "B,S,G,0",
        "B,X,G,0",
        "io_coefficients.csv:8:",
        "input_sector is 'X'; a sector is one of G, S",
    ),
    (
        "tariffs_baseline.csv",
        "B,A,G,0.05",
        "B,A,G,-0.05",
        "tariffs_baseline.csv:5:",
        "rate is '-0.05'; a rate is a fract",
    ),
    ("tariffs_baseline.csv", "B,A,G,0.05", "B,A,G,25", "tariffs_baseline.csv:5:", "0.10 is 10 %"),
    (
        "tariffs_baseline.csv",
        "2019-06-30",
        "30.6.2019",
        "tariffs_baseline.csv:5:",
        "date is '30.6.2019'; a date is YYYY-M",
    ),
    ("tariffs_baseline.csv", "2019-06-30", "", "tariffs_baseline.csv:5:", "date is empty; a date is YYYY-MM-DD"),
    ("tariffs_baseline.csv", "2025-01-02", "2025-01-01", "tariffs_baseline.csv:4:", "sector G, date 2025-01-01; each"),
    (
        "tariffs_baseline.csv",
        "2019-06-30",
        "2026-01-01",
        "tariffs_baseline.csv:5:",
        "importer B has no rate at or before",
    ),
    (
        "tariffs_baseline.csv",
        "B,A,G,0.05",
        "C,A,G,0.05",
        "tariffs_baseline.csv:5:",
        "importer is 'C'; a region is one of",
    ),
    (
        "trade_elasticities.csv",
        '2022",5',
        '2022",0',
        "trade_elasticities.csv:2:",
        "trade_elasticity is '0'; a trade elas",
    ),
    (
        "trade_elasticities.csv",
        'G,"',
        'S,"',
        "trade_elasticities.csv:2:",
        "set fontagne_orefice_2022 says nothing of G",
    ),
    ("trade_elasticities.csv", "One value", "?", "trade_elasticities.csv:3:", "set is empty; the name of a set"),
    ("final_demand_shares.csv", "A,S,", "A,T,", "final_demand_shares.csv:3:", "sector is 'T'; a sector is one of G, S"),
    ("gdp.csv", "A,1,3", "A,1,-3", "gdp.csv:2:", "population_2024 is '-3'; persons, more than 0"),
    ("gdp.csv", "A,1,3\n", "", "gdp.csv:", "1 of 2 cells missing, the first region A"),
]


@pytest.mark.parametrize(("file", "old", "new", "place", "words"), WRONG)
def test_a_mistake_is_told_alone_with_file_line_and_rule(small, file, old, new, place, words):
    edit(small, file, old, new)
    told = mistakes(small)
    assert any(problem.startswith(place) and words in problem for problem in told), told
    assert len(told) == 1 or "exporter,exporter" in new, told


def test_many_mistakes_are_told_in_one_pass(small):
    edit(small, "trade_flows.csv", "A,B,G,40", "A,B,G,-40")
    edit(small, "trade_flows.csv", "B,B,S,50", "B,B,S,x")
    edit(small, "value_added.csv", "A,S,0.8", "Q,S,0.8")
    edit(small, "io_coefficients.csv", "B,S,G,0\n", "")
    edit(small, "tariffs_baseline.csv", "B,A,G,0.05", "B,A,G,-1")
    edit(small, "gdp.csv", "B,2,4", "B,2,four")
    (small / "export_taxes.csv").write_bytes(b"exporter,importer,sector,rate\nA,B,G,0.1\xff\n")
    places = [problem.split(" ")[0] for problem in mistakes(small)]
    assert sorted(places) == [
        "export_taxes.csv:2:",
        "gdp.csv:3:",
        "io_coefficients.csv:",
        "tariffs_baseline.csv:5:",
        "trade_flows.csv:4:",
        "trade_flows.csv:9:",
        "value_added.csv:3:",
    ]


@pytest.mark.parametrize("file", ["trade_flows.csv", "value_added.csv"])
def test_a_needed_file_that_is_not_there_is_named_with_its_columns(small, file):
    (small / file).unlink()
    (told,) = mistakes(small)
    assert told.startswith(f"{file}: no such file; a data set needs it, with columns ")


@pytest.mark.parametrize("file", SMALL)
def test_an_empty_file_and_one_without_rows_are_refused(small, file):
    header = SMALL[file].splitlines()[0]
    (small / file).write_text("\n", encoding="utf-8")
    assert f"{file}: the file is empty; its first row names the columns" in mistakes(small)[0]
    (small / file).write_text(header + "\n", encoding="utf-8")
    assert f"{file}:1: no row after the header; at least one is needed" in mistakes(small)


def test_a_file_in_another_encoding_is_refused_with_the_line(small):
    (small / "regions.csv").write_bytes("region,name\nA,Österreich\nB,Bland\n".encode("latin-1"))
    (told,) = mistakes(small)
    assert told == "regions.csv:2: byte 0xd6 is not UTF-8; save the file as CSV in UTF-8"


def test_cells_separated_by_semicolons_are_told_as_such(small):
    (small / "gdp.csv").write_text("region;population\nA;1\n", encoding="utf-8")
    assert mistakes(small) == ["gdp.csv:1: no column region; cells are separated by commas, here by something else"]


def test_a_folder_where_a_file_should_be_is_refused(small):
    (small / "gdp.csv").unlink()
    (small / "gdp.csv").mkdir()
    assert mistakes(small)[0].startswith("gdp.csv: cannot be read (")


def test_a_missing_folder_and_wrong_options_are_refused(small, tmp_path):
    assert "no such folder" in mistakes(tmp_path / "nowhere")[0]
    assert "a data set is a folder" in mistakes(small / "gdp.csv")[0]
    told = mistakes(small, tariffs_on="2025-02-30", final_demand="share")
    assert told == ["final_demand: 'share'; it is residual or shares", "tariffs_on: '2025-02-30'; a day is YYYY-MM-DD"]


def test_negative_final_demand_is_refused_with_place_size_and_remedy(small):
    edit(small, "trade_flows.csv", "B,B,S,50", "B,B,S,20")
    edit(small, "io_coefficients.csv", "B,S,G,0", "B,S,G,0.3")
    edit(small, "io_coefficients.csv", "B,G,G,0.4", "B,G,G,0.1")
    (told,) = mistakes(small)
    assert told.startswith(
        "io_coefficients.csv:8: final demand of region B, sector S would be -14.00 million USD (-70.0% of"
    )
    assert 'read with final_demand="shares"' in told
    assert read(small, final_demand="shares").final_share is not None


def test_what_is_needed_and_bought_from_nobody_is_refused(small):
    edit(small, "trade_flows.csv", "B,B,S,50", "B,B,S,0")
    (told,) = mistakes(small, final_demand="shares")
    assert "region B, sector S is needed, and nothing of it is bought" in told


def test_final_shares_add_up_where_they_are_used(small):
    edit(small, "final_demand_shares.csv", "A,G,0.25", "A,G,0.35")
    assert read(small).final_share is None
    (told,) = mistakes(small, final_demand="shares")
    assert told.startswith("final_demand_shares.csv:2: the shares of region A add up to 1.1; ")


def test_final_shares_are_needed_when_asked_for(small):
    (small / "final_demand_shares.csv").unlink()
    assert mistakes(small, final_demand="shares")[0].startswith("final_demand_shares.csv: no such file")


def test_stated_totals_are_held_against_the_flows(small):
    header = "region,sector,value_added_share,gross_output_musd,value_added_musd"
    lines = ["A,G,0.5,100,50", "A,S,0.8,100.05,80", "B,G,0.6,100,61", "B,S,0.7,55,35"]
    (small / "value_added.csv").write_text("\n".join([header, *lines]), encoding="utf-8")
    output, value_added = mistakes(small)
    assert output.startswith(
        "value_added.csv:5: gross_output_musd of region B, sector S is 55.00, not 50.00; gross output"
    )
    assert value_added.startswith(
        "value_added.csv:4: value_added_musd of region B, sector G is 61.00, not 60.00; value"
    )


def test_without_coefficients_all_output_is_value_added(small):
    (small / "io_coefficients.csv").unlink()
    told = mistakes(small)
    assert len(told) == 4
    assert told[0].startswith(
        "value_added.csv:2: value-added share of region A, sector G is 0.5; without io_coefficients"
    )


def test_a_region_without_income_is_refused(small):
    for row in ("B,B,G,80", "B,B,S,50", "B,A,G,20"):
        edit(small, "trade_flows.csv", row, row.rsplit(",", 1)[0] + ",0")
    assert mistakes(small)[0].startswith("value_added.csv:4: region B has no value added; ")


def test_codes_of_the_axes_stand_once_and_are_no_star(small):
    (small / "regions.csv").write_text("region\nA\nB\nA\n*\n", encoding="utf-8")
    twice, star = mistakes(small)
    assert twice == "regions.csv:4: second row of A; a code stands once, and this one in line 2 already"
    assert star == "regions.csv:5: code is '*'; a code is not empty, and not *"


def test_a_region_of_the_list_without_trade_is_missing_cells(small):
    (small / "regions.csv").write_text("region\nA\nB\nC\n", encoding="utf-8")
    told = mistakes(small)
    assert (
        "trade_flows.csv: 10 of 18 cells missing, the first importer A, exporter C, sector G; every exporter" in told[0]
    )


def test_flows_without_a_code_are_refused(small):
    (small / "trade_flows.csv").write_text("exporter,importer,sector,value_musd\n,,,1\n", encoding="utf-8")
    assert mistakes(small) == ["trade_flows.csv: no codes of regions and sectors; a code is not empty, and not *"]


def test_an_unreadable_number_of_any_length_is_told_in_short(small):
    edit(small, "gdp.csv", "A,1,3", f"A,1,{'9' * 30}x{'9' * 300}")
    (told,) = mistakes(small)
    assert len(told) < 200


def test_the_text_of_the_error_is_short_and_its_list_complete(small):
    (small / "io_coefficients.csv").write_text(
        "region,input_sector,using_sector,coefficient\n" + "A,G,G,x\n" * 100, encoding="utf-8"
    )
    with pytest.raises(DataError) as caught:
        read(small)
    assert len(caught.value.problems) == 200  # each row is no number, all but one stand twice, and cells are missing
    assert len(str(caught.value).splitlines()) == 32
    assert str(caught.value).endswith("… and 170 more")


def test_one_sector_and_194_regions_are_read_with_every_mistake(tmp_path):
    regions = [f"R{number:03}" for number in range(194)]
    flows = [f"{i},{n},X,{100.5 if i == n else 0.25}" for n in regions for i in regions]
    flows[1000] = flows[1000].replace(",0.25", ",-0.25")
    (tmp_path / "trade_flows.csv").write_text("\n".join(["exporter,importer,sector,value_musd", *flows]))
    shares = [f"{i},X,1" for i in regions]
    (tmp_path / "value_added.csv").write_text("\n".join(["region,sector,value_added_share", *shares]))
    (told,) = mistakes(tmp_path)
    assert told.startswith("trade_flows.csv:1002: value_musd is '-0.25'")


# The page


def test_the_page_names_every_file_and_column():
    page = PAGE.read_text(encoding="utf-8")
    for file, columns in COLUMNS.items():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{file}` |")]
        assert all(f"`{name}`" in row for column in columns for name in column.split("|"))


OTHERS = [
    # changed files (None: taken away), options
    ({"io_coefficients.csv": None}, {}),
    ({"regions.csv": "region,name\nA,Österreich\nB,Bland\n".encode("latin-1")}, {}),
    ({"regions.csv": b"region\nA\nB\nA\n"}, {}),
    ({"gdp.csv": b"region;population\nA;1\n"}, {}),
    (
        {
            "trade_flows.csv": SMALL["trade_flows.csv"].replace("B,B,S,50", "B,B,S,20").encode(),
            "io_coefficients.csv": SMALL["io_coefficients.csv"]
            .replace("B,S,G,0", "B,S,G,0.3")
            .replace("B,G,G,0.4", "B,G,G,0.1")
            .encode(),
        },
        {},
    ),
    (
        {"final_demand_shares.csv": SMALL["final_demand_shares.csv"].replace("0.25", "0.35").encode()},
        {"final_demand": "shares"},
    ),
    (
        {
            "value_added.csv": b"region,sector,value_added_share,gross_output_musd\n"
            b"A,G,0.5,100\nA,S,0.8,100\nB,G,0.6,100\nB,S,0.7,55\n"
        },
        {},
    ),
    ({"trade_flows.csv": re.sub(r"B,(.),(.),\d+", r"B,\1,\2,0", SMALL["trade_flows.csv"]).encode()}, {}),
]


def test_the_mistakes_of_the_page_are_told_as_it_says(tmp_path):
    cases = [({file: SMALL[file].replace(old, new).encode()}, {}) for file, old, new, *_ in WRONG]
    told = set()
    for number, (changed, options) in enumerate(cases + OTHERS):
        folder = tmp_path / str(number)
        folder.mkdir()
        for file, content in ({file: text.encode() for file, text in SMALL.items()} | changed).items():
            if content is not None:
                (folder / file).write_bytes(content)
        told.update(mistakes(folder, **options))
    (block,) = re.findall(r"^```text\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert [line for line in block.splitlines() if line not in told] == []
