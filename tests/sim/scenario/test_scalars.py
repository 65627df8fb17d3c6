"""Values of a file: what they measure, what they may be, how they are told in tables."""

import math

import pytest

from sim.days import day
from sim.scenario.overlay import Adjusted
from sim.scenario.scalars import parse
from sim.scenario.units import LONGEST, Dimension


@pytest.mark.parametrize(
    ("raw", "dimension", "unit"),
    [
        ("20 %", Dimension.share, "share"),
        ("20 pp", Dimension.points, "pp"),
        ("2 weeks", Dimension.days, "days"),
        ("2025-11-10", Dimension.date, "date"),
        ("500 m USD", Dimension.money, "bn USD"),
        ("1.2 kt", Dimension.tonnes, "t"),
        (0.8, Dimension.number, ""),
        ("12 years", Dimension.number, "years"),
        ("hard", Dimension.choice, ""),
        ({"uniform": ["1 d", "5 d"]}, Dimension.days, "days"),
        ({"uniform": [0, "5 pp"], "unit": "pp"}, Dimension.points, "pp"),
        ({"triangular": [1, 2, 3], "unit": "bn USD"}, Dimension.money, "bn USD"),
        ({"triangular": [1, 2, 3], "unit": "years"}, Dimension.number, "years"),
        ({"triangular": ["1 years", "2 years", 3]}, Dimension.number, "years"),
        ({"normal": ["2025-05-01", "10 d"]}, Dimension.date, "date"),
        ({"lognormal": ["5 d", 0.3]}, Dimension.days, "days"),
        ({"lognormal": ["30000 d", 1], "truncate": ["0 d", "36000 d"]}, Dimension.days, "days"),
        ({"beta": [2, 5]}, Dimension.share, "share"),
        ({"beta": [2, 5], "between": ["10 pp", "60 pp"]}, Dimension.points, "pp"),
        ({"beta": [2, 5], "between": [10, 60]}, Dimension.number, ""),
        ({"choice": {"hard": 1, "soft": 2}}, Dimension.choice, ""),
        ({"choice": ["10 pp", "20 pp"]}, Dimension.points, "pp"),
        ({"table": [["0 %", "10 d"], ["100 %", "20 d"]]}, Dimension.days, "days"),
    ],
)
def test_a_value_measures_what_its_unit_says(raw, dimension, unit):
    scalar = parse(raw, None)
    assert (scalar.dimension, scalar.unit) == (dimension, unit)


@pytest.mark.parametrize(
    ("raw", "dimension", "told"),
    [
        ("20 %", Dimension.share, "20 %"),
        ("2025-11-10", Dimension.date, "10 Nov 2025"),
        ("12 years", None, "12 years"),
        ("hard", Dimension.choice, "hard"),
        ({"choice": {"hard": 1, "soft": 3}}, None, "hard 25 % | soft 75 %"),
        ({"choice": ["20 pp", "10 pp"]}, None, "10–20 pp (choice)"),
        ({"triangular": ["5 pp", "10 pp", "30 pp"]}, None, "5–10–30 pp (triangular)"),
        ({"uniform": ["2025-11-01", "2025-11-10"]}, None, "1 Nov 2025 – 10 Nov 2025 (uniform)"),
        ({"normal": ["40 %", "10 %"], "truncate": ["20 %", "60 %"]}, None, "40 % ± 10, within 20–60 % (normal)"),
        ({"normal": ["2025-11-01", "10 d"]}, None, "1 Nov 2025 ± 10 days (normal)"),
        ({"lognormal": ["5 d", 0.3]}, None, "5 days ± 0.3 (log) (lognormal)"),
        ({"beta": [2, 5], "between": ["10 %", "60 %"]}, None, "10–60 % (beta)"),
        ({"table": [["0 %", "60 d"], ["25 %", "90 d"], ["100 %", "365 d"]]}, None, "60–90–365 days (quantile table)"),
    ],
)
def test_a_value_is_told_in_its_unit(raw, dimension, told):
    assert parse(raw, dimension).describe() == told


def test_the_order_of_a_choice_does_not_matter():
    assert parse({"choice": {"20 pp": 1, "10 pp": 3}}, None).distribution.parameters == (0.75, 0.25, 10.0, 20.0)


