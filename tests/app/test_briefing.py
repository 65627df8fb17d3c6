"""The briefing: numbers that are those of the results, a page that needs nothing else and reads with any device."""

import re
from html.parser import HTMLParser

import pytest
from matplotlib.colors import to_rgb

import sim
from app.briefing.answer import answer
from app.briefing.build import build, write_briefing
from app.briefing.content import Table, odds_word
from app.briefing.findings import Findings
from app.briefing.html import cell
from plots.numbers import percent
from plots.style import BLUE, BYSTANDER, PALETTE, VERMILLION
from tests.conftest import SMALL
from tests.plots.telling_apart import is_tint

ALONE = """
schema: 1
title: One actor, nothing to decide
as_of: 2025-01-01
horizon: 2025-01-21
actors: {a: {name: A}}
outcomes: {always: {title: Always, when: 1 == 1}}
"""
VOID = {"meta", "br", "wbr", "link", "img", "hr", "input", "path", "use"}


class Page(HTMLParser):
    """Headings, identifiers, links, attributes that fetch, figures, cells and text of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.headings, self.ids, self.links, self.text, self.cells = [], [], [], [], [], []
        self.open = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag in ("td", "th"):
            self.cells.append("")
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes["href"]] if tag == "a" else []

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)
        if {"td", "th"} & set(self.open):
            self.cells[-1] += data


@pytest.fixture(scope="module")
def found():
    base = sim.simulate(sim.load(str(SMALL)), runs=200)
    what_ifs = []
    for name in base.scenario.what_ifs:
        other = sim.simulate(sim.load(str(SMALL), what_if=name), runs=200)
        other.what_if = name
        what_ifs.append(other)
    return Findings(base, what_ifs, "parley run small")


@pytest.fixture(scope="module")
def text(found, tmp_path_factory):
    folder = tmp_path_factory.mktemp("briefing")
    return write_briefing(found.result, found.what_ifs, folder, found.command).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_nothing_is_fetched_and_nothing_runs(page, text):
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "video", "audio"}
    for _, attributes in page.tags:
        assert not any(name.startswith("on") or name in ("src", "srcset", "action") for name in attributes)
    style = "".join(re.findall(r"<style>(.*?)</style>", text, flags=re.DOTALL))
    assert "url(" not in style.replace("url(#", "")
    assert "@import" not in style


def test_the_same_results_give_the_same_page(found, text, tmp_path):
    again = write_briefing(found.result, found.what_ifs, tmp_path, found.command)
    assert again.read_text(encoding="utf-8") == text


def test_headings_descend_one_step_at_a_time(page):
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(second - first <= 1 for first, second in zip(page.headings, page.headings[1:], strict=False))


def test_every_figure_says_in_words_what_it_shows(page, found):
    figures = sum(tag == "figure" for tag, _ in page.tags)
    told = [attributes["aria-label"] for _, attributes in page.tags if attributes.get("role") == "img"]
    assert figures == len(told) == len(build(found).charts())
    assert min(map(len, told)) > 60


def test_every_title_states_a_finding_and_every_picture_has_its_data(found):
    for chart in build(found).charts():
        assert not chart.title.endswith((".", ":", ","))
        assert re.search(r"\d|\bno\b|\bnone\b|\bis\b|\bare\b|stays|ends", chart.title), chart.title
        assert len(chart.title.split()) >= 4
        assert chart.alt.startswith(chart.title)
        assert len({len(column) for column in chart.table.values()}) == 1
        assert all(chart.table.values())


def test_an_actor_has_one_colour_in_every_chart(found):
    drawn = {}
    for chart in build(found).charts():
        for cue in chart.cues:
            if cue.thing in found.deciders.values():
                hue = next(full for full in (*PALETTE, BYSTANDER) if is_tint(to_rgb(cue.colour), full))
                drawn.setdefault(cue.thing, set()).add(hue)
    assert drawn == {"United States": {BLUE}, "China": {VERMILLION}}


def test_names_within_the_page_are_unique_and_every_link_to_one_leads_there(page):
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_what_scrolls_can_be_reached_by_keyboard(page):
    for _, attributes in page.tags:
        if attributes.get("class") in ("scroll", "picture"):
            assert attributes.get("tabindex") == "0"
            assert attributes.get("aria-label") or attributes.get("aria-labelledby")


def test_no_cell_is_empty(page):
    assert all(text.strip() for text in page.cells)


def test_a_number_is_never_parted_from_its_per_cent_sign(page):
    assert not [text for text in page.text if re.search(r"\d %", text)]


def test_a_fall_has_a_minus_sign(page):
    assert not [text for text in page.text if re.search(r"(?:^|[ (])-\d", text)]


def test_the_page_prints_the_title_of_a_chart_itself(found, text):
    for chart in build(found).charts():
        assert f'<h3 id="{chart.name}-title">{chart.title}</h3>' in text.replace("&#39;", "'")
    assert 'id="odds-heading"' not in text


def test_the_answer_gives_the_odds_of_the_likeliest_named_outcome(found):
    first, *_ = answer(found)
    name = max(found.scenario.outcomes, key=lambda outcome: found.odds[outcome].mean)
    one = found.odds[name]
    assert found.titles[name] in first
    assert percent(one.mean) in first
    assert odds_word(one.mean) in first


def test_the_answer_names_the_what_if_that_moves_it_most(found):
    assert "The United States offers nothing" in answer(found)[-1]
    assert "0\u00a0%" in answer(found)[-1]


def test_a_world_without_choice_has_a_briefing(world, tmp_path):
    result = sim.simulate(world(ALONE), runs=5)
    page = write_briefing(result, [], tmp_path, "")
    assert "In every one of the 5\u00a0futures played: “Always”." in page.read_text(encoding="utf-8")


def test_a_band_that_chance_explains_is_not_given_as_a_band(found):
    tables = [block for section in build(found).sections for block in section.blocks if isinstance(block, Table)]
    bands = next(table for table in tables if table.caption.startswith("Odds by outcome"))
    for row in bands.rows:
        ends = row[3].split(" to ")
        assert len(ends) == 1 or ends[0] != ends[1]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2025-10-31", '<span class="short">2025-10-31</span>'),
        ("actors.us.policy", "<code>actors.<wbr>us.<wbr>policy</code>"),
        ("", '<span class="short">–</span>'),
        (
            "A title, 2025, https://www.example.org/a?b=1&c=2 [V]",
            'A title, 2025, <a href="https://www.example.org/a?b=1&amp;c=2">example.org</a> [V]',
        ),
        (
            "<script>alert('a long enough text')</script>",
            "&lt;script&gt;alert(&#39;a long enough text&#39;)&lt;/script&gt;",
        ),
    ],
)
def test_cells_break_only_where_they_should(value, shown):
    assert cell(value) == shown
