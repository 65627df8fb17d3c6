"""The world of magnets of 2024 as parameters of the supply layer: six regions, five sectors, one material."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sim.supply.capacity import STAGES, Building
from sim.supply.episodes.assumptions import REGIONS, SECTORS, Values
from sim.supply.licences import Licensing
from sim.supply.output import Production
from sim.supply.parameters import Parameters
from sim.supply.prices import Market
from sim.supply.projects import Projects
from sim.supply.stockpile import Reserve
from sim.supply.stocks import Holding

Numbers = NDArray[np.float64]

YEAR = 365.25 / 7
"""Weeks."""


def parameters(values: Values) -> Parameters:
    """Parameters of as many runs as `values` has. KeyError for an assumption that it lacks.

    Firms run until they have none left, unless `values` has a `rationing_start`: had they rationed from 70 % of their
    cover in 2025, a tenth of their output would have gone, which nobody saw.
    """

    def one(name: str) -> Numbers:
        return values[name, ""]

    def each(name: str, keys: Iterable[str]) -> Numbers:
        return np.stack([values[name, key] for key in keys], axis=1)

    need = each("need", (f"{region}.{sector}" for region in REGIONS for sector in SECTORS)) / YEAR
    need = need.reshape(-1, len(REGIONS), len(SECTORS), 1)
    chinese = each("chinese_share", REGIONS)
    autos = each("cover", (f"{region}.autos" for region in REGIONS))
    others = np.repeat(each("cover", SECTORS[1:])[:, np.newaxis], len(REGIONS), axis=1)
    cover = np.concatenate([autos[:, :, np.newaxis], others], axis=2)[..., np.newaxis]
    return Parameters(
        need=need,
        chinese_share=chinese[..., np.newaxis],
        substitutable=each("substitutable", SECTORS),
        dependence=np.ones((1, len(SECTORS), 1)),
        licensing=Licensing(
            general_hazard=one("general_hazard"),
            granted_civil=one("granted_civil"),
            granted_military=one("granted_military"),
            refiled=one("refiled"),
            validity=one("validity"),
            shipping=one("shipping"),
            easing=one("easing"),
            tightening=one("tightening"),
            export_capacity=one("export_capacity"),
            staff_cap=np.full((1, 1), np.inf),
            military=np.array([sector == "defence" for sector in SECTORS]),
        ),
        holding=Holding(
            cover=cover,
            cover_dispersion=one("cover_dispersion"),
            restoration=one("restoration"),
            hoarding=one("hoarding"),
            hoarding_lag=one("hoarding_lag"),
            rationing_start=values.get(("rationing_start", ""), np.zeros(1)),
            triage=one("triage"),
            transit=one("transit"),
            leakage=one("leakage"),
            leakage_delay=one("leakage_delay"),
            adaptation_rate=one("adaptation_rate"),
            adaptation_limit=each("adaptation_limit", SECTORS),
            adaptation_price=np.log(one("adaptation_price")),
            adaptation_cover=one("adaptation_cover"),
            adaptation_decay=one("adaptation_decay"),
        ),
        reserve=Reserve(
            size=each("stockpile", REGIONS)[..., np.newaxis],
            release_cap=one("release_cap"),
            decision_lag=one("decision_lag"),
        ),
        production=Production(
            criticality=each("criticality", SECTORS),
            sigma_short=one("sigma_short"),
            sigma_long=one("sigma_long"),
            sigma_time=one("sigma_time"),
            cost_share=one("cost_share"),
            recovered=one("recovered"),
            overproduction=one("overproduction"),
        ),
        market=_market(values),
        building=_building(values),
    )


def _market(values: Values) -> Market:
    def one(name: str) -> Numbers:
        return values[name, ""]

    return Market(
        price=one("price")[:, np.newaxis],
        elasticity=one("elasticity")[:, np.newaxis],
        adjustment=one("adjustment"),
        cap=one("price_cap")[:, np.newaxis],
        exposed=one("exposed"),
        chinese_response=one("chinese_response"),
        half_life=one("half_life"),
        deadband=one("deadband"),
        panic_cover=one("panic_cover"),
    )


def _building(values: Values) -> Building:
    """Magnets alone, on the logistic curve; no projects, and prices move nothing within an episode."""
    share, growth = (np.full((len(values["magnet_share", ""]), 1, len(STAGES)), np.nan) for _ in range(2))
    magnet = STAGES.index("magnet")
    share[:, 0, magnet] = values["magnet_share", ""]
    growth[:, 0, magnet] = values["magnet_growth", ""]
    none, one = np.zeros(1), np.ones(1)
    nowhere = np.empty(0, dtype=np.intp)
    projects = Projects(
        on=np.zeros((1, 0), dtype=bool),
        start=np.zeros((1, 0)),
        capacity=np.zeros((1, 0)),
        first_utilisation=one,
        utilisation=one,
        ramp=one,
        material=nowhere,
        stage=nowhere,
    )
    return Building(
        stage_share=share,
        stage_growth=growth,
        feed_dependence=values["feed_dependence", ""][:, np.newaxis],
        demand_growth=values["demand_growth", ""],
        denial_time=one,
        denial_delay=none,
        access_time=one,
        access=none,
        price_response=none,
        slowest=one,
        fastest=one,
        subsidy_response=none,
        projects=projects,
        projects_until=none,
    )
