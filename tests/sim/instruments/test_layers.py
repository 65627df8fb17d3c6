from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.instruments.layers import Layer, LayerError, Mode, Numbers, Stacks, Truths
from sim.instruments.tranches import TrancheTable, from_records

MFN = {("DEU", "cars"): 2.5, ("DEU", "wine"): 18.0, ("JPN", "cars"): 2.5, ("JPN", "wine"): 0.0}
TABLE = from_records(
    {"importer": "USA", "exporter": exporter, "tranche": tranche, "weight_musd": weight, "mfn_pp": mfn}
    for weight, ((exporter, tranche), mfn) in enumerate(MFN.items(), start=1)
)


def stack(layers: list[Layer], rates: dict[str, float], exporter: str = "DEU", tranche: str = "cars") -> float:
    """Points over MFN on a good while exactly the layers with a rate are in force."""
    stacks = Stacks.compile(layers, TABLE)
    in_force = np.array([[layer.name in rates for layer in layers]])
    rate_pp = np.array([[rates.get(layer.name, 99.0) for layer in layers]])
    return float(stacks.add_on(in_force, rate_pp)[0, stacks.class_of("USA", exporter, tranche)])


def replacing(name: str, *others: str, **where: Any) -> Layer:
    return Layer(name, mode=Mode.replaces, replaces=others, **where)


def test_layers_that_add_add_up_and_those_not_in_force_do_not_count() -> None:
    layers = [Layer("a"), Layer("b"), Layer("c")]
    assert stack(layers, {"a": 10, "b": 20}) == 30
    assert stack(layers, {}) == 0


def test_a_layer_counts_only_where_it_covers() -> None:
    layers = [
        Layer("all"),
        Layer("cars", exporters=("JPN",), covers=("c*",)),
        Layer("rest", excepts=("cars",)),
    ]
    rates = {"all": 1.0, "cars": 10.0, "rest": 100.0}
    assert stack(layers, rates, "JPN", "cars") == 11
    assert stack(layers, rates, "DEU", "cars") == 1
    assert stack(layers, rates, "JPN", "wine") == 101


def test_a_replaced_layer_counts_for_nothing_where_the_other_is_in_force_and_covers() -> None:
    layers = [Layer("reciprocal"), replacing("autos", "reciprocal", covers=("cars",))]
    assert stack(layers, {"reciprocal": 10, "autos": 25}) == 25
    assert stack(layers, {"reciprocal": 10, "autos": 25}, tranche="wine") == 10
    assert stack(layers, {"reciprocal": 10}) == 10


def test_a_layer_may_replace_several() -> None:
    layers = [Layer("base"), Layer("upper"), replacing("autos", "base", "upper")]
    assert stack(layers, {"base": 10, "upper": 24, "autos": 25}) == 25


def test_replacement_is_transitive_whether_or_not_the_layer_between_is_in_force() -> None:
    layers = [Layer("a"), replacing("b", "a"), replacing("c", "b")]
    assert stack(layers, {"a": 1, "b": 2, "c": 4}) == 4
    assert stack(layers, {"a": 1, "c": 4}) == 4
    assert stack(layers, {"a": 1, "b": 2}) == 2


def test_of_a_group_only_the_highest_rate_in_force_counts() -> None:
    layers = [Layer(name, mode=Mode.highest_of, group="metals") for name in "ab"] + [Layer("c")]
    assert stack(layers, {"a": 25, "b": 50, "c": 1}) == 51
    assert stack(layers, {"a": 25, "c": 1}) == 26
    assert stack(layers, {"c": 1}) == 1


def test_a_replaced_layer_does_not_compete_in_its_group() -> None:
    layers = [Layer(name, mode=Mode.highest_of, group="metals") for name in "ab"] + [replacing("deal", "b")]
    assert stack(layers, {"a": 25, "b": 50, "deal": 5}) == 30


def test_a_ceiling_tops_up_the_mfn_rate_and_never_cuts_it() -> None:
    layers = [Layer("ceiling", mode=Mode.tops_up_to)]
    assert stack(layers, {"ceiling": 15}, tranche="cars") == 12.5
    assert stack(layers, {"ceiling": 15}, tranche="wine") == 0
    assert stack(layers, {}, tranche="cars") == 0


def test_the_average_weighs_cells_by_trade_and_includes_mfn_or_not() -> None:
    layers = [Layer("a", covers=("cars",)), Layer("b", exporters=("JPN",))]
    stacks = Stacks.compile(layers, TABLE)
    add_on = stacks.add_on(np.array([[True, True]]), np.array([[10.0, 1.0]]))
    germany = stacks.series(["USA"], ["DEU"])
    assert germany.add_on(add_on) == pytest.approx(10 * 1 / 3)
    assert germany.average(add_on) == pytest.approx(10 * 1 / 3 + (2.5 * 1 + 18 * 2) / 3)
    both = stacks.series(["USA"], ["*"])
    assert both.add_on(add_on) == pytest.approx((10 * 1 + 11 * 3 + 1 * 4) / 10)


