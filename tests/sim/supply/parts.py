"""Small supply layers for tests: all that a test does not name is at a plain value."""

import numpy as np

from sim.supply import (
    Building,
    Controls,
    Holding,
    Licensing,
    Market,
    Parameters,
    Production,
    Projects,
    Reserve,
    State,
    step,
)

STAGES = 5


def one(value):
    return np.atleast_1d(np.asarray(value, dtype=float))


def parameters(regions=1, sectors=1, materials=1, runs=1, **given):
    """Parameters of a hard stop with κ = 1 and nothing that a closed form does not have."""

    def full(name, value, *axes):
        value = np.asarray(given.pop(name, value), dtype=float)
        value = value.reshape(value.shape + (1,) * (len(axes) + 1 - value.ndim)) if value.ndim == 1 else value
        return np.array(np.broadcast_to(value, (runs, *axes)))

    g, s, m = regions, sectors, materials
    made = {
        "need": full("need", 100.0, g, s, m),
        "chinese_share": full("chinese_share", 1.0, g, m),
        "substitutable": full("substitutable", 0.0, s),
        "dependence": full("dependence", 1.0, s, m),
        "licensing": Licensing(
            general_hazard=full("general_hazard", 0.5),
            granted_civil=full("granted_civil", 0.95),
            granted_military=full("granted_military", 0.02),
            refiled=full("refiled", 0.6),
            validity=full("validity", 26.0),
            shipping=full("shipping", 0.35),
            easing=full("easing", 5.0),
            tightening=full("tightening", 2.5),
            export_capacity=full("export_capacity", 1.5),
            staff_cap=full("staff_cap", np.inf, m),
            military=np.asarray(given.pop("military", [False] * s)),
        ),
        "holding": Holding(
            cover=full("cover", 9.0, g, s, m),
            cover_dispersion=full("cover_dispersion", 0.5),
            restoration=full("restoration", 9.0),
            hoarding=full("hoarding", 1.3),
            hoarding_lag=full("hoarding_lag", 2.0),
            rationing_start=full("rationing_start", 0.0),
            triage=full("triage", 0.0),
            transit=full("transit", 0.0),
            leakage=full("leakage", 0.0),
            leakage_delay=full("leakage_delay", 4.0),
            adaptation_rate=full("adaptation_rate", 0.0),
            adaptation_limit=full("adaptation_limit", 0.4, s),
            adaptation_price=full("adaptation_price", 1.0),
            adaptation_cover=full("adaptation_cover", 4.0),
            adaptation_decay=full("adaptation_decay", 5.0),
        ),
        "reserve": Reserve(
            size=full("size", 0.0, g, m),
            release_cap=full("release_cap", 0.25),
            decision_lag=full("decision_lag", 4.0),
        ),
        "production": Production(
            criticality=full("criticality", 1.0, s),
            sigma_short=full("sigma_short", 0.15),
            sigma_long=full("sigma_long", 0.6),
            sigma_time=full("sigma_time", 2.0),
            cost_share=full("cost_share", 0.002),
            recovered=full("recovered", 0.0),
            overproduction=full("overproduction", 1.12),
        ),
        "market": Market(
            price=full("price", 49.0, m),
            elasticity=full("elasticity", 0.3, m),
            adjustment=full("adjustment", 0.12),
            cap=full("cap", 4.0, m),
            exposed=full("exposed", 0.02),
            chinese_response=full("chinese_response", 0.3),
            half_life=full("half_life", 1.0),
            deadband=full("deadband", 13.0),
            panic_cover=full("panic_cover", 4.0),
        ),
        "building": Building(
            stage_share=full("stage_share", np.nan, m, STAGES),
            stage_growth=full("stage_growth", np.nan, m, STAGES),
            feed_dependence=full("feed_dependence", 0.0, m),
            demand_growth=full("demand_growth", 0.05),
            denial_time=full("denial_time", 1.35),
            denial_delay=full("denial_delay", 1.0),
            access_time=full("access_time", 0.8),
            access=full("access", 0.0),
            price_response=full("price_response", 0.5),
            slowest=full("slowest", 0.5),
            fastest=full("fastest", 2.0),
            subsidy_response=full("subsidy_response", 0.5),
            projects=given.pop("projects", no_projects()),
            projects_until=full("projects_until", 5.0),
        ),
    }
    if given:
        raise TypeError(f"no such parameter: {sorted(given)}")
    return Parameters(**made)


def no_projects():
    none = np.zeros((1, 0))
    places = np.zeros(0, dtype=np.intp)
    return Projects(none.astype(bool), none, none, one(0.4), one(0.75), one(2.0), places, places)


def stopped(params, quantiles=50, days=7.0, released=False):
    """A state from which Chinese goods stop at once, with nothing at sea (transit 0), and the controls of the stop."""
    state = State.at_rest(params, quantiles, days)
    state.valid[:] = 0.0
    controls = Controls.open(params)
    controls.licensed[:] = 1.0
    controls.approval[:] = 0.0
    state.hazard[:] = 0.0
    state.approval[:] = 0.0
    state.aim[:] = 0.0
    controls.released[:] = released
    return state, controls


def played(state, controls, params, weeks, days=7.0):
    """The flows of all steps of so many weeks."""
    return [step(state, controls, params, days) for _ in range(round(weeks * 7 / days))]
