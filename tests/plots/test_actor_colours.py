"""An actor keeps its colour from scenario to scenario and from chart to chart."""

from plots.style import BLUE, BYSTANDER, GREEN, VERMILLION, VIOLET, colours


def test_whoever_speaks_for_the_united_states_or_china_has_the_same_colour_everywhere():
    regions = {"beijing": ["CHN"], "brussels": ["DEU", "FRA"], "washington": ["USA"]}
    alone = colours(["washington"], ["washington"], regions)
    second = colours(["beijing", "washington", "brussels"], ["brussels", "beijing", "washington"], regions)
    assert alone["washington"] == second["washington"] == BLUE
    assert second == {"beijing": VERMILLION, "washington": BLUE, "brussels": GREEN}


def test_nobody_else_has_the_colour_of_the_united_states_or_china():
    found = colours(["tokyo", "washington", "delhi", "ottawa"], [], {"washington": ["USA"]})
    assert found == {"tokyo": GREEN, "washington": BLUE, "delhi": VIOLET, "ottawa": BYSTANDER}


def test_only_the_first_who_speaks_for_a_region_has_its_colour():
    found = colours(["house", "senate"], [], {"house": ["USA"], "senate": ["USA"]})
    assert found == {"house": BLUE, "senate": GREEN}


def test_who_moves_nothing_keeps_its_colour_too():
    assert colours([], ["china"], {"china": ["CHN"]}) == {"china": VERMILLION}
