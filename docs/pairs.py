"""Writes the tables of textbook tariffs into docs/economy.md from the solver: `python docs/pairs.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

import sim.economy
from sim.economy import Economy, Solution

PAGE = Path(__file__).with_name("economy.md")
BLOCK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
US, CHINA = "USA", "CHN"
PAIRS = ((20, 0), (20, 20), (30, 10), (145, 125))
NUMBERS = (1.0, 4.0, 8.0)
Elasticity = float | str


@cache
def worlds() -> dict[str, Economy]:
    """The shipped world, and the same without what others leave out."""
    shipped = sim.economy.load()
    data = shipped.data
    no_inputs = {
        "value_added_share": np.ones_like(data.value_added_share),
        "input_coefficient": np.zeros_like(data.input_coefficient),
    }
    free = {"tariff": np.zeros_like(data.tariff)}
    return {
        "as shipped": shipped,
        "trade balanced first": shipped.balanced(),
        "no tariffs in the base": Economy(replace(data, **free)),
        "no input–output links": Economy(replace(data, **no_inputs)),
        "no links, balanced": Economy(replace(data, **no_inputs)).balanced(),
        "no links, balanced, no tariffs in the base": Economy(replace(data, **no_inputs, **free)).balanced(),
    }


def one_sector() -> Economy:
    """GDP made in one sector and goods traded at their gross value, without tariffs: how one-sector studies count."""
    data = worlds()["as shipped"].data
    own = np.eye(len(data.regions), dtype=bool)
    goods = np.where(own, 0.0, data.flows_musd[:, :, data.taxed].sum(2))
    gdp = (data.value_added_share * data.output_musd).sum(1)
    # Viet Nam exports more than it earns; a hundredth of GDP is left at home there.
    flows = (goods + np.diag(np.maximum(gdp - goods.sum(0), gdp / 100)))[:, :, np.newaxis]
    return Economy(
        replace(
            data,
            sectors=("ALL",),
            sector_names={},
            flows_musd=flows,
            tariff=np.zeros_like(flows),
            export_tax=np.zeros_like(flows),
            value_added_share=np.ones((len(own), 1)),
            input_coefficient=np.zeros((len(own), 1, 1)),
            taxed=np.array([True]),
            elasticities={},
        )
    )


def pair(world: Economy, on_china: float, on_us: float, elasticity: Elasticity) -> Solution:
    """Points added on all goods."""
    added = {(US, CHINA): on_china / 100, (CHINA, US): on_us / 100}
    return world.solve(tariffs=world.rates(added, added=True), elasticity=elasticity)


def war(world: Economy, **closure: object) -> Solution:
    """54 points both ways between the US and China, 10 both ways between the US and everyone else."""
    added = {(US, "*"): 0.10, ("*", US): 0.10, (US, CHINA): 0.54, (CHINA, US): 0.54}
    return world.solve(tariffs=world.rates(added, added=True), elasticity=4.0, **closure)


def effects(world: Economy, solution: Solution) -> tuple[float, float]:
    """Real income of the US and China, percent."""
    places = [world.data.regions.index(code) for code in (US, CHINA)]
    assert solution.converged
    us, china = (100 * (solution.real_income[place] - 1) for place in places)
    return us, china


def signed(value: float, digits: int = 2) -> str:
    """With a sign, unless it rounds to nothing."""
    text = f"{value:+.{digits}f}".replace("-", "−")
    return text if text.strip("+−0.") else text[1:]


def both(world: Economy, solution: Solution) -> str:
    return " / ".join(signed(value) for value in effects(world, solution))


def pairs() -> Iterator[str]:
    """US / China by elasticity and pair."""
    world = worlds()["as shipped"]
    yield "| trade elasticity | " + " | ".join(f"{a} / {b}" for a, b in PAIRS) + " |"
    yield "|---|" + "---|" * len(PAIRS)
    for elasticity in (*NUMBERS, *sorted(world.data.elasticities)):
        name = f"`{elasticity}`" if isinstance(elasticity, str) else f"{elasticity:g} in every sector"
        cells = [both(world, pair(world, *rates, elasticity)) for rates in PAIRS]
        yield f"| {name} | " + " | ".join(cells) + " |"


def flip() -> Iterator[str]:
    """The US under 20 points on China alone: exact real income and its first-order parts."""
    world = worlds()["as shipped"]
    yield "| ε | real income, exact | terms of trade | volume of trade | both, first order | imports from China |"
    yield "|---|---|---|---|---|---|"
    us, china = (world.data.regions.index(code) for code in (US, CHINA))
    for elasticity in (1.0, 1.5, 2.0, 3.0, 4.0, 8.0):
        solution = pair(world, 20, 0, elasticity)
        exact, _ = effects(world, solution)
        terms, volume = (100 * part[us] for part in solution.decomposition())
        bought = 100 * (solution.flows_musd[us, china].sum() / world.data.flows_musd[us, china].sum() - 1)
        parts = [signed(value, 3) for value in (exact, terms, volume, terms + volume)]
        yield f"| {elasticity:g} | " + " | ".join(parts) + f" | {signed(bought, 0)} |"


def turning(world: Economy) -> float:
    """The elasticity at which the US neither gains nor loses from 20 points on China alone."""
    from scipy.optimize import brentq

    return float(brentq(lambda elasticity: effects(world, pair(world, 20, 0, elasticity))[0], 0.5, 16, xtol=1e-6))


def settings() -> Iterator[str]:
    """What of the world makes the difference, at ε = 4."""
    shown = ((20, 0), (20, 20), (145, 125))
    yield (
        "| world of 2024, ε = 4 | " + " | ".join(f"{a} / {b}" for a, b in shown) + " | US effect of 20 / 0 is 0 at ε |"
    )
    yield "|---|" + "---|" * len(shown) + "---|"
    for name, world in worlds().items():
        cells = [both(world, pair(world, *rates, 4.0)) for rates in shown]
        yield f"| {name} | " + " | ".join(cells) + f" | {turning(world):.1f} |"


def span(world: Economy, on_china: float, on_us: float) -> str:
    """Lowest to highest over three sets."""
    sets = (4.0, "caliendo_parro_2015", "fontagne_guimbard_orefice_2022")
    found = np.array([effects(world, pair(world, on_china, on_us, one)) for one in sets])
    return " / ".join(f"{signed(low)} … {signed(high)}" for low, high in zip(found.min(0), found.max(0), strict=True))


TEACHING = "7 regions × 44 sectors of 2017 with links¹: 20 / 0, the US at ε = "
OECD = "OECD table of 2022, 81 × 28, no links, balanced, four elasticity sets¹: "
IGNATENKO = (
    "Ignatenko, Lashkaripour, Macedoni, Simonovska (2025), table 8: 54 both ways with China, 10 both ways between the "
    "US and all others; 194 countries, one sector, ε = 4, revenue relieves the tax on labour"
)
ZHOU = "Zhou (2020), as read in a report: the tariffs of 2018–19; part of GDP"
FAJGELBAUM = "Fajgelbaum, Goldberg, Kennedy, Khandelwal (2020): the tariffs of 2018; the US, part of GDP"
RODRIGUEZ = "Rodríguez-Clare, Ulate, Vasquez (2025): the tariffs of 2025 on all, rigid wages; the US by 2028"


def literature() -> Iterator[str]:
    """Others' figures beside ours, ours set up alike as far as the data go."""
    table = worlds()
    shipped, free, plain = table["as shipped"], table["no tariffs in the base"], table["no links, balanced"]
    bare = table["no links, balanced, no tariffs in the base"]
    yield "| who, what | theirs | as shipped | set up more like theirs |"
    yield "|---|---|---|---|"
    for elasticity, figure in ((1.0, "+0.12"), (8.0, "−0.06")):
        ours = [signed(effects(world, pair(world, 20, 0, elasticity))[0]) for world in (shipped, free)]
        yield f"| {TEACHING}{elasticity:g} | {figure} | {ours[0]} | {ours[1]}, no tariffs in the base |"
    figures = {
        (20, 0): "−0.01 … +0.03 / −0.06 … −0.05",
        (20, 20): "−0.04 … −0.01 / −0.06",
        (145, 125): "−0.25 … −0.21 / −0.22 … −0.18",
    }
    for rates, figure in figures.items():
        alike = f"{span(plain, *rates)}; no tariffs in the base {span(bare, *rates)}"
        yield f"| {OECD}{rates[0]} / {rates[1]} | {figure} | {span(shipped, *rates)} | {alike} |"
    single = one_sector()
    alike = both(single, war(single, revenue="tax_relief", labour_supply=0.5))
    rebated = both(single, war(single))
    alike += f", one sector, no tariffs in the base; {rebated} if labour is fixed"
    yield f"| {IGNATENKO} | −0.09 / −0.67 | {both(shipped, war(shipped))} | {alike} |"
    near = both(shipped, pair(shipped, 20, 20, 4.0))
    yield f"| {ZHOU} | −0.08 / −0.29 | {near}, 20 / 20 at ε = 4 | – |"
    yield f"| {FAJGELBAUM} | −0.04 | {near.split(' / ')[0]}, the same | – |"
    yield f"| {RODRIGUEZ} | about −1 | – | – |"


TABLES = {"pairs": pairs, "flip": flip, "settings": settings, "literature": literature}


def written(text: str) -> str:
    """The page with its tables as they are now. KeyError for a table that there is not."""
    return BLOCK.sub(lambda match: match[1] + "\n" + "\n".join(TABLES[match[2]]()) + "\n\n" + match[3], text)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
