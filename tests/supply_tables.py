"""Tables of the supply layer, made up and put beside the tables of a result that was played without one."""

import json

import numpy as np

from sim.days import MISSING
from sim.results import store
from tests.sim.analysis.made_economy import write

REGIONS = {
    "us": "United States",
    "eu": "European Union",
    "japan": "Japan",
    "korea": "Korea",
    "india": "India",
    "rest": "Rest of the world",
}
SECTORS = {
    "autos": "Motor vehicles",
    "industrial": "Industrial machines and appliances",
    "electronics": "Electronics",
    "wind": "Wind turbines",
    "defence": "Defence and aerospace",
}
MATERIALS = {"light_rare_earths": "Light rare earths", "heavy_rare_earths": "Heavy rare earths", "gallium": "Gallium"}
STAGES = {
    "mine": "Mine",
    "separation": "Separation",
    "metal": "Metal and alloy",
    "magnet": "Magnet",
    "end_to_end": "End to end",
}
CODES = {"us": ["USA"], "eu": ["DEU"], "japan": ["JPN"], "korea": ["KOR"], "india": ["IND"], "rest": ["ROW"]}
REFERENCE = "the policy of 15 October 2025 held"
BOTH = "leontief 50 % | ces 50 %"
LONG = "A part of the world of some length, with Magnetwerkstoffhersteller in it, number"


def names(kind, count, long=False):
    """As many names as asked for, the first ones as they are known."""
    known = list(kind.items())[:count]
    known += [(f"more_{k}", f"Another {k}") for k in range(count - len(known))]
    return {code: f"{LONG} {k}" if long else title for k, (code, title) in enumerate(known)}


def days_of(result):
    """as_of, every 28 days, the horizon."""
    days = np.arange(result.plan.as_of, result.plan.horizon, 28)
    return np.append(days, result.plan.horizon)


def table(axes, **columns):
    """Columns that fit the axes (name → values), flattened with the first axis outermost."""
    shape = tuple(len(values) for values in axes.values())
    kinds = {"run": np.int64, "day": np.int32}
    found = {}
    for place, (name, values) in enumerate(axes.items()):
        where = tuple(-1 if k == place else 1 for k in range(len(axes)))
        cells = np.asarray(values, dtype=kinds.get(name, np.int16)).reshape(where)
        found[name] = np.broadcast_to(cells, shape).ravel()
    for name, values in columns.items():
        kept = np.int32 if name.endswith("_day") else np.float64
        found[name] = np.broadcast_to(np.asarray(values, dtype=kept), shape).ravel()
    return found


