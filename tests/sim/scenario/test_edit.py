"""Edits where the way a value is written matters; that nothing else changes is in tests/properties/test_edits.py."""

import pytest

from sim.scenario import document
from sim.scenario.document import outline
from sim.scenario.edit import REMOVED, edited
from sim.scenario.problems import ScenarioError
from sim.scenario.spelling import same, spelt


def after(text, *changes):
    paths = {tuple(int(key) if key.isdecimal() else key for key in path.split("/")): value for path, value in changes}
    return edited(document.parse(text, "file.yaml"), paths)


@pytest.mark.parametrize(
    ("before", "path", "value", "expected"),
    [
        ("a: 1   # c\n", "a", 2, "a: 2   # c\n"),
        ("a: '80 %'\n", "a", "30 %", "a: '30 %'\n"),
        ('a: "80 %"\n', "a", "it's", 'a: "it\'s"\n'),
        ("a: x\n", "a", "b: c", 'a: "b: c"\n'),
        ("a: x\n", "a", "null", 'a: "null"\n'),
        ("a: [1,  2]\n", "a/1", 3, "a: [1,  3]\n"),
        ("a: [1,  2]\n", "a", [1, 3], "a: [1,  3]\n"),
        ("a:\n  b: 1 # c\n", "a/c", 2, "a:\n  b: 1 # c\n  c: 2\n"),
        ("a: {b: 1}", "a/c/d", "x, y", 'a: {b: 1, c: {d: "x, y"}}'),
        ("a:\n", "a/b", 1, "a: {b: 1}\n"),
        ("a: {}\nb: 1\n", "a/b", 1, "a: {b: 1}\nb: 1\n"),
        ("a:\n  b: 1 # c\nd: 2\n", "a", 3, "# c\na: 3\nd: 2\n".replace("# c\na: 3", "a: 3 # c")),
        ("a:\n  # c\n  b: 1\n", "a", 3, "# c\na: 3\n"),
        ("a: 1 # c\nb: 2\n", "a", REMOVED, "# c\nb: 2\n"),
        ("a: {b: 1, c: 2, d: 3}\n", "a/c", REMOVED, "a: {b: 1, d: 3}\n"),
        ("a: {b: 1, c: 2}\n", "a/b", REMOVED, "a: {c: 2}\n"),
        ("a:\n  b: 1\nc: 2\n", "a/b", REMOVED, "a: {}\nc: 2\n"),
        ("a:\n- x\n- y\n", "a/0", REMOVED, "a:\n- y\n"),
        ("a: &x 1\nb: *x\nc: *x\n", "a", 2, "a: 2\nb: &x 1\nc: *x\n"),
        ("a: &x 1\nb: *x\nc: *x\n", "b", 2, "a: &x 1\nb: 2\nc: *x\n"),
        ("a: &x {v: 1}\nb: *x\n", "b/v", 2, "a: &x {v: 1}\nb: {v: 2}\n"),
        ("a: &x {v: 1}\nb: *x\n", "a", REMOVED, "b: &x {v: 1}\n"),
        ("a: &x {v: 1}\nb: {<<: *x, w: 2}\n", "b/v", 2, "a: &x {v: 1}\nb: {<<: *x, w: 2, v: 2}\n"),
        ("a: 1\r\nb:\r\n  c: 2\r\n", "b/d", 3, "a: 1\r\nb:\r\n  c: 2\r\n  d: 3\r\n"),
    ],
)
def test_only_what_is_concerned_changes(before, path, value, expected):
    assert after(before, (path, value)) == expected


def test_places_in_a_list_are_those_before_the_edit():
    assert after("a: [1, 2, 3, 4]\n", ("a/0", REMOVED), ("a/2", REMOVED), ("a/3", 9)) == "a: [2, 9]\n"


def test_changes_of_one_another_are_made_in_order():
    assert after("a: 1\n", ("a", {"b": 1}), ("a/c", 2), ("a/b", 3)) == "a: {b: 3, c: 2}\n"


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("a/b", 1, "a is 1, which has no parts"),
        ("c/2", 1, "c has no 2"),
        ("d/wrod", REMOVED, "d has no 'wrod' (did you mean 'd.word'?)"),
        ("m/word", REMOVED, "cannot be changed in place"),
    ],
)
def test_what_cannot_be_edited_says_so(path, value, told):
    text = "a: 1\nc: [1]\nd: &d {word: x}\nm: {<<: *d}\n"
    with pytest.raises(ScenarioError) as error:
        after(text, (path, value))
    assert told in str(error.value)


def test_comments_are_found_and_what_looks_like_one_is_not():
    text = "# head\na: 'x # y'  # one\nb: z#z\nc: |  # two\n  # text\n# tail"
    found = [text[start:end] for start, end in outline(text, "").comments]
    assert found == ["# head", "# one", "# two", "# tail"]


def test_kinds_are_told_apart():
    assert not same(1, True)
    assert not same(1, 1.0)
    assert not same({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert same({"a": [1, {}]}, {"a": [1, {}]})
    assert spelt({"a": [None, True, "yes", "1", 0.1]}) == '{a: [null, true, yes, "1", 0.1]}'
