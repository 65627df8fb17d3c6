"""Edits of a file's text: the value asked for is there, all else is as it was, and no comment is lost."""

from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios import SHIPPED
from sim.scenario import document
from sim.scenario.edit import REMOVED, edited
from sim.scenario.spelling import same

AWKWARD = """\
# head
schema: 1   # one
base: &base {a: 1, b: &inner [x, y]}  # the base
other: *base
third: {<<: *base, c: 3,}
blocks: &blocks
  # above
  one: |
    text # no comment

  two: >- # folded
    more
    text
  three: &three   # behind an anchor

    deep: 1 # d
again: *blocks
merged:
  <<: *blocks
  four: 4
items:
- first: 1 # f
  second: *inner
# between
- - a
  - b   # b
-
- {k: , l: *three, m}
multi: {p: 1, # p
  q: [1, 2, # two
    3],
  'r s': "t: #u" }
empty:
none: {}
kept: |+
  lines

last: 'it''s'   # end
# tail"""

SMALL = Path(__file__).parents[1] / "app" / "small.yaml"
TEXTS = {
    "awkward": AWKWARD,
    "windows": AWKWARD.replace("\n", "\r\n"),
    "small": SMALL.read_text(encoding="utf-8"),
    "longer-roll": (SHIPPED / "longer-roll.yaml").read_text(encoding="utf-8"),
}
WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=12)
SCALARS = st.one_of(
    st.sampled_from(
        ["30 %", "+5 pp", "2025-11-10", "a: b", "- a", "#x", "yes", "null", "0.5", "*a", "&b c", "x #y", ""]
    ),
    WORDS,
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
    st.booleans(),
    st.none(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=5,
)


@lru_cache
def read(name):
    return document.parse(TEXTS[name], name)


def comments(text):
    return Counter(text[a:b].rstrip() for a, b in document.outline(text, "").comments)


def leaves(data, path=()):
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    yield path
    for key, part in parts:
        yield from leaves(part, (*path, key))


def replaced(data, path, value):
    if not path:
        return value
    copy = list(data) if isinstance(data, list) else dict(data or {})
    if value is REMOVED and len(path) == 1:
        del copy[path[0]]
    else:
        here = isinstance(copy, list) or path[0] in copy
        copy[path[0]] = replaced(copy[path[0]] if here else None, path[1:], value)
    return copy


def holds(name, path, value):
    before = read(name)
    after = edited(before, {path: value})
    found = document.parse(after, name)
    assert not found.problems
    assert same(found.data, replaced(before.data, path, value), "<<" not in after), after
    assert not comments(before.text) - comments(after), after


@pytest.mark.parametrize("name", ["awkward", "windows"])
@settings(max_examples=50, deadline=None)
@given(st.data())
def test_an_edit_changes_its_path_and_nothing_else(name, data):
    paths = [path for path in leaves(read(name).data) if path]
    path = data.draw(st.sampled_from(paths))
    holds(name, path, data.draw(VALUES))


@pytest.mark.parametrize("name", ["small", "longer-roll"])
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_an_edit_of_a_scenario_changes_its_path_and_nothing_else(name, data):
    path = data.draw(st.sampled_from([path for path in leaves(read(name).data) if path]))
    holds(name, path, data.draw(st.one_of(VALUES, st.just(REMOVED))))