def place(result, tables, about):
    """Write tables over all blocks of a result, rows to the block of their run, and what they are to the manifest."""
    first = 0
    for folder in store.blocks(result.folder):
        count = int(folder.name.split("-")[-1])
        for name, columns in tables.items():
            own = (columns["run"] >= first) & (columns["run"] < first + count)
            write(folder, name, {key: values[own] for key, values in columns.items()})
        first += count
    manifest = result.manifest | {"supply": about}
    (result.folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    result.__dict__.pop("manifest", None)
    return result


def made_up(
    result, regions=6, materials=3, seed=1, squeeze=1.0, long=False, branches=BOTH, held=0.6, codes=CODES, without=()
):
    """A whole supply layer of about the sizes that it may have; no number means anything.

    `squeeze` is the severity of the cut: 0 nothing happens, 1 licences as in spring 2025, above 3 a total stop.
    With the policy of as_of held the cut is `held` of it. Columns `without` are left out of the table `supply`.
    """
    chance = np.random.default_rng(seed)
    runs, days = result.runs, days_of(result)
    who, stuff = names(REGIONS, regions, long), names(MATERIALS, materials, long)
    weeks = (days - days[0]) / 7
    depth = np.clip(squeeze * chance.beta(2, 3, (runs, 1, 1)), 0, 1)
    lean = np.linspace(1.0, 0.35, regions) * chance.lognormal(0, 0.15, (runs, 1, regions))
    cover = chance.lognormal(2.2, 0.4, (runs, 1, regions)) / np.linspace(1.0, 0.6, regions)
    gap = np.clip(depth * lean, 0, 0.95)
    stopped = _out(gap, weeks[None, :, None], cover)
    calm = _out(held * gap, weeks[None, :, None], cover)
    with np.errstate(divide="ignore"):
        left = np.where(gap > 0.02, np.maximum(cover - gap * weeks[None, :, None], 0) / gap, np.inf)
    lost = _lost(stopped, days)
    drawn = (chance.random((runs, 1, 1)) < 0.5) if "|" in branches else np.full((runs, 1, 1), "leontief" in branches)

    def in_forms(share, whole):
        low, high = 1 - 0.6 * share, 1 - 0.05 * share
        return low, high, 0.6 * whole, 0.05 * whole

    low, high, most, least = in_forms(stopped, lost)
    held_low, held_high, held_most, held_least = in_forms(calm, _lost(calm, days))
    by_region = table(
        {"run": range(runs), "day": days, "region": range(regions)},
        cover_weeks=np.maximum(cover - gap * weeks[None, :, None], 0),
        weeks_to_stock_out=left,
        stopped_percent=100 * stopped,
        need_met_percent=100 * (1 - stopped),
        output_percent=100 * np.where(drawn, low, high),
        output_leontief_percent=100 * low,
        output_ces_percent=100 * high,
        lost_weeks=np.where(drawn, most, least),
        lost_weeks_leontief=most,
        lost_weeks_ces=least,
        held_output_percent=100 * np.where(drawn, held_low, held_high),
        held_lost_weeks=np.where(drawn, held_most, held_least),
        held_lost_weeks_leontief=held_most,
        held_lost_weeks_ces=held_least,
        value_lost_bn=np.where(drawn, most, least) * np.linspace(15, 3, regions),
        stop_loss_weeks=np.clip(26 * 0.7 - cover, 0, 26) * (1 - 0.002 * weeks)[None, :, None],
    )
    about = _about(result, who, stuff, branches, codes)
    by_sector = _sectors(chance, result, regions, gap[:, 0], cover[:, 0], lost[:, -1], held)
    tables = {
        "supply": {name: values for name, values in by_region.items() if name not in without},
        "supply_sectors": by_sector,
        "supply_materials": _materials(chance, runs, days, materials, depth[:, 0], held),
        "supply_years": _years(chance, runs, materials, squeeze),
    }
    return place(result, tables, about)


def _out(gap, weeks, cover):
    """Share of users out of stock: cover is spread about its median."""
    return gap / (1 + (cover / np.maximum(gap * weeks, 1e-9)) ** 4) * (gap > 0)


def _lost(share, days):
    """[run, day, region] weeks so far."""
    steps = np.diff(days, prepend=days[0]) / 7
    return np.cumsum(share * steps[None, :, None], axis=1)


def _sectors(chance, result, regions, gap, cover, lost, held):
    runs, sectors = result.runs, len(SECTORS)
    own = np.linspace(0.6, 1.5, sectors) * chance.lognormal(0, 0.2, (runs, regions, sectors))
    with np.errstate(divide="ignore"):
        first = np.where(gap[..., None] > 0.3, result.plan.as_of + 7 * cover[..., None] * own, np.inf)
    stops = first <= result.plan.horizon
    cut = lost[..., None] / own * stops
    return table(
        {"run": range(runs), "region": range(regions), "sector": range(sectors)},
        first_stop_day=np.where(stops, np.where(stops, first, 0).round(), MISSING),
        stopped_weeks=cut,
        lowest_output_percent=100 - 60 * np.clip(gap[..., None] / own, 0, 1) * stops,
        lost_weeks_leontief=0.7 * cut,
        lost_weeks_ces=0.06 * cut,
        held_lost_weeks_leontief=0.7 * held * cut,
        held_lost_weeks_ces=0.06 * held * cut,
    )


def _materials(chance, runs, days, materials, depth, held):
    weeks = ((days - days[0]) / 7)[None, :, None]
    own = np.clip(depth[:, :, None] * np.linspace(0.3, 1.0, materials), 0, 1)
    easing = np.exp(-weeks / 40)
    shipped = 100 * (1 - own * easing)
    calm = 100 * (1 - held * own * easing)
    quoted = np.exp(own * 3 * np.minimum(1, weeks / 12) * easing)
    return table(
        {"run": range(runs), "day": days, "material": range(materials)},
        exports_percent=shipped,
        backlog_weeks=6 * own * np.minimum(1, weeks / 8) * easing,
        wait_weeks=np.where(own > 0.9, np.inf, 14 * own),
        quoted_ratio=quoted,
        transacted_ratio=1 + 0.04 * (quoted - 1),
        chinese_ratio=1 - 0.1 * own * easing,
        non_chinese_percent=np.minimum(100, 10 + 5 * np.arange(materials) + 0.06 * weeks * chance.random((runs, 1, 1))),
        revenue_lost_musd_week=10 * own * easing,
        revenue_lost_musd=10 * own * weeks,
        exported_tonnes=1000 * weeks,
        held_exports_percent=calm,
    )


def _years(chance, runs, materials, squeeze):
    stages = len(STAGES)
    start = np.linspace(40, 8, stages)[None, None] * np.ones((runs, materials, 1))
    speed = np.exp(chance.normal(0, 0.4, (runs, 1, 1)))
    base = np.linspace(2, 14, stages)[None, None] / speed
    late = np.where(chance.random((runs, materials, stages)) < 0.1, np.inf, 0.0)
    found = table(
        {"run": range(runs), "material": range(materials), "stage": range(stages)},
        share_start_percent=start,
        share_end_percent=np.minimum(100, start + 3 * speed),
        years_25=np.where(start >= 25, 0.0, 0.6 * base),
        years_50=base + late,
        years_75=1.7 * base + late,
        held_years_50=(1 + 0.1 * squeeze) * base + late,
    )
    there = ~((found["material"] == 2) & (found["stage"] == 3))  # gallium has no magnet
    return {name: values[there] for name, values in found.items()}


def _about(result, who, stuff, branches, codes):
    sizes = dict(zip(who, np.linspace(800, 150, len(who)).tolist(), strict=True))
    need = {one: {code: {sector: 100.0 * (k + 1) for k, sector in enumerate(SECTORS)} for code in who} for one in stuff}
    for by_region in need.values():
        by_region[next(reversed(who))]["defence"] = 0.0
    return {
        "regions": list(who),
        "sectors": list(SECTORS),
        "materials": list(stuff),
        "stages": list(STAGES),
        "region_names": who,
        "sector_names": SECTORS,
        "material_names": stuff,
        "stage_names": STAGES,
        "economy_regions": {code: codes.get(code, []) for code in who},
        "reference": REFERENCE,
        "branches": branches,
        "horizon": "2045-12-31",
        "need_tonnes_a_year": need,
        "normal_exports_musd_a_week": dict(zip(stuff, np.linspace(40, 3, len(stuff)).tolist(), strict=True)),
        "value_added_bn": sizes,
        "gdp_share_percent": dict.fromkeys(who, 4.5),
    }
