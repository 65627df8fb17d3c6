"""An economy section that does not fit its data, as a user meets it: exit code 2, each mistake with its place."""

import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from app.cli import main
from sim.economy.dataset import SHIPPED

BASE = """\
schema: 1
title: Two countries
source: "assumption: a world made up for tests"
as_of: 2025-10-15
horizon: 2025-12-31
actors:
  us: {name: United States, regions: [USA]}
  china: {name: China, regions: [CHN]}
  atlantis: {name: Atlantis, regions: [ATL]}
trade:
  tranches:
    fish: {importer: us, exporter: china, sector: FSH, value: 1 bn USD}
    cars: {importer: us, exporter: china, sector: MVH, value: 1 bn USD}
    all_goods: {importer: china, exporter: us, value: 1 bn USD}
instruments:
  tax: {title: Tax, kind: tariff, by: us, on: china, enacted: 2025-10-01, adds: 10 pp}
  magnets:
    title: Magnets
    kind: export_control
    by: china
    restricts:
      - {item: magnets, sector: ELEC, share: 3 %}
      - {item: ores, sector: NOT_READ, material: dysprosium}
"""
ECONOMY = """\
economy:
  elasticities: {choice: {central: 50 %, centrl: 50 %}}
  sector_elasticities: {MVHH: 4, ELE: 3}
  capacity:
    - {actor: us, sector: MVV, limit: 50 %, from: 2025-11-01}
    - {region: CHA, sector: MVH, limit: 50 %, from: 2025-11-01}
    - {actor: atlantis, sector: MVH, limit: 50 %, from: 2025-11-01}
"""
SECTORS = "AGR, CHM, CRM, ELE, ENE, FOD, MCH, MVH, OMF, OTP, PHA, SRV, STL, TEX"
REGIONS = "ASN, AUS, BRA, CAN, CHN, DEU, FRA, GBR, IND, ITA, JPN, KOR, MEX, REU, ROW, TWN, USA, VNM"
SETS = (
    "bagwell_staiger_yurukoglu_2021, caliendo_parro_2015, fontagne_guimbard_orefice_2022, giri_yi_yilmazkuday_2021, "
    "lashkaripour_lugovskyy_2023, shapiro_2016, ignatenko_2025, simonovska_waugh_2014, "
    "boehm_levchenko_pandalai_nayar_2023, low, central, high"
)
WRONG = [
    f"22:33: instruments.magnets.restricts.0.sector: found 'ELEC'; sectors of world_2024: {SECTORS}"
    " (did you mean 'ELE'?)",
    f"25:17: economy.elasticities: found 'centrl'; sets of trade elasticities of world_2024: {SETS}"
    " (did you mean 'central'?)",
    f"26:31: economy.sector_elasticities.MVHH: found 'MVHH'; sectors of world_2024: {SECTORS} (did you mean 'MVH'?)",
    f"28:27: economy.capacity.0.sector: found 'MVV'; sectors of world_2024: {SECTORS} (did you mean 'MVH'?)",
    f"29:16: economy.capacity.1.region: found 'CHA'; regions of world_2024: {REGIONS} (did you mean 'CHN'?)",
    "30:15: economy.capacity.2.actor: found 'atlantis', none of whose regions world_2024 has",
]
DOUBTFUL = [
    "9:40: warning: actors.atlantis.regions.0: found 'ATL', which world_2024 does not have: nothing is felt there",
    "12:51: warning: trade.tranches.fish.sector: found 'FSH', no sector of the economy's data: tariffs on it are"
    " not felt",
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def parley(*arguments):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, result.output.splitlines()


def write(folder, economy, name="own.yaml"):
    (folder / name).write_text(BASE + economy, encoding="utf-8")
    return name


def test_what_the_data_do_not_have_is_told_in_one_pass_with_the_closest_name(folder):
    code, lines = parley("validate", write(folder, ECONOMY))
    assert code == 2
    assert lines == [*(f"own.yaml:{line}" for line in WRONG), f"{len(WRONG)} errors; nothing was written"]


def test_what_is_felt_nowhere_is_a_warning_and_a_mistake_when_strict(folder):
    (folder / "own.yaml").write_text(BASE.replace("ELEC", "ELE") + "economy: {}\n", encoding="utf-8")
    code, lines = parley("validate", "own.yaml")
    assert (code, lines) == (0, [*(f"own.yaml:{line}" for line in DOUBTFUL), "own.yaml: valid, 2 warning(s)"])
    code, lines = parley("validate", "own.yaml", "--strict")
    assert code == 2
    assert lines[:-1] == [f"own.yaml:{line}".replace("warning: ", "") for line in DOUBTFUL]


def test_without_an_economy_no_code_is_looked_up(folder):
    assert parley("validate", write(folder, ""))[0] == 0


def test_a_data_set_is_looked_for_beside_the_file_that_names_it(folder, monkeypatch):
    place = folder / "study"
    shutil.copytree(SHIPPED, place / "data")
    (place / "own.yaml").write_text(BASE.replace("ELEC", "ELE") + "economy: {data: data}\n", encoding="utf-8")
    (folder / "later.yaml").write_text("extends: study/own.yaml\ntitle: Later\n", encoding="utf-8")
    assert parley("validate", "study/own.yaml")[0] == 0
    assert parley("validate", "later.yaml")[0] == 0
    code, lines = parley("validate", "later.yaml", "--set", "economy.data=data")
    assert code == 2
    assert "economy.data: data: no such folder; a data set is a folder of CSV files" in lines[0]


def test_a_data_set_that_cannot_be_read_is_told_with_its_own_file_and_row(folder):
    shutil.copytree(SHIPPED, folder / "data")
    shares = folder / "data" / "value_added.csv"
    text = shares.read_text(encoding="utf-8").splitlines()
    text[3] = text[3].replace("USA", "UZA").replace("CHN", "UZA")
    shares.write_text("\n".join(text), encoding="utf-8")
    code, lines = parley("validate", write(folder, "economy: {data: data}\n"))
    assert code == 2
    assert all(line.startswith("own.yaml:24:17: economy.data: data: value_added.csv:") for line in lines[:-1])
    assert "value_added.csv:4: region is 'UZA'" in lines[0]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("world_2042", "world_2042: no such folder; a data set is a folder of CSV files (did you mean 'world_2024'?)"),
        ("own.yaml", "own.yaml: no such folder; a data set is a folder of CSV files"),
        (".", ".: trade_flows.csv: no such file; a data set needs it, with columns exporter, importer, sector,"),
    ],
)
def test_a_folder_without_a_data_set_is_refused(data, told, folder):
    code, lines = parley("run", write(folder, f"economy: {{data: {data}}}\n"), "--runs", 2)
    assert code == 2
    assert lines[0].startswith(f"own.yaml:24:17: economy.data: {told}")
    assert sorted(path.name for path in folder.iterdir()) == ["own.yaml"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (None, "data has no set of trade elasticities; add trade_elasticities.csv"),
        ("set,study,sector,trade_elasticity\nmine,Mine,*,4\n",
         "data has no set 'central' of trade elasticities, the default; give one in economy.elasticities: mine"),
    ],
)  # fmt: skip
def test_data_without_the_default_set_of_elasticities_say_so_at_the_data(rows, told, folder):
    shutil.copytree(SHIPPED, folder / "data")
    (folder / "data" / "trade_elasticities.csv").unlink()
    if rows is not None:
        (folder / "data" / "trade_elasticities.csv").write_text(rows, encoding="utf-8")
    write(folder, "economy: {data: data}\n")
    text = (folder / "own.yaml").read_text(encoding="utf-8").replace("ELEC", "ELE")
    (folder / "own.yaml").write_text(text, encoding="utf-8")
    code, lines = parley("validate", "own.yaml")
    assert (code, lines[0]) == (2, f"own.yaml:24:17: economy.data: {told}")
    if rows is not None:
        assert parley("validate", "own.yaml", "--set", "economy.elasticities=mine")[0] == 0


