"""`parley assumptions`: numbers and what-ifs out to a workbook and back, and the same what-if edited in three ways."""

import datetime
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

import sim
from app.cli import main
from sim.scenario.provenance import collect_scalars
from tests.without_economy import without_economy

SMALL = (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")
SHAPES = """
parameters:
  extra: &extra {lognormal: [3 bn USD, 0.4], source: 'assumption: a guess'}  # an anchor
  # about nothing
  many: {choice: {2 d: 1, 9 d: 3}, note: kept}   # days
  mood: hard
  normal: {normal: [20 pp, 2 pp], truncate: [15 pp, 25 pp]}
  beta: {beta: [2, 3]}
  table: {table: [[0 %, 1 d], [100 %, 2 weeks]]}
  mixed: {uniform: [3 d, 1 week]}
  years: {triangular: [8, 12, 20], unit: years, known: 2025-01-01}
  spread: {normal: [2026-01-01, 9 d]}
  small: 0.05 %
  plain: 0.25
  below: -3 pp
  around: {normal: [-2 pp, 1 pp]}
  again: *extra
"""
TAKES_PLACE = "milestones.leaders_meeting.takes_place"
TEXT = "# my own\n" + SMALL.replace("actors:", f"{SHAPES}actors:", 1)


def parley(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def mine(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    """The workbook of the same text, written once."""
    file = tmp_path_factory.mktemp("handed_out") / "mine.yaml"
    file.write_text(TEXT, encoding="utf-8")
    result = parley("assumptions", file, "--xlsx", file.with_suffix(".xlsx"))
    assert result.exit_code == 0, result.output
    return file.with_suffix(".xlsx").read_bytes()


@pytest.fixture
def book(mine, handed_out):
    file = mine.with_suffix(".xlsx")
    file.write_bytes(handed_out)
    return file


def typed(book, *cells):
    """Type into cells: (sheet, name of the row, column, value); returns their names."""
    workbook = load_workbook(book)
    names = []
    for sheet, name, column, value in cells:
        paper = workbook[sheet]
        header = [cell.value for cell in paper[1]]
        key = (name,) if isinstance(name, str) else name
        columns = [header.index(one) + 1 for one in (["Path"] if sheet == "Assumptions" else ["What-if", "Path"])]
        rows = (row for row in range(2, paper.max_row + 2))
        row = next(
            row for row in rows if tuple(paper.cell(row, one).value for one in columns) in (key, (None,) * len(columns))
        )
        for one, part in zip(columns, key, strict=True):
            paper.cell(row, one).value = part
        cell = paper.cell(row, header.index(column) + 1)
        cell.value = value
        names.append(cell.coordinate)
    workbook.save(book)
    return names


def brought_back(mine, book):
    """The lines that the file has lost and gained."""
    before = mine.read_text(encoding="utf-8").splitlines()
    result = parley("assumptions", mine, "--from", book)
    assert result.exit_code == 0, result.output
    after = mine.read_text(encoding="utf-8").splitlines()
    return [line for line in before if line not in after], [line for line in after if line not in before]


def refused(mine, book):
    before = mine.read_bytes()
    result = parley("assumptions", mine, "--from", book)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    assert mine.read_bytes() == before
    return result.output


def test_out_and_in_again_changes_no_byte(mine, book):
    before = mine.read_bytes()
    assert "nothing to change" in parley("assumptions", mine, "--from", book).output
    assert mine.read_bytes() == before
    typed(book)  # saved by another program
    assert "nothing to change" in parley("assumptions", mine, "--from", book).output
    assert mine.read_bytes() == before


def test_the_shipped_scenario_goes_out_and_in_unchanged(tmp_path):
    file = tmp_path / "mine.yaml"
    assert parley("new", file).exit_code == 0
    before = file.read_bytes()
    assert parley("assumptions", file, "--xlsx", tmp_path / "a.xlsx").exit_code == 0
    assert "nothing to change" in parley("assumptions", file, "--from", tmp_path / "a.xlsx").output
    assert file.read_bytes() == before


def test_numbers_are_numbers_dates_are_dates_and_comments_are_notes(book):
    paper = load_workbook(book)["Assumptions"]
    header = [cell.value for cell in paper[1]]
    rows = {row[0].value: dict(zip(header, row, strict=True)) for row in paper.iter_rows(min_row=2)}
    share = rows["milestones.leaders_meeting.takes_place"]
    assert (share["Value"].value, share["Value"].number_format, share["Unit"].value) == (0.8, "0%", "%")
    assert share["What it is"].value == "m: takes place"
    assert rows["parameters.small"]["Value"].number_format == "0.00%"
    date = rows["milestones.leaders_meeting.date"]["Most"]
    assert (date.value.date(), date.number_format) == (datetime.date(2025, 11, 1), "yyyy-mm-dd")
    assert rows["parameters.many"]["Path"].comment.text == "about nothing\ndays"
    assert paper.freeze_panes == "C2"
    assert paper.data_validations.dataValidation[0].formula1.startswith('"fixed,uniform')


@pytest.mark.parametrize(
    ("path", "column", "value", "line"),
    [
        (TAKES_PLACE, "Value", 0.3, "takes_place: 30 %}"),
        (TAKES_PLACE, "Value", "35 %", "takes_place: 35 %}"),
        (TAKES_PLACE, "Value", 0.1 + 0.2, "takes_place: 30 %}"),
        (
            "milestones.leaders_meeting.takes_place",
            "Source",
            "assumption: mine",
            "{value: 80 %, source: 'assumption: mine'}",
        ),
        (
            "milestones.leaders_meeting.date",
            "Least",
            datetime.date(2025, 10, 28),
            "{uniform: ['2025-10-28','2025-11-01']}",
        ),
        ("milestones.leaders_meeting.date", "Most", "2025-11-02", "['2025-10-29','2025-11-02']"),
        ("actors.us.policy.rules.offer.probability", "Most likely", 0.75, "[60 %, 75 %, 95 %]"),
        ("deals.longer_roll.terms.0.by", "Value", 300, "by: 300 d}"),
        ("deals.longer_roll.terms.0.by", "Value", "40 weeks", "by: 40 weeks}"),
        ("deals.longer_roll.terms.0.by", "Unit", "weeks", "by: 365 weeks}"),
        ("instruments.c24.adds", "Note", "rough", "adds: {value: 24 pp, note: rough}"),
        ("instruments.c24.adds", "Known", datetime.date(2025, 5, 1), "adds: {value: 24 pp, known: 2025-05-01}"),
        ("parameters.many", "In full", "{2 d: 1, 9 d: 4}", "{choice: {2 d: 1, 9 d: 4}, note: kept}   # days"),
        ("parameters.many", "Note", None, "{choice: {2 d: 1, 9 d: 3}}   # days"),
        ("parameters.mood", "Value", "soft", "mood: soft"),
        ("parameters.normal", "Spread", 3, "{normal: [20 pp, 3 pp], truncate: [15 pp, 25 pp]}"),
        ("parameters.normal", "Within", "[10 pp, 25 pp]", "truncate: [10 pp, 25 pp]"),
        ("parameters.normal", "Within", None, "normal: {normal: [20 pp, 2 pp]}"),
        ("parameters.mixed", "Least", 4, "[4 d, 1 week]"),
        ("parameters.years", "Most", 21, "[8, 12, 21], unit: years"),
        ("parameters.years", "Unit", "ages", "unit: ages"),
        ("parameters.spread", "Spread", 12, "[2026-01-01, 12 d]"),
        ("parameters.extra", "Spread", 0.5, "extra: {lognormal: [3 bn USD, 0.5], source: 'assumption: a guess'}"),
        ("parameters.again", "Middle", 4, "again: {lognormal: [4 bn USD, 0.4], source: "),
        ("parameters.small", "Value", 0.0007, "small: 0.07 %"),
        ("parameters.plain", "Value", 0.5, "plain: 0.5"),
        ("parameters.below", "Value", -4, "below: -4 pp"),
        ("parameters.below", "Value", "+4 pp", "below: +4 pp"),
        ("parameters.around", "Middle", -1, "around: {normal: [-1 pp, 1 pp]}"),
    ],
)
def test_a_changed_cell_changes_its_value_and_nothing_else(mine, book, path, column, value, line):
    before = sim.load(str(mine))
    typed(book, ("Assumptions", path, column, value))
    _, gained = brought_back(mine, book)
    assert any(line in one.replace('"', "'") for one in gained), gained
    assert len(gained) <= 2  # an anchor that moves shows twice
    assert set(re.findall("#.*", "\n".join(gained))) <= {"# an anchor", "# days"}
    after = sim.load(str(mine))
    old, new = collect_scalars(before), collect_scalars(after)
    assert {name for name in old if old[name] != new[name]} <= {path}


def test_a_shape_changes_with_its_parameters(mine, book):
    path = "milestones.leaders_meeting.takes_place"
    cells = [("Shape", "pert"), ("Value", None), ("Least", 0.2), ("Most likely", "30 %"), ("Most", 0.5)]
    typed(book, *(("Assumptions", path, column, value) for column, value in cells))
    assert "takes_place: {pert: [20 %, 30 %, 50 %]}}" in brought_back(mine, book)[1][0]
    path = "parameters.many"
    book.unlink()
    assert parley("assumptions", mine, "--xlsx", book).exit_code == 0
    typed(book, *(("Assumptions", path, *cell) for cell in [("Shape", "fixed"), ("In full", None), ("Value", "5 d")]))
    assert brought_back(mine, book)[1] == ["  many: {value: 5 d, note: kept}   # days"]


def test_what_ifs_change_and_new_rows_are_new_lines(mine, book):
    typed(
        book,
        ("What-ifs", ("no_offer", "actors.us.policy.rules.offer.probability"), "Value", "5 %"),
        ("What-ifs", ("same", "milestones.leaders_meeting.takes_place"), "Title", "A title: mine"),
        ("What-ifs", ("same", "indicators.avg"), "Value", "null"),
        ("What-ifs", ("lapse", "instruments.hundred.adds"), "Value", "+20 pp"),
        ("What-ifs", ("lapse", "instruments.c24.enacted"), "Value", datetime.date(2025, 5, 15)),
    )
    _, gained = brought_back(mine, book)
    assert [line.strip() for line in gained] == [
        "no_offer: {title: The United States offers nothing, actors.us.policy.rules.offer.probability: 5 %}",
        'same: {title: "A title: mine", milestones.leaders_meeting.takes_place: 80 %, indicators.avg: null}',
        "lapse: {instruments.hundred.adds: +20 pp, instruments.c24.enacted: 2025-05-15}",
    ]


def test_an_emptied_value_takes_the_line_of_a_what_if_out(mine, book):
    typed(book, ("What-ifs", ("same", "milestones.leaders_meeting.takes_place"), "Value", None))
    assert brought_back(mine, book)[1] == ["  same: {title: A value said again}"]


def test_what_the_file_says_by_now_stays_and_a_clash_is_told(mine, book):
    path = "milestones.leaders_meeting.takes_place"
    assert parley("set", mine, f"{path}=50 %", "instruments.c10.adds=11 pp").exit_code == 0
    typed(book, ("Assumptions", "instruments.c24.adds", "Value", 25))
    assert len(brought_back(mine, book)[1]) == 1
    assert "takes_place: 50 %" in mine.read_text(encoding="utf-8")
    (cell,) = typed(book, ("Assumptions", path, "Value", 0.3))
    assert f"Assumptions!{cell}: {path}: found 0.3 over 0.8, but the file says 0.5 by now" in refused(mine, book)


def test_every_mistake_is_told_by_its_cell_in_one_pass(mine, book):
    names = typed(
        book,
        ("Assumptions", "milestones.leaders_meeting.takes_place", "Value", "often"),
        ("Assumptions", "deals.longer_roll.terms.0.by", "Value", None),
        ("Assumptions", "instruments.c24.adds", "Value", "24 %"),
        ("Assumptions", "actors.us.policy.rules.carry.probability", "Value", 30),
        ("Assumptions", "parameters.normal", "Least", 3),
        ("Assumptions", "parameters.mixed", "Shape", "unifrom"),
        ("Assumptions", "parameters.beta", "In full", "[2, "),
        ("Assumptions", "parameters.mood", "Kind", "share"),
        ("Assumptions", "milestones.leaders_meting.takes_place", "Value", 0.3),
        ("What-ifs", ("no_offer", "actors.us"), "Value", "["),
        ("What-ifs", ("no_offer", None), "Value", "3"),
    )
    told = refused(mine, book)
    for name in names:
        assert f"!{name}: " in told or f"!A{name[1:]}: " in told, (name, told)
    assert "did you mean 'milestones.leaders_meeting.takes_place'?" in told
    assert f"{len(names)} errors; nothing was written" in told


def test_a_scenario_that_would_be_wrong_is_told_at_the_cell(mine, book):
    (cell, other) = typed(
        book,
        ("Assumptions", "milestones.leaders_meeting.date", "Most", datetime.date(2025, 10, 20)),
        ("What-ifs", ("no_offer", "milestones.leaders_meting.takes_place"), "Value", "3 %"),
    )
    told = refused(mine, book)
    assert f"Assumptions!{cell}: milestones.leaders_meeting.date" in told
    assert f"What-ifs!{other}: " in told


def test_errors_of_the_spreadsheet_are_told_too(mine, book):
    workbook = load_workbook(book)
    paper = workbook["Assumptions"]
    paper["E2"], paper["E3"] = "#REF!", "=1/3"
    paper["E2"].data_type = "e"
    paper["A5"] = paper["A4"].value
    paper.cell(1, [cell.value for cell in paper[1]].index("Note") + 1).value = "Remarks"
    workbook["What-ifs"]["D2"] = "#NAME?"
    workbook["What-ifs"]["D2"].data_type = "e"
    workbook.save(book)
    told = refused(mine, book)
    assert "Assumptions!A1: the column 'Note' is missing" in told
    assert "What-ifs!D2: found the error #NAME?" in told
    paper.cell(1, [cell.value for cell in paper[1]].index("Remarks") + 1).value = "Note"
    workbook.save(book)
    told = refused(mine, book)
    assert "Assumptions!E2: found the error #REF!" in told
    assert "Assumptions!E3: found the formula =1/3 without a value" in told
    workbook["What-ifs"]["D2"] = "0 %"
    paper["E2"], paper["E3"] = None, None
    workbook.save(book)
    assert "stands here a second time; the first is at A4" in refused(mine, book)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", b"path,value\n"])
def test_what_is_no_workbook_is_refused(mine, content):
    book = mine.with_suffix(".xlsx")
    book.write_bytes(content)
    assert "is no xlsx workbook" in refused(mine, book)
    assert "there is no such file" in refused(mine, book.with_name("none.xlsx"))


def test_nothing_is_overwritten_and_another_file_may_be_written(mine, book):
    before = mine.read_bytes()
    assert "exists; choose another name" in parley("assumptions", mine, "--xlsx", book).output
    assert "name ends with .xlsx" in parley("assumptions", mine, "--xlsx", mine).output
    assert "give --xlsx" in parley("assumptions", mine).output
    typed(book, ("Assumptions", "instruments.c24.adds", "Value", 25))
    out = mine.with_name("out.yaml")
    assert parley("assumptions", mine, "--from", book, "--out", out).exit_code == 0
    assert mine.read_bytes() == before
    assert "adds: 25 pp" in out.read_text(encoding="utf-8")
    assert "parley new" in parley("assumptions", "longer-roll", "--from", book).output


def test_inherited_numbers_become_an_overlay(mine):
    file, book = mine.with_name("over.yaml"), mine.with_name("over.xlsx")
    file.write_text("extends: mine.yaml\ntitle: Mine\ninstruments: {c10: {adds: +5 pp}}  # more\n", encoding="utf-8")
    parent = mine.read_bytes()
    assert parley("assumptions", file, "--xlsx", book).exit_code == 0
    typed(
        book,
        ("Assumptions", "milestones.leaders_meeting.date", "Least", datetime.date(2025, 10, 30)),
        ("Assumptions", "milestones.leaders_meeting.date", "Most", datetime.date(2025, 10, 31)),
        ("Assumptions", "parameters.below", "Value", -4),
        ("What-ifs", ("same", "milestones.leaders_meeting.takes_place"), "Value", "70 %"),
    )
    _, gained = brought_back(file, book)
    assert sim.load(str(file)).parameters["below"].value == -4
    assert sorted(gained) == [
        "milestones: {leaders_meeting: {date: {uniform: [2025-10-30, 2025-10-31]}}}",
        "parameters: {below: {value: -4 pp}}",
        "what_ifs: {same: {title: A value said again, milestones.leaders_meeting.takes_place: 70 %}}",
    ]
    assert mine.read_bytes() == parent


# ── The trial ────────────────────────────────────────────────────────────────────────────────────────


def test_a_what_if_edited_in_yaml_in_xlsx_and_by_set_has_one_digest(tmp_path):
    path = "milestones.leaders_meeting.takes_place"
    files = {way: tmp_path / way / "mine.yaml" for way in ("untouched", "yaml", "xlsx", "set")}
    for file in files.values():
        assert parley("new", file).exit_code == 0
    text = files["yaml"].read_text(encoding="utf-8")
    assert text.count(f"    {path}: 0 %\n") == 1
    files["yaml"].write_text(text.replace(f"    {path}: 0 %\n", f"    {path}: 30 %\n"), encoding="utf-8")
    book = tmp_path / "mine.xlsx"
    assert parley("assumptions", files["xlsx"], "--xlsx", book).exit_code == 0
    typed(book, ("What-ifs", ("summit_cancelled", path), "Value", "30 %"))
    assert parley("assumptions", files["xlsx"], "--from", book).exit_code == 0
    assert parley("set", files["set"], f"what_ifs.summit_cancelled.{path}=30 %").exit_code == 0
    digests = {}
    quicker = without_economy("longer-roll", "summit_cancelled")
    for way, file in files.items():
        scenario = sim.load(str(file), what_if="summit_cancelled", sets=quicker)
        digests[way] = sim.simulate(scenario, runs=10).digest()
    assert digests["yaml"] == digests["xlsx"] == digests["set"] != digests["untouched"]
    written = {way: file.read_bytes() for way, file in files.items()}
    assert written["xlsx"] == written["set"] == written["yaml"]
    assert written["set"].count(b"#") == written["untouched"].count(b"#")
