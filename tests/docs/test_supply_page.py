"""The tables of the supply page are what the episodes come to."""

import importlib.util
import sys
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"

spec = importlib.util.spec_from_file_location("episodes", DOCS / "episodes.py")
episodes = importlib.util.module_from_spec(spec)
sys.modules["episodes"] = episodes
spec.loader.exec_module(episodes)
PAGE = episodes.PAGE.read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_episodes():
    assert {match[2] for match in episodes.BLOCK.finditer(PAGE)} == set(episodes.TABLES)
    assert episodes.written(PAGE) == PAGE, "run python docs/episodes.py"


def test_every_chart_of_the_page_is_there():
    for name in ("magnet_exports", "price_path", "gdp_of_a_cut"):
        assert f"img/{name}.svg" in PAGE
        assert (DOCS / "img" / f"{name}.svg").exists()
