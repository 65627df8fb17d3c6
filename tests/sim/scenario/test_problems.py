import pickle

import pytest

from sim.scenario.problems import MOST_WORDS, Mark, Problem, ScenarioError, closest, describe

MISSPELT = Problem(Mark("a.yaml", 3, 12), "actors.us", "unknown key", "name")


def test_a_problem_reads_as_one_line() -> None:
    assert str(MISSPELT) == "a.yaml:3:12: actors.us: unknown key (did you mean 'name'?)"
    assert str(Problem(Mark("a.yaml", 1, 1), "", "is empty")) == "a.yaml:1:1: is empty"
    assert str(MISSPELT._replace(suggestion=None, warning=True)) == "a.yaml:3:12: warning: actors.us: unknown key"


def test_an_error_lists_its_problems_and_survives_a_worker_process() -> None:
    error = pickle.loads(pickle.dumps(ScenarioError([MISSPELT, MISSPELT])))
    assert error.problems == [MISSPELT, MISSPELT]
    assert str(error).splitlines() == [str(MISSPELT)] * 2


@pytest.mark.parametrize(
    ("word", "found"), [("takes_plaice", "takes_place"), ("DATE", "date"), ("zzz", None), ("date" * 1000, None)]
)
def test_the_closest_word_is_found_whatever_its_case(word: str, found: str | None) -> None:
    assert closest(word, ["title", "date", "takes_place"]) == found


def test_a_problem_is_one_line_whatever_stands_in_the_file() -> None:
    problem = Problem(Mark("a\nb.yaml", 1, 1), "actors.\x1b[31mus", "found 'x'")
    assert str(problem) == "a\\nb.yaml:1:1: actors.\\x1b[31mus: found 'x'"


def test_what_was_found_is_told_in_words() -> None:
    found = [None, True, {}, {"a": 1}, [], [1], "soft", 3, "x" * 70]
    told = ["nothing", "true", "an empty mapping", "a mapping", "an empty list", "a list", "'soft'", "3"]
    assert [describe(value) for value in found] == [*told, f"'{'x' * 57}...'"]


def test_among_very_many_words_only_those_that_begin_alike_are_compared() -> None:
    names = [f"a{number:05}" for number in range(2 * MOST_WORDS)]
    assert closest("truse", [*names, "truce"]) == "truce"
    assert closest("ruce", [*names, "truce"]) is None
    assert closest("a0001", names) is None
    assert closest("", names) is None


def test_no_word_is_told_as_a_misspelling_of_itself() -> None:
    assert closest("grain", ["grain"]) is None
    assert closest("grain", ["grain", "grains"]) == "grains"
