"""Every awkward chart as a page, drawn once: its labels, words, data and colours."""

import pytest
from matplotlib.text import Text

from plots.sheet import INCH, WIDTHS
from tests.plots.awkward_branches import CASES
from tests.plots.labelling import touching
from tests.plots.telling_apart import confused, faint, hues, undeclared


@pytest.fixture(scope="module", params=CASES)
def page(request):
    return CASES[request.param]("page")


def test_no_label_touches_another_or_leaves_the_page(page):
    assert list(touching(page)) == []


def test_letters_are_large_enough_to_read(page):
    pixels_per_point = 800 / (WIDTHS["page"] * INCH)
    sizes = [text.get_fontsize() for text in page.figure.findobj(Text) if text.get_text().strip()]
    assert min(sizes) * pixels_per_point >= 9


def test_a_chart_has_words_and_data(page):
    assert len(page.alt) > len(page.title)
    assert len({len(column) for column in page.table.values()}) == 1
    assert next(iter(page.table.values()))
    assert any(column.endswith(("_percent", "_points", "_pp", "_weeks", "_times", "_musd")) for column in page.table)


def test_what_is_told_apart_by_colour_is_told_apart_without_it(page):
    assert confused(page) == []


def test_every_colour_of_a_chart_belongs_to_something_it_declares(page):
    assert undeclared(page) == []


def test_a_chart_has_at_most_four_hues(page):
    assert len(hues(page)) <= 4


def test_every_thing_that_has_a_colour_differs_from_the_paper(page):
    assert faint(page) == []
