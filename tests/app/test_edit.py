"""`parley set`: a file changed in place, checked before it is written, comments and all else kept."""

import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

import sim
from app.cli import main
from sim.scenario import document, overlay

SMALL = (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")


def parley(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def mine(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("# my own\n" + SMALL.replace("ensemble:", "# few\nensemble:"), encoding="utf-8")
    return file


@pytest.fixture
def overlaid(mine):
    file = mine.with_name("over.yaml")
    file.write_text(
        "extends: mine.yaml  # the parent\ntitle: Mine\nindicators:\n  avg: {title: Mine too}\n", encoding="utf-8"
    )
    return file


def changed(file, *settings):
    """The lines that a file has lost and gained."""
    before = file.read_text(encoding="utf-8").splitlines()
    result = parley("set", file, *settings)
    assert result.exit_code == 0, result.output
    after = file.read_text(encoding="utf-8").splitlines()
    return [line for line in before if line not in after], [line for line in after if line not in before]


def test_a_value_is_patched_where_it_stands(mine):
    before = mine.read_text(encoding="utf-8")
    result = parley("set", mine, "milestones.leaders_meeting.takes_place=30 %")
    assert mine.read_text(encoding="utf-8") == before.replace("china], takes_place: 80 %", "china], takes_place: 30 %")
    assert result.output.splitlines() == [
        f"{mine}: 1 value changed",
        "  line 51  milestones.leaders_meeting.takes_place: 80 % → 30 %",
    ]


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        (
            "what_ifs.no_offer.actors.us.policy.rules.offer.probability=5 %",
            "actors.us.policy.rules.offer.probability: 5 %",
        ),
        ("what_ifs.no_offer.indicators.avg=null", "indicators.avg: null"),
        (
            "what_ifs.no_offer.milestones.leaders_meeting.takes_place=+5 %",
            "milestones.leaders_meeting.takes_place: +5 %",
        ),
        ("what_ifs.lapse.instruments.hundred.adds=×2", "lapse: {instruments.hundred.adds: ×2}"),
        ("instruments.c24.adds=×0.5", "adds: 12 pp"),
        ("instruments.c24.adds=+0.1 pp", "adds: 24.1 pp"),
        ("agreements.truce.expires=-2 weeks", "expires: '2025-10-27'"),
        ("legal_bases.ieepa.lag=+1 week", "lag: 8 d"),
        ("deals.longer_roll.terms.0.by=100 d", "by: 100 d"),
        ("actors.us.policy.rules.offer.do.0.offer=ext", "do: {offer: ext}"),
        ("instruments.counter={adds: 90 pp, note: 'a, b'}", 'adds: 90 pp, note: "a, b"'),
        ("legal_bases.ieepa.challenge.decision={normal: [2026-02-01, 9 d]}", "decision: {normal: [2026-02-01, 9 d]}"),
    ],
)
def test_what_set_takes_is_written_as_the_file_has_it(mine, setting, line):
    lost, gained = changed(mine, setting)
    assert len(gained) == 1
    assert line in gained[0]
    assert len(lost) <= 1


def test_null_takes_out_what_stands_there(mine):
    lost, gained = changed(mine, "indicators.avg=null", "instruments.fentanyl.title=F")
    assert [line.strip() for line in lost] == [
        "fentanyl: {title: f, kind: tariff, by: us, on: china, legal_basis: ieepa, enacted: '2025-02-04', adds: 20 pp}",
        "avg: {title: p, value: mean(average.us.china)}",
    ]
    assert len(gained) == 1


def test_several_values_change_together_or_not_at_all(mine):
    before = mine.read_bytes()
    result = parley("set", mine, "as_of=2025-10-14", "instruments.c24.ads=3 pp", "goods.off_list.tranche=nowhere")
    assert result.exit_code == 2
    assert "did you mean 'instruments.c24.adds'?" in result.output or "adds" in result.output
    assert "nothing was written" in result.output
    assert mine.read_bytes() == before
    assert sorted(path.name for path in mine.parent.iterdir()) == ["mine.yaml"]


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("milestones.leaders_meting.takes_place=30 %", "did you mean 'milestones.leaders_meeting.takes_place'?"),
        ("milestones.leaders_meeting.takes_place=300 %", "a share is between 0 % and 100 %"),
        ("what_ifs.no_offer.milestones.leaders_meting.takes_place=30 %", "leaders_meeting.takes_place'?"),
        ("milestones.leaders_meeting.date=+3 d", "is uncertain; give the new values"),
        ("title=+3 d", "is 'A small truce'"),
        ("parameters.nothing=null", "no 'nothing'"),
        ("what_ifs.nothing=null", "there is no what-if 'nothing'"),
        ("what_ifs=3", "name a what-if"),
        ("extends=longer-roll", "belongs to the file"),
        ("as_of", "write path=value"),
        ("as_of=", "found no value"),
        ("as_of={", "a bracket is not closed"),
    ],
)
def test_a_wrong_change_says_what_is_wrong_and_writes_nothing(mine, setting, told):
    before = mine.read_bytes()
    result = parley("set", mine, setting)
    assert result.exit_code == 2
    assert told in result.output, result.output
    assert "Traceback" not in result.output
    assert mine.read_bytes() == before


