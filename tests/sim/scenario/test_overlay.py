from pathlib import Path
from typing import Any

import pytest

from sim.scenario import overlay
from sim.scenario.load import load
from sim.scenario.overlay import Adjusted, Origin, Tree, resolve, with_set, with_what_if
from sim.scenario.problems import ScenarioError

BASE = """
title: Base
parties: [us, china]
summit: {takes_place: 80 %, date: {uniform: [2025-10-29, 2025-11-01]}, source: Paper}
tranche: {importer: us, value: 5 bn USD}
do: {extend: truce, by: 30 d}
what_ifs:
  off: {summit.takes_place: 0 %}
  titled: {title: No summit, known: 2025-10-01, summit: {takes_place: 10 %}}
  own: {source: Poll, summit: {takes_place: 10 %, date: 2025-10-30, source: Leak}, parties: [us]}
"""


@pytest.fixture
def base(tmp_path: Path) -> Tree:
    return laid(tmp_path)


def laid(folder: Path, child: str | None = None) -> Tree:
    (folder / "base.yaml").write_text(BASE, encoding="utf-8")
    if child is None:
        return resolve(folder / "base.yaml")
    (folder / "child.yaml").write_text(f"extends: base.yaml\n{child}", encoding="utf-8")
    return resolve(folder / "child.yaml")


def refusal(tree: Tree, text: str) -> str:
    return "\n".join(map(str, with_set(tree, text).problems))


def test_maps_merge_lists_replace_and_null_removes(tmp_path: Path) -> None:
    data = laid(tmp_path, "parties: [eu]\nsummit: {takes_place: 70 %}\ntranche: null\nnew: {a: 1}").data
    assert data["parties"] == ["eu"]
    assert data["summit"] == {
        "takes_place": "70 %",
        "date": {"uniform": ["2025-10-29", "2025-11-01"]},
        "source": "Paper",
    }
    assert "tranche" not in data
    assert data["new"] == {"a": 1}
    assert "extends" not in data


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("summit.date", "{normal: [2025-10-29, 3 d]}", {"normal": ["2025-10-29", "3 d"]}),
        ("summit.date.uniform.1", "2025-11-05", {"uniform": ["2025-10-29", "2025-11-05"]}),
        ("tranche", "{value: 7 bn USD}", {"importer": "us", "value": "7 bn USD"}),
        ("do.by", "60 d", {"extend": "truce", "by": "60 d"}),
        ("do.0.by", "60 d", {"extend": "truce", "by": "60 d"}),
        ("do", "{end: truce}", {"end": "truce"}),
        ("parties.1", "eu", ["us", "eu"]),
    ],
)  # fmt: skip
def test_a_setting_reaches_any_value(base: Tree, path: str, text: str, value: Any) -> None:
    top = [key for key in path.split(".") if key in ("summit", "date", "tranche", "do", "parties")]
    assert with_set(base, f"{path}={text}").at(tuple(top)) == value


@pytest.mark.parametrize("by", ["+20 %", "-5 %", "×0.8", "x0.8", "+0.1"])
def test_signed_text_adjusts_what_is_there(base: Tree, by: str) -> None:
    assert with_set(base, f"summit.takes_place={by}").at(("summit", "takes_place")) == Adjusted("80 %", by)


def test_a_negative_number_is_a_value_not_an_adjustment(base: Tree) -> None:
    assert with_set(base, "summit.takes_place=-5").at(("summit", "takes_place")) == -5


def test_adjustments_pile_up(base: Tree) -> None:
    tree = with_set(with_set(base, "summit.takes_place=+5 %"), "summit.takes_place=×0.5")
    assert tree.at(("summit", "takes_place")) == Adjusted(Adjusted("80 %", "+5 %"), "×0.5")


def test_words_cannot_be_adjusted(base: Tree) -> None:
    assert "adjusts a quantity" in refusal(base, "title=+20 pp")


@pytest.mark.parametrize("text", ["no equals sign", "=3", "title=", "title=# 3", "what_ifs.off=1", "schema=1",
                                  "parties.2=eu", "parties.x=eu", "title.a=1", "title=["])  # fmt: skip
def test_settings_that_lead_nowhere_are_refused(base: Tree, text: str) -> None:
    assert refusal(base, text).startswith("--set:1:")


def test_overlays_leave_the_tree_below_as_it_is(base: Tree) -> None:
    before = repr((base.data, base.places, base.origins))
    with_set(with_what_if(base, "own"), "parties.0=eu")
    assert repr((base.data, base.places, base.origins)) == before


def test_dotted_and_nested_what_ifs_say_the_same(base: Tree) -> None:
    dotted = with_set(base, "summit.takes_place=10 %").data
    assert with_what_if(base, "titled").data == dotted


