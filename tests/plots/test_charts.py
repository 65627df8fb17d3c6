"""Charts: the same bytes every time, words and data beside each picture, colours that can be told apart."""

from itertools import combinations

import numpy as np
import pytest
from colorspacious import cspace_convert, deltaE

from plots.calendar import Life, Mark, calendar_chart
from plots.compare import compare_chart
from plots.fan import fan_chart
from plots.moves import moves_chart
from plots.odds import odds_chart, percent
from plots.style import ACTORS, BLACK, BLUE, GREEN, VERMILLION, write
from plots.truce_end import truce_end_chart
from sim.analysis.odds import Difference, Odds
from sim.days import MISSING
from sim.results.result import Steps

DAYS = np.arange(20376, 20800, 7, dtype=np.int32)


def charts():
    walk = np.cumsum(np.random.default_rng(1).normal(0, 1, (50, len(DAYS))), axis=1) + 30
    yield odds_chart(
        {"a": Odds(0.6, 0.4, 0.7, 0.01, 100), "b": Odds(0.4, None, None, 0.01, 100)},
        {"a": "A", "b": "B"},
        "Finding",
        "Source",
    )
    yield fan_chart({"s": Steps(DAYS, walk)}, {"s": "S"}, {"s": BLUE}, "Finding", "Points.", "Source")
    yield truce_end_chart(np.array([20400, MISSING]), np.array([20399, 20900]), DAYS, "Truce", "Finding", "Source")
    yield moves_chart(np.array([[0.5, 0.0], [0.004, 1.0]]), ["A", "B"], ["offers", "enacts"], "Finding", "Source")
    life = Life("Tariff", "us", DAYS, np.linspace(0, 1, len(DAYS)), 20400)
    yield calendar_chart([life], [Mark("Summit", 20400, 20410, 0.7)], {"Truce": 20402}, "Finding", "Source")
    change = {"a": Difference(0.5, 0.7, 0.2, 0.01, 0.2), "b": Difference(0.5, 0.5, 0.0, 0.01, 0.0)}
    yield compare_chart({"w": change}, {"w": "What if", "a": "A", "b": "B"}, "Finding", "Source")


@pytest.mark.parametrize("place", range(6))
def test_a_chart_is_written_with_its_data_and_the_same_every_time(place, tmp_path):
    for folder in ("one", "two"):
        chart = list(charts())[place]
        write(chart, tmp_path / folder)
    assert chart.title == "Finding"
    assert len(chart.alt) > 20
    for suffix in ("svg", "png", "csv"):
        first, second = ((tmp_path / folder / f"{chart.name}.{suffix}").read_bytes() for folder in ("one", "two"))
        assert first == second
    header, *rows = (tmp_path / "one" / f"{chart.name}.csv").read_text().splitlines()
    assert rows
    assert header.count(",") == rows[0].count(",")


def rgb(colour):
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def luminance(colour):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [*ACTORS.values(), BLACK])
def test_colours_stand_out_on_white(colour):
    assert 1.05 / (luminance(colour) + 0.05) >= 2.9  # WCAG 1.4.11 asks 3 of graphics; purple is at 3.0


@pytest.mark.parametrize("kind", ["deuteranomaly", "protanomaly", "tritanomaly"])
def test_colours_are_told_apart_with_colour_blindness(kind):
    space = {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}
    for first, second in combinations([BLUE, VERMILLION, GREEN, BLACK], 2):
        seen = [np.clip(cspace_convert(rgb(one), space, "sRGB1"), 0, 1) for one in (first, second)]
        assert deltaE(*seen, input_space="sRGB1") > 10


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0 %"), (0.004, "under 1 %"), (0.566, "57 %"), (0.996, "over 99 %"), (1, "100 %")]
)
def test_shares_are_rounded_without_false_certainty(share, words):
    assert percent(share).replace("\u00a0", " ") == words
