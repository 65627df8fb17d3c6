"""The examples of the pages print what the pages say; those of the tutorial are in `test_tutorial.py`."""

import pytest

from tests.docs.worked import examples, wrong


def test_every_page_with_examples_is_run():
    assert "tutorial.md" in examples.PAGES


@pytest.mark.parametrize("page", [page for page in examples.PAGES if page != "tutorial.md"])
def test_the_examples_print_what_the_page_says(page, tmp_path):
    assert not wrong(page, tmp_path), "run python docs/examples.py"


def test_an_example_that_prints_something_else_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```console\n$ parley list\nno such scenario\n```\n")
    (_, (found,)) = next(examples.run(page, tmp_path))
    assert "longer-roll" in found.printed
    assert not examples._fits("one\n…\nthree\n", "one\n")
    assert examples._fits("one …\n…\nthree\n", "one two\nthree\n")