def test_an_average_may_be_of_one_sector() -> None:
    table = from_records(
        {"importer": "A", "exporter": "B", "sector": sector, "tranche": "all", "weight_musd": weight}
        for sector, weight in (("MVH", 1), ("ELE", 3))
    )
    stacks = Stacks.compile([Layer("cars", covers=("MVH/*",))], table)
    add_on = stacks.add_on(np.array([[True]]), np.array([[20.0]]))
    assert stacks.series(["A"], ["B"], "MVH").add_on(add_on) == 20
    assert stacks.series(["A"], ["B"]).add_on(add_on) == 5


def test_an_average_over_no_trade_is_an_error() -> None:
    with pytest.raises(ValueError, match="no imports of FRA from DEU"):
        Stacks.compile([], TABLE).series(["FRA"], ["DEU"])
    with pytest.raises(ValueError, match="no imports of USA from DEU in sector MVH"):
        Stacks.compile([], TABLE).series(["USA"], ["DEU"], "MVH")


def test_cells_with_the_same_layers_share_a_class_unless_a_ceiling_sees_their_mfn_rates() -> None:
    assert len(Stacks.compile([Layer("a")], TABLE).classes) == 1
    ceiling = Layer("ceiling", exporters=("DEU",), mode=Mode.tops_up_to)
    assert len(Stacks.compile([Layer("a"), ceiling], TABLE).classes) == 3


def test_a_good_that_is_not_in_the_data_is_an_error_that_says_so() -> None:
    stacks = Stacks.compile([], TABLE)
    with pytest.raises(ValueError, match="imports of USA from DEU hold no tranche 'beer'"):
        stacks.class_of("USA", "DEU", "beer")
    with pytest.raises(ValueError, match="hold no tranche 'cars' in sector TEX; it is in GOODS"):
        stacks.class_of("USA", "DEU", "cars", "TEX")


def test_a_good_whose_stack_differs_between_sectors_needs_its_sector() -> None:
    table = from_records(
        {"importer": "A", "exporter": "B", "sector": s, "tranche": "all", "weight_musd": 1, "mfn_pp": mfn}
        for s, mfn in (("MVH", 2.5), ("ELE", 0.0))
    )
    ceiling = Stacks.compile([Layer("ceiling", mode=Mode.tops_up_to)], table)
    with pytest.raises(ValueError, match="depends on the sector: ELE, MVH"):
        ceiling.class_of("A", "B", "all")
    assert ceiling.class_of("A", "B", "all", "MVH") != ceiling.class_of("A", "B", "all", "ELE")
    plain = Stacks.compile([Layer("a")], table)
    assert plain.class_of("A", "B", "all") == plain.class_of("A", "B", "all", "MVH")


def test_the_breakdown_names_what_counts_and_only_that() -> None:
    layers = [
        Layer("z"),
        Layer("reciprocal"),
        replacing("autos", "reciprocal", covers=("cars",)),
        Layer("low", mode=Mode.highest_of, group="g"),
        Layer("high", mode=Mode.highest_of, group="g"),
        Layer("off"),
    ]
    stacks = Stacks.compile(layers, TABLE)
    in_force = np.array([True, True, True, True, True, False])
    parts = stacks.breakdown(stacks.class_of("USA", "DEU", "cars"), in_force, np.array([1.0, 2, 4, 8, 16, 32]))
    assert parts == [("autos", 4.0), ("high", 16.0), ("z", 1.0)]


@pytest.mark.parametrize(
    ("layers", "culprit", "message"),
    [
        ([Layer("a"), Layer("a")], "a", "two layers named 'a'"),
        ([replacing("a", "x")], "a", "found 'x'; layers are a"),
        ([replacing("a", "a")], "a", "replaces itself"),
        ([replacing("a", "b"), replacing("b", "c"), replacing("c", "a")], "a", "replaces itself"),
        ([replacing("a", "b"), replacing("b", "c"), replacing("c", "b")], "b", "replaces itself"),
    ],
)
def test_layers_that_cannot_be_are_refused_by_name(layers: list[Layer], culprit: str, message: str) -> None:
    with pytest.raises(LayerError, match=message) as caught:
        Stacks.compile(layers, TABLE)
    assert caught.value.layer == culprit


@pytest.mark.parametrize(
    "settings",
    [
        {"replaces": ("b",)},
        {"mode": Mode.replaces},
        {"group": "g"},
        {"mode": Mode.highest_of},
        {"mode": Mode.tops_up_to, "group": "g"},
    ],
)
def test_a_mode_and_what_it_names_go_together(settings: dict[str, Any]) -> None:
    with pytest.raises(LayerError):
        Layer("a", **settings)


