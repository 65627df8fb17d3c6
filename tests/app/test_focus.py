"""The page for one country: whole for everybody, on the same futures, and nothing of it in what is simulated."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import sim
from app.briefing.content import Bullets, Table
from app.briefing.findings import Findings
from app.briefing.focus import focus_page
from app.briefing.seen import Seen
from app.cli import main
from app.run import focused
from sim.results import store
from sim.world.log import What
from tests.app.test_briefing import Page

ALLIES = str(Path(__file__).parent / "allies.yaml")


def parley(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    out = tmp_path_factory.mktemp("focus")
    result = parley("run", ALLIES, "--focus", "DEU", "--what-ifs", "--out", out, "--json")
    assert result.exit_code == 0, result.output
    return out / "allies", json.loads(result.stdout)


@pytest.fixture(scope="module")
def text(played):
    return (played[0] / "focus-DEU.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


@pytest.fixture(scope="module")
def base():
    return sim.simulate(sim.load(ALLIES), runs=100)


def test_the_digest_of_the_base_is_that_without_a_focus(played, base, tmp_path):
    alone = parley("run", ALLIES, "--out", tmp_path, "--json")
    assert json.loads(alone.stdout)["digest"] == played[1]["digest"]
    assert not list((tmp_path / "allies").glob("focus*"))


def test_a_focus_in_the_file_is_that_of_the_command_line(played, tmp_path):
    file = tmp_path / "allies.yaml"
    file.write_text(Path(ALLIES).read_text(encoding="utf-8") + "focus: germany\n", encoding="utf-8")
    result = parley("run", file, "--out", tmp_path / "out", "--runs", 40)
    assert result.exit_code == 0, result.output
    assert "focus-DEU.html" in result.output
    assert (tmp_path / "out" / "allies" / "focus-DEU.html").exists()


def test_stances_are_played_on_the_same_runs(played):
    folder, _ = played
    runs = {
        name: store.read(folder / "results" / name, "runs", "run", order="run")["run"]
        for name in ("base", "focus/joins", "focus/waits", "focus/side_deal", "what_ifs/gone")
    }
    assert all(np.array_equal(one, runs["base"]) for one in runs.values())
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["pages"] == ["briefing.html", "focus-DEU.html"]


def test_a_side_deal_frees_in_as_many_futures_as_can_be(base):
    country = focused(base.scenario, "DEU")
    stance = next(one for one in country.stances if one.name == "side_deal")
    played = sim.simulate(sim.load(ALLIES, sets=stance.sets), runs=100)
    latest = base.plan.as_of + 14 + 7  # Germany asks at its first review, China takes it at its next one
    freed = played.column("way_out.concluded_on") <= latest
    magnets = played.plan.subject("instruments", played.plan.column("instruments", "magnets"))
    gone = played.first_day(What.withdraws, magnets) <= latest
    assert (freed | gone).all()
    assert freed.mean() > 5 * (base.column("way_out.concluded_on") <= latest).mean()


def test_both_pages_link_to_each_other(played, page):
    assert 'href="focus-DEU.html"' in (played[0] / "briefing.html").read_text(encoding="utf-8")
    assert "briefing.html" in page.links


def test_nothing_is_fetched_and_nothing_runs(page, text):
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "video", "audio"}
    for _, attributes in page.tags:
        assert not any(name.startswith("on") or name in ("src", "srcset", "action") for name in attributes)
    style = "".join(re.findall(r"<style>(.*?)</style>", text, flags=re.DOTALL))
    assert "@import" not in style


def test_every_figure_says_in_words_what_it_shows_and_links_to_its_data(played, page):
    told = [attributes["aria-label"] for _, attributes in page.tags if attributes.get("role") == "img"]
    data = [link for link in page.links if link.endswith(".csv")]
    assert len(told) == len(data) == 2
    assert min(map(len, told)) > 60
    assert all((played[0] / link).stat().st_size > 0 for link in data)


def test_headings_descend_names_are_unique_and_no_cell_is_empty(page):
    assert all(second - first <= 1 for first, second in zip(page.headings, page.headings[1:], strict=False))
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert all(text.strip() for text in page.cells)


def test_numbers_keep_their_signs(page):
    assert not [text for text in page.text if re.search(r"\d %", text)]
    assert not [text for text in page.text if re.search(r"(?:^|[ (])-\d", text)]


@pytest.mark.parametrize("code", ["USA", "CHN", "AUS"])
def test_who_has_no_choice_has_a_whole_page(base, code):
    country = focused(base.scenario, code)
    briefing = focus_page(Findings(base, [], ""), country)
    assert 2 <= len(briefing.answer) <= 4
    assert next(section.title for section in briefing.sections) == "What it faces on each branch"
    told = [block for section in briefing.sections for block in section.blocks if isinstance(block, Bullets)]
    assert sum("not played" in item for item in told[0].items) == sum(bool(one.missing) for one in country.stances)


def test_an_actor_that_nothing_touches_has_a_page(world):
    text = "schema: 1\ntitle: Two who do nothing\nas_of: 2025-01-01\nhorizon: 2025-01-21\n"
    text += "actors: {a: {name: A}, b: {name: B}}\noutcomes: {always: {title: Always, when: 1 == 1}}\n"
    result = sim.simulate(world(text), runs=5)
    briefing = focus_page(Findings(result, [], ""), focused(result.scenario, "a"))
    assert briefing.answer[0].endswith("nothing in the file touches A.")
    assert briefing.charts() == []


def test_a_stance_that_changes_nothing_makes_no_clear_difference(base):
    country = focused(base.scenario, "DEU")
    same = {one.name: base for one in country.stances}
    seen = Seen(Findings(base, [], ""), type(country)(country.actor, country.title, "DEU", country.stances, same))
    changes = [one for panel in seen.changes.values() for one in panel.values()]
    assert changes
    assert all(one.change == 0 and one.changed == 0 and not one.clear for one in changes)


def test_the_numbers_of_the_table_are_those_of_the_results(base):
    briefing = focus_page(Findings(base, [], ""), focused(base.scenario, "DEU"))
    table = next(block for block in briefing.sections[0].blocks if isinstance(block, Table))
    shares = [float(row[1].rstrip("\u00a0%")) for row in table.rows if row[1][0].isdigit()]
    assert sum(shares) == pytest.approx(100, abs=2)
    assert {row[0] for row in table.rows} <= {"The package goes", "A duty comes", "Something else"}


@pytest.mark.parametrize(("code", "near"), [("DUE", "DEU"), ("germny", "germany"), ("ZZZ", None)])
def test_an_unknown_country_is_a_usage_error_and_writes_nothing(code, near, tmp_path):
    result = parley("run", ALLIES, "--focus", code, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert f"found {code!r}" in result.output
    assert near is None or f"did you mean {near!r}" in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_an_unknown_country_in_the_file_is_told_with_its_place(tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text(Path(ALLIES).read_text(encoding="utf-8") + "focus: DUE\n", encoding="utf-8")
    lines = len(file.read_text(encoding="utf-8").splitlines())
    result = parley("run", file, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert result.output.startswith(f"{file}:{lines}:8: focus: found 'DUE'")
    assert not (tmp_path / "out").exists()


def test_a_page_goes_with_the_result_that_it_belongs_to(tmp_path):
    assert parley("run", ALLIES, "--focus", "AUS", "--runs", 20, "--out", tmp_path).exit_code == 0
    (tmp_path / "allies" / "notes.txt").write_text("mine")
    assert parley("run", ALLIES, "--runs", 20, "--out", tmp_path).exit_code == 0
    left = {path.name for path in (tmp_path / "allies").iterdir()}
    assert left == {"briefing.html", "charts", "manifest.json", "results", "notes.txt"}
