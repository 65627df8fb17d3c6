"""The site builds without a warning, needs nothing from outside, and its examples print what it says."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from app.cli import main
from sim.scenario.model import Scenario

DOCS = Path(__file__).parents[2] / "docs"


def loaded(name):
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


examples, reference = loaded("examples"), loaded("reference")


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-d",
        str(folder / "trees"),
        str(DOCS),
        str(folder),
    ]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return folder


def test_no_page_asks_anything_of_the_network(site):
    fetched = r"(?:<(?:script|img|iframe|source)[^>]+src|<link[^>]+href)=[\"'](https?:)?//"
    fetches = re.compile(fetched + r"|@import|url\([\"']?https?:")
    pages = [*site.glob("**/*.html"), *site.glob("_static/**/*.css")]
    assert len(pages) > 10
    for page in pages:
        assert not fetches.search(page.read_text(encoding="utf-8")), page


def test_every_key_and_every_command_has_its_place(site):
    keys = (site / "generated" / "keys.html").read_text(encoding="utf-8")
    for name, field in Scenario.model_fields.items():
        assert f">{field.alias or name}<" in keys
    commands = (site / "generated" / "commands.html").read_text(encoding="utf-8")
    for name, command in main.commands.items():
        assert f"parley {name}" in commands
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.opts[0] in commands


@pytest.mark.parametrize("page", examples.PAGES)
def test_the_examples_print_what_the_page_says(page, tmp_path):
    wrong = [one for _, found in examples.run(DOCS / page, tmp_path) for one in found]
    assert not wrong, "run python docs/examples.py"


def test_an_example_that_prints_something_else_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```console\n$ parley list\nno such scenario\n```\n")
    (_, (wrong,)) = next(examples.run(page, tmp_path))
    assert "longer-roll" in wrong.printed
    assert not examples._fits("one\n…\nthree\n", "one\n")
    assert examples._fits("one …\n…\nthree\n", "one two\nthree\n")
