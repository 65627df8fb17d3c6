"""Ways of building capacity for tests: one material, every number central unless it is given."""

import numpy as np

from sim.supply.capacity import STAGES, Building
from sim.supply.projects import Projects

ONE = np.ones(1)
NOW = np.zeros((1, 1))
SEPARATION, METAL, MAGNET = (STAGES.index(name) for name in ("separation", "metal", "magnet"))


def projects(capacity=(), start=(), on=(), stage=MAGNET, first=0.45, full=0.75, ramp=2.0):
    """Projects of one material and stage; each comes unless `on` says otherwise."""
    count = len(capacity)
    return Projects(
        on=np.array([on or [True] * count], dtype=bool),
        start=np.array([start or [1.0] * count], dtype=float).reshape(1, count),
        capacity=np.array([capacity], dtype=float).reshape(1, count),
        first_utilisation=first * ONE,
        utilisation=full * ONE,
        ramp=ramp * ONE,
        material=np.zeros(count, dtype=np.intp),
        stage=np.full(count, stage, dtype=np.intp),
    )


def building(share=0.26, growth=0.15, named=None, until=5.2, **own):
    """`share` and `growth` of every stage; `own` are other numbers of Building."""
    central = {
        "demand_growth": 0.05,
        "denial_time": 1.35,
        "denial_delay": 1.0,
        "access_time": 0.8,
        "access": 0.0,
        "price_response": 0.5,
        "slowest": 0.5,
        "fastest": 2.0,
        "subsidy_response": 0.5,
    } | own
    return Building(
        stage_share=np.full((1, 1, len(STAGES)), share),
        stage_growth=np.full((1, 1, len(STAGES)), growth),
        feed_dependence=np.full((1, 1), 0.3),
        projects=projects() if named is None else named,
        projects_until=until * ONE,
        **{name: value * ONE for name, value in central.items()},
    )