def test_checking_against_the_data_takes_no_heavy_library(folder):
    write(folder, "economy: {}\n")
    script = (
        "import sys; from app.reading import read_scenario\n"
        "try: read_scenario('own.yaml')\nexcept Exception: pass\n"
        "assert 'sim.economy' in sys.modules\n"
        "print([name for name in ('scipy', 'matplotlib', 'duckdb', 'simpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_result_whose_data_are_gone_says_so(folder):
    shutil.copytree(SHIPPED, folder / "data")
    (folder / "own.yaml").write_text(BASE.replace("ELEC", "ELE") + "economy: {data: data}\n", encoding="utf-8")
    assert parley("run", "own.yaml", "--runs", 4)[0] == 0
    assert parley("odds", "out/own")[0] == 0
    shutil.rmtree(folder / "data")
    code, lines = parley("odds", "out/own")
    assert code == 2
    assert "out/own rests on the data set 'data', which cannot be read from here" in lines[-1]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("names", "real_income.us"),
        ("show", "economy.non_collection"),
        ("explain --run 1", "economy.non_collection = "),
        ("diff bare.yaml", "economy.non_collection: "),
        ("explain --typical --runs 4", "economy.non_collection = "),
    ],
)
def test_commands_take_a_scenario_with_an_economy(command, told, folder):
    text = BASE.replace("ELEC", "ELE")
    (folder / "bare.yaml").write_text(text, encoding="utf-8")
    more = "economy: {}\nindicators: {income: {title: Income, value: mean(real_income.us), unit: '%'}}\n"
    (folder / "own.yaml").write_text(text + more, encoding="utf-8")
    name, *further = command.split()
    code, lines = parley(name, "own.yaml", *further)
    assert code == 0
    assert any(told in line for line in lines)
