from __future__ import annotations

import numpy as np
import pytest

from sim.instruments.tranches import TrancheTable, combine, from_records

GOODS = from_records(
    [
        {"importer": "USA", "exporter": "CHN", "sector": "MVH", "tranche": "l123_gen", "weight_musd": 6.0},
        {"importer": "USA", "exporter": "CHN", "sector": "ELE", "tranche": "l123_gen", "weight_musd": 3.0},
        {"importer": "USA", "exporter": "CHN", "sector": "ELE", "tranche": "none_xmp", "weight_musd": 2.0},
        {"importer": "USA", "exporter": "DEU", "sector": "MVH", "tranche": "none_gen", "weight_musd": 1.0},
    ]
)


def weights(table: TrancheTable) -> list[float]:
    return table.weight_musd.tolist()


def test_cells_are_selected_by_patterns_over_each_of_their_names() -> None:
    assert weights(GOODS.select(exporter="CHN")) == [6, 3, 2]
    assert weights(GOODS.select(sector=("ELE", "TEX"))) == [3, 2]
    assert weights(GOODS.select(tranche="l123_*")) == [6, 3]
    assert weights(GOODS.select(exporter="CHN", tranche=["*_xmp", "none_*"])) == [2]
    assert weights(GOODS.select()) == [6, 3, 2, 1]


def test_a_tranche_pattern_with_a_slash_names_the_sector_too() -> None:
    assert weights(GOODS.select(tranche="ELE/*")) == [3, 2]
    assert weights(GOODS.select(tranche=("MVH/l123_*", "none_xmp"))) == [6, 2]


def test_case_matters_and_no_pattern_fits_nothing() -> None:
    assert weights(GOODS.select(importer="usa")) == []
    assert weights(GOODS.select(tranche=())) == []


def test_a_written_tranche_has_defaults_for_what_it_may_leave_out() -> None:
    table = from_records([{"importer": "A", "exporter": "B", "tranche": "all", "weight_musd": 1}])
    assert table.cells == [("A", "B", "GOODS", "all")]
    assert (table.mfn_pp[0], table.known[0], table.year[0]) == (0, 0, 0)


def test_a_table_may_be_empty() -> None:
    assert len(from_records([])) == 0
    assert len(combine([])) == 0


def test_tables_of_different_pairs_combine_in_order() -> None:
    other = from_records([{"importer": "CHN", "exporter": "USA", "tranche": "all", "weight_musd": 9.0}])
    assert weights(combine([GOODS, other])) == [6, 3, 2, 1, 9]
    assert weights(combine([other, GOODS])) == [9, 6, 3, 2, 1]


def test_a_pair_in_two_tables_is_refused_because_its_trade_would_count_twice() -> None:
    other = from_records([{"importer": "USA", "exporter": "DEU", "tranche": "all", "weight_musd": 9.0}])
    with pytest.raises(ValueError, match="imports of USA from DEU are in two sets"):
        combine([GOODS, other])


def test_a_tranche_given_twice_is_refused() -> None:
    cell = {"importer": "A", "exporter": "B", "tranche": "all", "weight_musd": 1}
    with pytest.raises(ValueError, match="A B GOODS all is given twice"):
        from_records([cell, cell])


@pytest.mark.parametrize("wrong", [{"weight_musd": -1}, {"weight_musd": np.nan}, {"mfn_pp": -0.1}, {"mfn_pp": np.inf}])
def test_weights_and_rates_that_are_no_amounts_are_refused(wrong: dict[str, float]) -> None:
    cell = {"importer": "A", "exporter": "B", "tranche": "all", "weight_musd": 1}
    with pytest.raises(ValueError, match="not negative"):
        from_records([cell | wrong])


def test_a_slash_in_a_name_is_refused_because_patterns_use_it() -> None:
    with pytest.raises(ValueError, match="no slash"):
        from_records([{"importer": "A", "exporter": "B", "tranche": "a/b", "weight_musd": 1}])


def test_columns_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        GOODS.weight_musd[0] = 5.0