# ── Properties ───────────────────────────────────────────────────────────────────────────────────────

REGIONS, SECTORS, TRANCHES = ("CHN", "DEU"), ("ELE", "MVH"), ("l_gen", "l_xmp", "n_gen")
PATTERNS = ("*", "l_*", "*_gen", "n_gen", "ELE/*", "MVH/l_*")


@st.composite
def tables(draw: st.DrawFn) -> TrancheTable:
    cells = [(r, s, t) for r in REGIONS for s in SECTORS for t in TRANCHES]
    chosen = draw(st.lists(st.sampled_from(cells), min_size=1, unique=True))
    return from_records(
        {
            "importer": "USA",
            "exporter": region,
            "sector": sector,
            "tranche": tranche,
            "weight_musd": draw(st.integers(1, 9)),
            "mfn_pp": draw(st.sampled_from([0.0, 2.5, 18.3])),
        }
        for region, sector, tranche in chosen
    )


@st.composite
def layer_lists(draw: st.DrawFn) -> list[Layer]:
    """Layers in any order of names; one may replace those made before it, so that there is no circle."""
    names = draw(st.permutations(["a", "b", "c", "d", "e", "f"]))
    made: list[Layer] = []
    for name in names[: draw(st.integers(0, 6))]:
        mode = draw(st.sampled_from([mode for mode in Mode if made or mode is not Mode.replaces]))
        earlier = st.sampled_from([layer.name for layer in made])
        layer = Layer(
            name,
            exporters=draw(st.sampled_from([("*",), ("CHN",), REGIONS])),
            covers=tuple(draw(st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=2))),
            excepts=tuple(draw(st.lists(st.sampled_from(PATTERNS[1:]), max_size=1))),
            mode=mode,
            replaces=tuple(draw(st.lists(earlier, min_size=1, max_size=2))) if mode is Mode.replaces else (),
            group=draw(st.sampled_from(["g", "h"])) if mode is Mode.highest_of else None,
        )
        made.append(layer)
    return made


@st.composite
def cases(draw: st.DrawFn) -> tuple[TrancheTable, list[Layer], Truths, Numbers]:
    layers = draw(layer_lists())
    runs = draw(st.integers(1, 5))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    in_force = generator.random((runs, len(layers))) < 0.7
    rate_pp = np.round(generator.random((runs, len(layers))) * 60, 1)
    return draw(tables()), layers, np.asfortranarray(in_force), np.asfortranarray(rate_pp)


def read_one_cell(
    cell: tuple[str, str, str, str], mfn_pp: float, layers: list[Layer], in_force: Truths, rate_pp: Numbers
) -> float:
    """The slow reading: one cell, one run, layer by layer."""
    _, exporter, sector, tranche = cell

    def fits(patterns: tuple[str, ...]) -> bool:
        return any(fnmatchcase(f"{sector}/{tranche}" if "/" in p else tranche, p) for p in patterns)

    def covers(layer: Layer) -> bool:
        return any(fnmatchcase(exporter, p) for p in layer.exporters) and fits(layer.covers) and not fits(layer.excepts)

    by_name = {layer.name: layer for layer in layers}
    rate = {layer.name: float(rate_pp[i]) for i, layer in enumerate(layers)}
    counting = {layer.name for i, layer in enumerate(layers) if in_force[i] and covers(layer)}
    gone: set[str] = set()
    waiting = [other for name in counting for other in by_name[name].replaces]
    while waiting:
        name = waiting.pop()
        gone.add(name)
        waiting += by_name[name].replaces
    total, groups = 0.0, dict[str, float]()
    for name in counting - gone:
        layer = by_name[name]
        if layer.group is not None:
            groups[layer.group] = max(groups.get(layer.group, 0.0), rate[name])
        elif layer.mode is Mode.tops_up_to:
            total += max(0.0, rate[name] - mfn_pp)
        else:
            total += rate[name]
    return total + sum(groups.values())


def by_cell(stacks: Stacks, in_force: Truths, rate_pp: Numbers) -> Numbers:
    return stacks.add_on(in_force, rate_pp)[:, stacks.class_of_cell]


@given(cases())
def test_stacks_equal_a_slow_reading_of_every_cell(
    case: tuple[TrancheTable, list[Layer], Truths, Numbers],
) -> None:
    table, layers, in_force, rate_pp = case
    slow = [
        [read_one_cell(cell, mfn, layers, in_force[run], rate_pp[run])
         for cell, mfn in zip(table.cells, table.mfn_pp.tolist(), strict=True)]
        for run in range(len(in_force))
    ]  # fmt: skip
    assert by_cell(Stacks.compile(layers, table), in_force, rate_pp) == pytest.approx(np.array(slow))


