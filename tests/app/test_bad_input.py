"""Wrong files and commands as a user meets them: exit code 2, each mistake with its place, nothing written."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main

TEXT = (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")
PLACE = re.compile(r"^(?P<file>[^:]*):(?P<line>[1-9]\d*):(?P<column>[1-9]\d*): ")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(TEXT, encoding="utf-8")
    return tmp_path


def files(folder):
    return {path: path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def refused(folder, *arguments):
    """The lines that a refused command prints; it has written nothing, and told no traceback."""
    before = files(folder)
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    assert files(folder) == before
    return result.output.splitlines()


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 28))
FILES = {
    "nothing": b"",
    "only a comment": b"# to do\n",
    "bytes": bytes(range(256)),
    "UTF-16": TEXT.encode("utf-16"),
    "UTF-16 without a mark": TEXT.encode("utf-16-le"),
    "Latin-1": TEXT.replace("A small truce", "Zölle").encode("latin-1"),
    "a NUL": TEXT.replace("truce", "tru\0ce", 1).encode(),
    "a tab": TEXT.replace("  us:", "\tus:", 1).encode(),
    "a list": b"- 1\n",
    "two documents": f"{TEXT}---\n{TEXT}".encode(),
    "a Python tag": b"title: !!python/object/apply:os.system ['touch pwned']\n",
    "a bomb": BOMB.encode(),
    "a deep one": b"a: " + b"[" * 5000,
    "a large one": b"#" * 1_000_001,
    "itself": b"extends: wrong.yaml\n",
    "a device": b"extends: /dev/zero\n",
    "a key twice": f"{TEXT}title: again\n".encode(),
    "another version": TEXT.replace("schema: 1", "schema: 2").encode(),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_is_no_scenario_is_refused_with_a_place(case, folder):
    (folder / "wrong.yaml").write_bytes(FILES[case])
    first, *_ = refused(folder, "validate", "wrong.yaml")
    assert PLACE.match(first)["file"] == "wrong.yaml"


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_files_of_other_systems_are_read(newline, mark, folder):
    (folder / "small.yaml").write_bytes((mark + TEXT.replace("\n", newline)).encode())
    assert CliRunner().invoke(main, ["validate", "small.yaml"]).exit_code == 0


def test_every_independent_mistake_of_a_file_is_told_in_one_pass(folder):
    wrong = {
        "horizon: '2026-12-31'": "horizn: '2026-12-31'",
        "when: october.enacted": "when: octobr.enacted",
        "probability: 30 %": "probability: 30 pp",
        "effective: '2025-11-08'": "effective: '2025-11-31'",
        "terms: [{extend: truce, by: 90 d}]": "terms: [{extend: truc, by: 90 d}]",
    }
    text = TEXT
    for before, after in wrong.items():
        assert before in text
        text = text.replace(before, after)
    (folder / "wrong.yaml").write_text(text, encoding="utf-8")
    told = {line.split(": ")[1] for line in refused(folder, "run", "wrong.yaml") if PLACE.match(line)}
    assert told >= {
        "horizn",
        "horizon",
        "actors.us.policy.rules.carry.probability",
        "instruments.october.effective",
        "deals.ext.terms.0.extend",
    }
    assert any("'octobr.enacted'" in line for line in refused(folder, "run", "wrong.yaml"))


def test_every_mistake_of_a_command_is_told_in_one_pass(folder):
    lines = refused(folder, "run", "small.yaml", "--what-if", "zip", "--set", "a=1", "--set", "horizn=2026-01-01")
    assert [line.split(": ")[1] for line in lines[:-1]] == ["a", "horizn", "what_ifs"]


@pytest.mark.parametrize(
    "setting",
    ["", "=", "=3", "a", ".=3", "milestones..date=3", "milestones.leaders_meeting=", "ensemble.runs=0", "schema=2",
     "milestones.leaders_meting.takes_place=3 %", "milestones.leaders_meeting.takes_place=120 %",
     "milestones.leaders_meeting.takes_place=[", "milestones.leaders_meeting.takes_place=&a [*a]",
     "deals.ext.terms.7.by=3 d", "actors=null", "title=!!python/name:os.system x", "outcomes.roll.when=9**9**9",
     "correlations=[{between: [a, b], value: 0.5}]", "horizon=9999-12-31", "actors.us.review=1e12 d"],
)  # fmt: skip
def test_a_wrong_setting_is_refused_with_a_place(setting, folder):
    first, *_ = refused(folder, "run", "small.yaml", "--set", setting)
    assert PLACE.match(first)


@pytest.mark.parametrize(
    "arguments",
    [("run", "none.yaml"), ("run", "."), ("run", ""), ("run", "longer-rol"), ("run", "small.yaml", "--runs", 0),
     ("run", "small.yaml", "--seed", -1), ("run", "small.yaml", "--what-if", "no_ofer"),
     ("run", "small.yaml", "--sett"),
     ("validate", "/dev/zero"), ("validate", "a\nb"), ("show", "small.yaml", "--on", "2025-02-30"),
     ("show", "small.yaml", "--on", "2031-01-01"), ("names", "small.yaml", "--what-if", ""),
     ("explain", "small.yaml"), ("explain", "small.yaml", "--run", -1), ("explain", "small.yaml", "--outcome", "rol"),
     ("compare",), ("compare", "none.yaml"), ("compare", "small.yaml", "none.yaml"), ("compare", "."),
     ("diff", "small.yaml"), ("diff", "small.yaml", "small.yaml:none"), ("diff", "small.yaml", ":"),
     ("new", "small.yaml"), ("new", "mine.yaml", "--from", "longer-rol"), ("new", ""), ("new", "."),
     ("new", "small.yaml/mine.yaml"), ("new", "m\x1bine.yaml"), ("new", "m" * 300), ("new", "small.yaml/none/mine"),
     ("valdate", "small.yaml")],
)  # fmt: skip
def test_a_wrong_command_is_refused(arguments, folder):
    assert refused(folder, *arguments)


def test_new_tells_what_is_in_its_way(folder):
    assert "small.yaml exists; choose another name" in refused(folder, "new", "small.yaml")[-1]
    assert "small.yaml exists" in refused(folder, "new", "small.yaml/mine.yaml")[-1]
    assert "give the name of a file" in refused(folder, "new", "")[-1]


@pytest.mark.parametrize(
    ("before", "after", "path", "says"),
    [
        ("value: max(stack.off_list)", "value: 1 / hundred.rate", "indicators.peak.value", "divides by zero"),
        (
            "when: longer_roll.concluded}",
            "when: longer_roll.concluded_on < '2026-01-01'}",
            "outcomes.roll.when",
            "ask defined(longer_roll.concluded_on) first",
        ),
        (
            "when: longer_roll.concluded}",
            "when: ever(ext.concluded_on < '2026-01-01')}",
            "outcomes.roll.when",
            "ask defined(ext.concluded_on) first",
        ),
        (
            "probability: 70 %, do",
            "probability: 1 + average.us.china / pp('100 pp'), do",
            "actors.china.policy.rules.accept.probability",
            "a probability or share is between 0 and 1",
        ),
        (
            "by: 365 d}]}",
            "by: days_to(truce.expires) - 900}]}",
            "deals.longer_roll.terms.1.by",
            "a duration is between 0 and 36,525 days",
        ),
    ],
)
@pytest.mark.parametrize("command", [("run", "--runs", 40), ("compare", "--runs", 40)])
def test_a_fault_in_play_is_told_with_its_place(before, after, path, says, command, folder):
    assert before in TEXT
    (folder / "small.yaml").write_text(TEXT.replace(before, after), encoding="utf-8")
    name, *options = command
    first, *_ = refused(folder, name, "small.yaml", *options)
    found = PLACE.match(first)
    line = TEXT.replace(before, after).splitlines()[int(found["line"]) - 1]
    assert line[int(found["column"]) - 1 :].startswith(after.partition(": ")[2][:10])
    assert f": {path}: " in first
    assert says in first


def test_a_fault_of_a_what_if_is_told_where_the_what_if_says_it(folder):
    before, after = "offer.probability: 0 %", "offer.probability: 1 + average.us.china / pp('100 pp')"
    (folder / "small.yaml").write_text(TEXT.replace(before, after), encoding="utf-8")
    lines = refused(folder, "run", "small.yaml", "--runs", 40, "--what-ifs")
    assert "a probability or share is between 0 and 1" in lines[0]
    (told,) = [line for line in lines if PLACE.match(line)]
    assert TEXT.splitlines()[int(PLACE.match(told)["line"]) - 1].strip().startswith("no_offer:")