def test_every_value_keeps_the_place_it_came_from(tmp_path: Path) -> None:
    tree = laid(tmp_path, "summit: {takes_place: 70 %}")
    mark = tree.place(("summit", "takes_place")).value
    assert (Path(mark.file).name, mark.line, mark.column) == ("child.yaml", 2, 23)
    assert Path(tree.place(("summit", "date")).value.file).name == "base.yaml"
    assert with_set(tree, "summit.takes_place=5 %").place(("summit", "takes_place")).value == ("--set", 1, 20)
    assert tree.place(("summit", "nothing", "there")) == tree.places["summit",]


def test_what_an_overlay_changes_has_the_overlay_s_source(base: Tree, tmp_path: Path) -> None:
    path = ("summit", "takes_place")
    assert with_what_if(base, "off").origins[path] == Origin("what-if: off")
    assert with_what_if(base, "titled").origins[path] == Origin("what-if: No summit", "2025-10-01")
    assert with_what_if(base, "own").origins[path] == Origin("Leak")
    assert with_what_if(base, "own").origins["parties",] == Origin("Poll")
    assert with_what_if(base, "own").data["summit"]["source"] == "Paper"
    assert with_set(base, "summit.takes_place=5 %").origins[path] == Origin("set on the command line")
    assert laid(tmp_path, "summit: {takes_place: 70 %}").origins[path] == Origin()
    assert laid(tmp_path, "summit: {takes_place: {value: 70 %, source: Me}}").origins[path] == Origin("Me")


def test_changing_a_part_of_a_distribution_makes_it_the_overlay_s(base: Tree) -> None:
    tree = with_set(base, "summit.date.uniform.0=2025-10-30")
    assert tree.origins["summit", "date"] == Origin("set on the command line")


def test_what_ifs_of_a_file_replace_those_of_the_same_name(tmp_path: Path) -> None:
    tree = laid(tmp_path, "what_ifs: {off: {title: +1 x, summit.takes_place: null}, titled: null, more: {title: M}}")
    assert tree.data["what_ifs"].keys() == {"off", "own", "more"}
    assert tree.data["what_ifs"]["off"] == {"title": "+1 x", "summit.takes_place": None}


def test_a_policy_or_preset_of_another_kind_replaces(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("policy: {kind: doctrine, rules: {a: 1}, preset: {hold: {}}}", encoding="utf-8")
    tree = resolve(tmp_path / "p.yaml")
    assert with_set(tree, "policy={kind: script, moves: []}").data["policy"] == {"kind": "script", "moves": []}
    assert with_set(tree, "policy={rules: {b: 2}}").data["policy"]["rules"] == {"a": 1, "b": 2}
    assert with_set(tree, "policy.preset={grit: {cut: 5 pp}}").at(("policy", "preset")) == {"grit": {"cut": "5 pp"}}


def test_a_chain_of_files_is_limited_and_has_no_circle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(overlay.MAX_EXTENDS + 1):
        (tmp_path / f"{number}.yaml").write_text(f"extends: {number + 1}.yaml\na{number}: 1", encoding="utf-8")
    (tmp_path / f"{overlay.MAX_EXTENDS + 1}.yaml").write_text("extends: 9.yaml", encoding="utf-8")
    with pytest.raises(ScenarioError, match="more than 8"):
        resolve(tmp_path / "0.yaml")
    (tmp_path / "8.yaml").write_text("extends: 3.yaml", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"circle: .*3\.yaml → .*8\.yaml → .*3\.yaml"):
        resolve(tmp_path / "3.yaml")
    (tmp_path / "8.yaml").write_text("title: Base", encoding="utf-8")
    assert resolve(tmp_path / "1.yaml").data == {"title": "Base", **{f"a{number}": 1 for number in range(1, 8)}}


def test_shipped_scenarios_are_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlay, "SHIPPED", tmp_path)
    (tmp_path / "longer-roll.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "mine.yaml").write_text("extends: longer-roll\ntitle: Mine", encoding="utf-8")
    assert resolve("longer-roll").data["title"] == "Base"
    assert resolve(tmp_path / "mine.yaml").data["title"] == "Mine"
    with pytest.raises(ScenarioError, match=r"did you mean 'longer-roll'"):
        resolve("longer-rol")


def test_an_unknown_what_if_names_the_closest(base: Tree) -> None:
    (problem,) = with_what_if(base, "titeld").problems
    assert problem.suggestion == "titled"


def test_what_ifs_null_leaves_out_all_that_are_inherited(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("extends: longer-roll\nwhat_ifs: null\n", encoding="utf-8")
    assert load(file).what_ifs == {}


def test_an_inherited_what_if_that_no_longer_fits_says_how_to_leave_it_out(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("extends: longer-roll\nactors: {us: {policy: {kind: script, moves: []}}}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"`what_ifs: \{no_offer: null\}` leaves it out"):
        load(file)
