import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.scenario import document
from sim.scenario.document import Document, parse, parse_value, read
from sim.scenario.problems import ScenarioError


def refusal(text: str) -> str:
    try:
        problems = parse(text, "f.yaml").problems
    except ScenarioError as error:
        return str(error)
    assert problems
    return "\n".join(map(str, problems))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"), ("on", "on"), ("yes", "yes"), ("y", "y"), ("2025-11-10", "2025-11-10"), ("12:30", "12:30"),
        ("true", True), ("False", False), ("~", None), ("null", None), ("", None),
        ("12", 12), ("017", 17), ("0o17", 15), ("0x1F", 31), ("-5", -5), ("1e3", 1000.0), ("-.5e-3", -0.0005),
        ("1.", 1.0), (".inf", float("inf")), ("1_000", "1_000"), ("20 %", "20 %"), ("'12'", "12"), ("+5", "+5"),
        ("+20 pp", "+20 pp"), ("×0.8", "×0.8"), (".", "."), ("-", "-"), ("0b1", "0b1"),
    ],
)  # fmt: skip
def test_scalars_are_read_by_yaml_1_2_but_for_the_leading_plus(text: str, value: Any) -> None:
    assert parse(f"key: {text}\nlist: [1]" if text != "-" else "key: '-'", "f").data["key"] == value


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_marks_count_from_1_and_ranges_cut_the_value_out_of_the_text(newline: str, bom: str, tmp_path: Path) -> None:
    text = bom + newline.join(["title: Zölle", "list:", "  - {a: 'é', b: 20 pp} # note", "end: 1", ""])
    file = tmp_path / "f.yaml"
    file.write_bytes(text.encode())
    found = read(file)
    place = found.marks["list", 0, "b"]
    assert place.value[1:] == (3, 17)
    assert place.key is not None
    assert place.key[1:] == (3, 14)
    assert found.text[place.start : place.end] == "20 pp"
    assert found.marks["title",].value[1:] == (1, 8)


def test_an_alias_has_its_own_place_and_its_parts_that_of_the_anchor() -> None:
    found = parse("base: &b {x: 1}\nother: *b", "f")
    assert found.data["other"] == {"x": 1}
    assert found.marks["other",].value[1:] == (2, 8)
    assert found.marks["other", "x"].value[1:] == (1, 14)


def test_merge_keys_give_way_to_the_mapping_s_own() -> None:
    found = parse("a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {x: 9, <<: [*a, *b]}", "f").data["c"]
    assert found == {"x": 9, "y": 2, "z": 4}


def test_nothing_is_told_of_behind_its_key() -> None:
    marks = parse("a:\nb: {c: }\nd: [1]", "f").marks
    assert marks["a",].value[1:] == (1, 2)
    assert marks["b", "c"].value[1:] == (2, 6)


def test_every_duplicate_is_told_with_the_first_place() -> None:
    assert refusal("a: 1\nb: {c: 1, c: 2}\na: 3").splitlines() == [
        "f.yaml:2:11: b.c: this key stands here a second time; the first is at 2:5",
        "f.yaml:3:1: a: this key stands here a second time; the first is at 1:1",
    ]


def test_a_chain_of_aliases_counts_as_deep_as_it_spells_out() -> None:
    lines = ["a0: &a0 [1]", *(f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, document.MAX_DEPTH))]
    assert "deep inside one another" in refusal("\n".join(lines))
    assert parse("\n".join(lines[:-5]), "f").data["a0"] == [1]


def test_bombs_are_refused_without_being_spelt_out() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 28))]
    assert "holds more than 50,000" in refusal("\n".join(lines))
    assert "deep inside one another" in refusal("[" * 100_000)


def test_large_files_and_things_that_are_no_files_are_refused(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * (document.MAX_BYTES + 1))
    for path, said in ((large, "is larger"), (tmp_path, "is a folder"), (tmp_path / "none.yaml", "no such file")):
        with pytest.raises(ScenarioError, match=said):
            read(path)
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(ScenarioError, match="is a pipe or a device"):
            read(path)
    with pytest.raises(ScenarioError, match="cannot be read"):
        read("nul\0.yaml")


@given(st.text() | st.text("ab:-[]{}&*!%|>'\"#,?@ \n\t<0", max_size=60))
@example("%YAML 9.9\n---\na: 1")
@example("%TAG !e tag:x,2000:\n---\na: !e!b 1")
@example('a: "\\xZZ"')
@example("&" * 50)
@example("a: !<tag:%zz> 1")
def test_any_text_gives_a_document_or_a_scenario_error(text: str) -> None:
    try:
        found: Document | ScenarioError = parse_value(text, "f")
    except ScenarioError as error:
        found = error
    marks = (
        [problem.mark for problem in found.problems] if isinstance(found, ScenarioError) else [found.marks[()].value]
    )
    assert marks
    assert all(mark.line >= 1 and mark.column >= 1 for mark in marks)