@settings(max_examples=50)
@given(cases(), st.data())
def test_where_layers_bite_on_a_share_the_stack_is_the_mean_over_the_goods(
    case: tuple[TrancheTable, list[Layer], Truths, Numbers], data: st.DataObject
) -> None:
    """Every good is met by each layer with the chance of its share; all ways to be met are gone through."""
    table, layers, _, rate_pp = case
    shares = st.sampled_from([0.0, 0.25, 0.5, 1.0])
    bite = np.array([data.draw(st.lists(shares, min_size=len(layers), max_size=len(layers)))])
    stacks = Stacks.compile(layers, table)
    mean = np.zeros(len(table))
    for met in product((False, True), repeat=len(layers)):
        chance = np.prod([share if does else 1 - share for share, does in zip(bite[0], met, strict=True)])
        mean += chance * by_cell(stacks, np.array([met], dtype=np.bool_), rate_pp[:1])[0]
    assert by_cell(stacks, bite, rate_pp[:1])[0] == pytest.approx(mean)


def test_what_a_narrowed_layer_leaves_free_is_not_free_of_the_one_it_replaces() -> None:
    layers = [Layer("low"), replacing("high", "low")]
    stacks = Stacks.compile(layers, TABLE)
    rate_pp = np.array([[20.0, 25.0]] * 3)
    halved = stacks.add_on(np.array([[1.0, 1.0], [1.0, 0.5], [1.0, 0.0]]), rate_pp)
    assert halved[:, 0].tolist() == [25.0, 22.5, 20.0]
    assert stacks.breakdown(0, np.array([1.0, 0.5]), rate_pp[0]) == [("high", 12.5), ("low", 10.0)]


@given(cases(), st.randoms())
def test_the_order_of_layers_never_matters_to_the_bit(
    case: tuple[TrancheTable, list[Layer], Truths, Numbers], random: Any
) -> None:
    table, layers, in_force, rate_pp = case
    order = list(range(len(layers)))
    random.shuffle(order)
    one = Stacks.compile(layers, table)
    other = Stacks.compile([layers[i] for i in order], table)
    assert np.array_equal(by_cell(one, in_force, rate_pp), by_cell(other, in_force[:, order], rate_pp[:, order]))
    average = one.series(["USA"], ["*"]).average(one.add_on(in_force, rate_pp))
    shuffled = other.series(["USA"], ["*"]).average(other.add_on(in_force[:, order], rate_pp[:, order]))
    assert np.array_equal(average, shuffled)


@given(cases())
def test_a_run_has_the_same_bits_alone_as_among_others(
    case: tuple[TrancheTable, list[Layer], Truths, Numbers],
) -> None:
    table, layers, in_force, rate_pp = case
    stacks = Stacks.compile(layers, table)
    series = stacks.series(["USA"], ["*"])
    together = series.average(stacks.add_on(in_force, rate_pp))
    for run in range(len(in_force)):
        alone = series.average(stacks.add_on(in_force[run : run + 1], rate_pp[run : run + 1]))
        assert np.array_equal(alone, together[run : run + 1])


@given(cases(), st.floats(0, 50))
def test_raising_rates_never_lowers_a_stack(
    case: tuple[TrancheTable, list[Layer], Truths, Numbers], rise: float
) -> None:
    table, layers, in_force, rate_pp = case
    stacks = Stacks.compile(layers, table)
    assert (stacks.add_on(in_force, rate_pp + rise) >= stacks.add_on(in_force, rate_pp)).all()


@given(cases())
def test_a_layer_that_replaces_none_never_lowers_a_stack_by_entering_into_force(
    case: tuple[TrancheTable, list[Layer], Truths, Numbers],
) -> None:
    table, layers, in_force, rate_pp = case
    stacks = Stacks.compile(layers, table)
    more = in_force | np.array([layer.mode is not Mode.replaces for layer in layers], dtype=np.bool_)
    assert (stacks.add_on(more, rate_pp) >= stacks.add_on(in_force, rate_pp) - 1e-9).all()


@settings(max_examples=50)
@given(cases())
def test_the_parts_of_a_breakdown_sum_to_the_stack(
    case: tuple[TrancheTable, list[Layer], Truths, Numbers],
) -> None:
    table, layers, in_force, rate_pp = case
    stacks = Stacks.compile(layers, table)
    add_on = stacks.add_on(in_force, rate_pp)
    for cls in range(len(stacks.classes)):
        parts = stacks.breakdown(cls, in_force[0], rate_pp[0])
        assert sum(points for _, points in parts) == pytest.approx(add_on[0, cls])