@pytest.mark.parametrize(
    ("base", "by", "reach"),
    [
        ("20 pp", "+5 pp", (25, 25)),
        ({"uniform": ["10 pp", "20 pp"]}, "-5 pp", (5, 15)),
        ({"uniform": ["10 %", "20 %"]}, "×2", (0.2, 0.4)),
        ({"normal": ["10 %", "5 %"], "truncate": ["5 %", "20 %"]}, "x0.5", (0.025, 0.1)),
        ("2025-11-10", "+14 d", (day("2025-11-24"), day("2025-11-24"))),
        ({"lognormal": ["5 d", 0.3]}, "×0", (0, 0)),
        (Adjusted("20 pp", "+5 pp"), "×2", (50, 50)),
        (0.8, "+0.1", (0.9, 0.9)),
    ],
)
def test_an_adjustment_moves_or_stretches_all_that_may_be_drawn(base, by, reach):
    assert parse(Adjusted(base, by), None).distribution.reach() == pytest.approx(reach)


def test_a_shape_without_ends_reaches_everywhere_that_its_dimension_allows():
    assert parse({"normal": [1, 2]}, None).distribution.reach() == (-math.inf, math.inf)
    assert parse({"lognormal": ["5 d", 1]}, Dimension.days).distribution.reach() == (0, math.inf)


@pytest.mark.parametrize(
    ("raw", "dimension", "says"),
    [
        ({"normal": ["80 %", "30 %"]}, Dimension.share, "add truncate"),
        ({"lognormal": ["80 %", 1]}, Dimension.share, "add truncate"),
        ({"normal": ["3 d", "30 d"]}, Dimension.days, "add truncate"),
        ({"normal": ["80 %", "30 %"], "truncate": ["0 %", "140 %"]}, Dimension.share, "between 0 % and 100 %"),
        ("-5 pp", Dimension.points, "is negative"),
        ({"uniform": ["-5 pp", "5 pp"]}, Dimension.points, "may be negative"),
        ({"normal": ["2 bn USD", "3 bn USD"]}, Dimension.money, "may be negative"),
        (f"{LONGEST + 1} d", Dimension.days, "at most 36,525 days"),
        ("10001 pp", Dimension.points, "at most 10,000 points"),
        (Adjusted("80 %", "+30 %"), Dimension.share, "gives 110 %"),
        (Adjusted("hard", "+3 d"), None, "words are replaced"),
        (Adjusted("2025-11-10", "×2"), Dimension.date, "moved by days"),
        (Adjusted("2025-11-10", "+36000000 d"), Dimension.date, "leaves the calendar"),
        (Adjusted("20 pp", "+5"), Dimension.points, "has the unit of what it changes"),
        (20, Dimension.choice, "a word of letters"),
        ({"uniform": ["hard", "soft"]}, Dimension.choice, "drawn by choice"),
        ({"value": "20 pp", "unit": 3}, Dimension.points, "it is text"),
        ({"uniform": [1, 2], "truncate": 3}, None, r"it takes \[least, most\]"),
        ({"choice": ["a", "b"], "truncate": [1, 2]}, None, "goes with a continuous distribution"),
        ({"lognormal": [0, 1]}, None, "greater than 0"),
        ({"lognormal": [1, 4]}, None, "at most 3"),
        ({"lognormal": ["30000 d", 1]}, None, "add truncate"),
        ({"beta": [0, 1]}, None, "greater than 0"),
        ({"beta": [2, 3], "between": 3}, None, r"it takes \[least, most\]"),
        ({"beta": [2, 3], "between": ["50 %", "20 %"]}, None, "rising order"),
        ({"table": [["0 %", 1]]}, None, "it takes"),
        ({"fixed": "20 t", "known": "soon"}, None, "give a date"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(raw, dimension, says):
    with pytest.raises(ValueError, match=says):
        parse(raw, dimension)


def test_what_no_key_asks_for_may_be_negative():
    assert parse({"uniform": ["-5 pp", "5 pp"]}, None).distribution.reach() == (-5, 5)
    assert parse("-3 bn USD", None).value == -3
