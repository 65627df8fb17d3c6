"""Colours: told apart on white, in grey, and by eyes that see fewer of them."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from colorspacious import cspace_convert, deltaE

from plots.calendar import strength
from plots.in_force import SHADES
from plots.style import ACCENT, BLUE, BYSTANDER, GREY, INK, PALETTE, VERMILLION, colours, ink_on, tint


def rgb(colour):
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def luminance(colour):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(colour):
    """With white."""
    return 1.05 / (luminance(colour) + 0.05)


@pytest.mark.parametrize("colour", [*PALETTE, ACCENT, BYSTANDER])
def test_colours_stand_out_on_white(colour):
    assert contrast(rgb(colour)) >= 3  # WCAG 1.4.11, graphics


@pytest.mark.parametrize("colour", [INK, GREY, ACCENT])
def test_letters_stand_out_on_white(colour):
    assert contrast(rgb(colour)) >= 4.5  # WCAG 1.4.3


@pytest.mark.parametrize("kind", ["deuteranomaly", "protanomaly", "tritanomaly"])
def test_colours_are_told_apart_with_colour_blindness(kind):
    space = {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}
    for first, second in combinations([*PALETTE, ACCENT, BYSTANDER], 2):
        seen = [np.clip(cspace_convert(rgb(one), space, "sRGB1"), 0, 1) for one in (first, second)]
        assert deltaE(*seen, input_space="sRGB1") > 10, (first, second)


@pytest.mark.parametrize("colour", [*PALETTE, ACCENT, GREY])
def test_a_larger_share_is_darker_in_grey_too(colour):
    seen = [luminance(tint(colour, strength(share))) for share in (0.0, 0.02, 0.1, 0.5, 1.0)]
    assert seen == sorted(seen, reverse=True)
    assert len({round(one, 2) for one in seen}) == 5


def test_whoever_holds_a_lever_has_a_colour_of_its_own_and_the_rest_are_grey():
    found = colours(["north", "south"], ["north", "east", "south", "west"])
    assert found == {"north": PALETTE[0], "south": PALETTE[1], "east": BYSTANDER, "west": BYSTANDER}


def test_colours_run_out_in_grey():
    found = colours([f"a{k}" for k in range(6)])
    assert list(found.values()) == [*PALETTE, BYSTANDER, BYSTANDER]


@pytest.mark.parametrize("colour", [*PALETTE, ACCENT, BYSTANDER])
def test_letters_on_a_filled_cell_or_bar_have_contrast_at_every_strength(colour):
    for shade in np.linspace(0, 1, 101):
        fill = tint(colour, shade)
        ink = rgb("#FFFFFF") if ink_on(fill) == "white" else rgb(INK)
        darker, lighter = sorted((luminance(fill), luminance(ink)))
        assert (lighter + 0.05) / (darker + 0.05) >= 3.9, shade  # at its worst, where both inks do equally well


@pytest.mark.parametrize("colour", [ACCENT, BLUE, VERMILLION])
def test_a_higher_rate_is_darker_in_grey(colour):
    greys = [luminance(tint(colour, shade)) for shade in np.linspace(0, 1, 21)]
    assert all(one > other for one, other in pairwise(greys))


@pytest.mark.parametrize("colour", [*PALETTE, BYSTANDER])
def test_laws_are_told_apart_in_grey(colour):
    greys = [luminance(tint(colour, shade)) for shade in SHADES]
    assert all((one + 0.05) / (other + 0.05) >= 1.35 for other, one in pairwise(greys))