def test_a_shipped_scenario_stays_as_it_is():
    result = parley("set", "longer-roll", "horizon=2027-01-01")
    assert result.exit_code == 2
    assert "parley new" in result.output


def test_what_is_said_already_changes_no_byte(mine):
    before, when = mine.read_bytes(), os.stat(mine).st_mtime_ns
    assert "nothing to change" in parley("set", mine, "instruments.c24.adds=24 pp").output
    assert (mine.read_bytes(), os.stat(mine).st_mtime_ns) == (before, when)


def test_permissions_stay_and_a_link_leads_to_the_new_text(mine):
    mine.chmod(0o640)
    link = mine.with_name("link.yaml")
    link.symlink_to(mine)
    assert parley("set", link, "instruments.c24.adds=25 pp").exit_code == 0
    assert link.is_symlink()
    assert stat.S_IMODE(mine.stat().st_mode) == 0o640
    assert "adds: 25 pp" in mine.read_text(encoding="utf-8")


def test_a_new_warning_is_told(mine):
    text = mine.read_text(encoding="utf-8").replace("source: 'assumption: a world made up for tests'\n", "")
    mine.write_text(text, encoding="utf-8")
    result = parley("set", mine, "actors.us.audience_cost=3 bn USD")
    assert "warning: actors.us.audience_cost: has no source" in result.output
    assert result.output.count("warning:") == 1


def test_a_change_may_mend_what_was_wrong(mine):
    mine.write_text(mine.read_text(encoding="utf-8").replace("takes_place: 80 %}", "takes_place: 800 %}", 1), "utf-8")
    assert parley("set", mine, "milestones.leaders_meeting.takes_place=80 %").exit_code == 0


# ── Files that extend others ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("setting", "written"),
    [
        ("milestones.leaders_meeting.takes_place=30 %", "milestones: {leaders_meeting: {takes_place: 30 %}}"),
        ("instruments.c24.adds=+1 pp", "instruments: {c24: {adds: 25 pp}}"),
        (
            "milestones.leaders_meeting.date.uniform.0=2025-10-30",
            "milestones: {leaders_meeting: {date: {uniform: [2025-10-30, 2025-11-01]}}}",
        ),
        ("deals.ext.terms.0.by=60 d", "deals: {ext: {terms: [{extend: truce, by: 60 d}]}}"),
        ("what_ifs.same.milestones.leaders_meeting.takes_place=70 %", "milestones.leaders_meeting.takes_place: 70 %}}"),
        ("indicators.peak=null", "peak: null"),
        ("what_ifs.same=null", "what_ifs: {same: null}"),
        ("what_ifs.own.instruments.c24.adds=3 pp", "what_ifs: {own: {instruments.c24.adds: 3 pp}}"),
    ],
)
def test_what_is_inherited_is_laid_over_and_the_parent_stays(mine, overlaid, setting, written):
    parent, before = mine.read_bytes(), overlaid.read_text(encoding="utf-8")
    lost, gained = changed(overlaid, setting)
    assert not lost
    assert gained[0].endswith(written)
    assert overlaid.read_text(encoding="utf-8").startswith(before.rstrip("\n"))
    assert mine.read_bytes() == parent


def test_what_a_file_lays_over_its_parent_is_taken_out_of_the_result(overlaid):
    changed(overlaid, "indicators.avg=null")
    assert "avg" not in sim.load(str(overlaid)).indicators
    assert overlay.resolve(overlaid).data["title"] == "Mine"
    assert document.read(overlaid).data["indicators"] == {"avg": None}
