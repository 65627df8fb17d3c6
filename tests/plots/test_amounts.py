"""Changes and levels in words: signs, decimals that count, and nothing told from next to nothing."""

import pytest

from plots.amounts import decimals, level, levels, of_bands, of_steps, signed, span, told, told_level
from sim.analysis.economy import Band


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (0.314, 2, "+0.31"),
        (-0.314, 2, "−0.31"),
        (0.0, 2, "0"),
        (-0.0, 2, "0"),
        (0.004, 2, "near 0"),
        (-0.004, 2, "near 0"),
        (0.006, 2, "+0.01"),
        (-12345.6, 0, "−12,346"),
        (float("nan"), 2, "–"),
        (float("inf"), 2, "–"),
    ],
)
def test_a_change_has_its_sign_and_is_never_rounded_to_nothing(value, places, shown):
    assert signed(value, places) == shown
    assert level(value, places) == shown.removeprefix("+")


@pytest.mark.parametrize(
    ("values", "places"),
    [([0.314, 0.02], 2), ([3.14], 1), ([31.4, -0.1], 0), ([314.0], 0), ([0.0], 0), ([], 0), ([0.1], 2), ([1e-9], 3)],
)
def test_the_largest_value_has_two_digits_that_count(values, places):
    assert decimals(values) == places


def test_many_small_bands_beside_a_large_one_keep_a_digit():
    small = [Band(0.03, 0.05, 0.07)] * 5
    assert of_bands([Band(-4, -3, -2)]) == 1
    assert of_bands([*small, Band(-4, -3, -2)]) == 2


def test_a_wide_band_around_nothing_has_no_more_digits_than_its_width_bears():
    assert of_bands([Band(-5.0, 0.001, 5.0)]) == 1


@pytest.mark.parametrize(
    ("values", "places"), [([0, 0.5, 1], 1), ([-0.02, 0, 0.02], 2), ([0, 5, 10], 0), ([0], 0), ([0, 2000], 0)]
)
def test_the_values_of_an_axis_have_the_decimals_of_their_step(values, places):
    assert of_steps(values) == places


def test_bands_are_told_with_their_ends_or_as_one_number():
    one = Band(-0.52, -0.31, -0.1)
    assert span(one, 2) == "−0.52 to −0.10"
    assert told(one, 2, "%") == "−0.31 % (−0.52 to −0.10)"
    assert told(Band(0, 0, 0), 2, "%") == "0 %"
    assert told(Band(1, 1, 1), 0) == "+1"
    assert levels(Band(1, 2, 3), 0) == "1 to 3"
    assert told_level(Band(1, 2, 3), 0) == "2 (1 to 3)"
    assert told_level(Band(2, 2, 2), 0) == "2"
