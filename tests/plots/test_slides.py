"""Every awkward chart as a slide."""

import pytest

from plots.sheet import HEIGHTS, WIDTHS
from tests.plots.awkward_branches import CASES
from tests.plots.labelling import touching


@pytest.fixture(scope="module", params=CASES)
def slide(request):
    return CASES[request.param]("slide")


def test_no_label_touches_another_or_leaves_the_slide(slide):
    assert list(touching(slide)) == []


def test_a_slide_is_at_least_as_high_as_a_slide(slide):
    wide, high = slide.figure.get_size_inches()
    assert wide == WIDTHS["slide"]
    assert high >= HEIGHTS["slide"] - 1e-9
