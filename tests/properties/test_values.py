"""Whatever is written for a value is refused, or draws only what its dimension can hold."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.sampling.distributions import quantile
from sim.scenario.overlay import Adjusted
from sim.scenario.scalars import Scalar, parse
from sim.scenario.shapes import SHAPES
from sim.scenario.units import LONGEST, Dimension

UNITS = ["", " %", " pp", " d", " weeks", " bn USD", " t", " years", " months"]
NUMBERS = st.integers(-5, 120) | st.floats(-5, 120, allow_nan=False).map(lambda number: round(number, 2))
WRITTEN = st.builds("{}{}".format, NUMBERS, st.sampled_from(UNITS))
DATES = st.dates().map(str)
LEAVES = NUMBERS | WRITTEN | DATES | st.sampled_from(["hard", "soft", "", "1e300", ".5", "-", "20,5 pp", None, True])
OF_ONE_UNIT = st.sampled_from(UNITS).flatmap(
    lambda unit: st.lists(NUMBERS.map(lambda number: f"{number}{unit}"), min_size=2, max_size=3)
)
INSIDES = OF_ONE_UNIT | st.lists(LEAVES, max_size=3) | st.lists(st.lists(LEAVES, max_size=2), max_size=3) | LEAVES
BESIDE = st.fixed_dictionaries(
    {}, optional={"truncate": INSIDES, "between": INSIDES, "unit": st.sampled_from([u.strip() for u in UNITS])}
)
SHAPED = st.builds(lambda shape, inside, beside: {shape: inside, **beside}, st.sampled_from([*SHAPES]), INSIDES, BESIDE)
CHANGES = st.builds("{}{}".format, st.sampled_from(["+", "-", "×", "x"]), WRITTEN)
VALUES = LEAVES | SHAPED | st.builds(Adjusted, LEAVES | SHAPED, CHANGES)
DIMENSIONS = st.none() | st.sampled_from([*Dimension])
ENDS = {
    Dimension.share: (0.0, 1.0),
    Dimension.days: (0.0, math.inf),
    Dimension.tonnes: (0.0, math.inf),
}


@settings(max_examples=400, deadline=None)
@given(raw=VALUES, dimension=DIMENSIONS)
def test_a_value_is_refused_or_draws_what_its_dimension_can_hold(raw, dimension):
    try:
        scalar = parse(raw, dimension)
    except ValueError:
        return
    assert isinstance(scalar, Scalar)
    assert scalar.describe() or scalar.distribution.labels == ("",)
    if scalar.distribution.labels:
        return
    least, most = scalar.distribution.reach()
    drawn = quantile(scalar.distribution, np.array([1e-12, 0.01, 0.5, 0.99, 1 - 1e-12]), scalar.dimension)
    slack = 0.5 + 1e-9 * max(abs(end) for end in (least, most, 1) if math.isfinite(end))
    assert np.isfinite(drawn).all()
    assert ((least - slack <= drawn) & (drawn <= most + slack)).all()
    lowest, highest = ENDS.get(scalar.dimension, (-math.inf, math.inf))
    assert lowest <= least + 1e-12
    assert most <= highest + 1e-12
    if scalar.dimension is Dimension.days and math.isfinite(most):
        assert most <= LONGEST
