"""Loading a scenario: read, overlaid, validated and cross-checked, with all mistakes in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sim.scenario import checks, correlations, document, overlay, provenance, supply_defaults
from sim.scenario.document import MAX_DEPTH, Document, Path, dotted
from sim.scenario.findings import Finding
from sim.scenario.mended import Mended, place_of
from sim.scenario.model import MOST_WHAT_IFS
from sim.scenario.moves import VERBS
from sim.scenario.overlay import WHAT_IFS, Added, Adjusted, Tree
from sim.scenario.problems import Mark, Problem, ScenarioError, closest, describe
from sim.scenario.provenance import Documented, Texts
from sim.scenario.schema import keys_at, takes_names

MOST_MISTAKES = 200
"""mistakes after which no more are told"""


def load(
    path: str | FilePath,
    what_if: str | None = None,
    sets: Iterable[str] = (),
    strict: bool = False,
    text: str | None = None,
) -> Documented:
    """Load a scenario from a file, or a shipped one by its name, with a what-if and `path=value` settings laid over it.

    The base scenario is loaded with all its what-ifs tried, so that none of them fails later. Raises ScenarioError
    with every mistake found, each with file, line and column; `strict` counts warnings as mistakes. `text` is read
    in the place of what the file holds.
    """
    return _loaded(overlay.read(path, text), what_if, tuple(sets), strict)


def load_again(texts: Texts) -> Documented:
    """A scenario from the texts that it was read from before; no file is looked at. ScenarioError as in `load`."""
    return _loaded([document.parse(text, name) for name, text in texts.files], texts.what_if, texts.sets, strict=False)


def _loaded(chain: list[Document], what_if: str | None, sets: tuple[str, ...], strict: bool) -> Documented:
    tree = overlay.laid(chain, what_if, sets)
    scenario, problems = _blamed(tree)
    if what_if is None:
        problems += _in_what_ifs(tree, problems)
    problems = sorted(dict.fromkeys(problems), key=lambda problem: (problem.mark, problem.path, problem.message))
    mistakes = [problem._replace(warning=False) for problem in problems if strict or not problem.warning]
    if len(mistakes) > MOST_MISTAKES:
        message = f"and there are more; these are the first {MOST_MISTAKES:,}"
        mistakes = [*mistakes[:MOST_MISTAKES], Problem(mistakes[MOST_MISTAKES].mark, "", message)]
    if mistakes or scenario is None:
        raise ScenarioError(mistakes)
    scenario._tree = tree
    scenario._warnings = problems
    files = tuple((FilePath(read.file).name, read.text) for read in chain)
    scenario._texts = Texts(files, what_if, sets)
    return scenario


def _validated(tree: Tree) -> tuple[Documented | None, list[Problem]]:
    """The scenario, with what is malformed taken out, and all its problems; None if nothing remains."""
    tree, misspelt = _without_misspelt(tree)
    problems = [*tree.problems, *misspelt]
    mended = Mended(tree, tree.lost)
    for _ in range(MAX_DEPTH):  # each time around something is taken out, or what held it
        scenario, errors = _modelled(mended.tree)
        if scenario is not None:
            findings = (finding for finding in _findings(scenario) if not mended.follows(finding))
            return scenario, [*problems, *(_found(mended.tree, finding) for finding in findings)]
        told = [details for details in errors if not mended.made(details)]
        problems += [_in_plain_words(mended.tree, details) for details in told[: MOST_MISTAKES + 1]]
        mended = mended.without(errors)
    return None, problems


def _modelled(tree: Tree) -> tuple[Documented | None, list[ErrorDetails]]:
    """The scenario, or what is malformed in it."""
    try:
        scenario = Documented.model_validate(tree.data)
    except ValidationError as error:
        return None, [details for details in error.errors(include_url=False) if details["type"] != _FOLLOWS]
    scenario._tree = tree
    return scenario, []


def _findings(scenario: Documented) -> list[Finding]:
    """What is wrong between parts that are each well formed; of very many mistakes the first."""
    found: list[Finding] = []
    mistakes = 0
    for finding in chain(checks.check(scenario), correlations.check(scenario), provenance.check(scenario)):
        found.append(finding)
        mistakes += not finding.warning
        if mistakes > MOST_MISTAKES:
            break
    return found


def _in_what_ifs(tree: Tree, in_base: list[Problem]) -> list[Problem]:
    """What is wrong in what-ifs and not in the base already."""
    found: list[Problem] = []
    what_ifs = tree.data.get(WHAT_IFS)
    well_formed = isinstance(what_ifs, dict) and len(what_ifs) <= MOST_WHAT_IFS
    for name in [name for name, value in what_ifs.items() if isinstance(value, dict)] if well_formed else []:
        inherited = tree.place((WHAT_IFS, name)).value.file != tree.file
        hint = f"; the what-if {name!r} is inherited: `what_ifs: {{{name}: null}}` leaves it out" if inherited else ""
        changed = overlay.with_what_if(tree, name)
        problems = _with_overlay(changed, _validated(changed)[1], in_base)
        found += [one._replace(message=one.message + hint) for one in problems if one not in in_base]
    return found


def _blamed(tree: Tree) -> tuple[Documented | None, list[Problem]]:
    """The scenario and its problems, of which those that an overlay brings about name it."""
    scenario, problems = _validated(tree)
    if problems and tree.laid is not None:
        problems = _with_overlay(tree, problems, _blamed(tree.laid.over)[1])
    return scenario, problems


def _with_overlay(tree: Tree, problems: list[Problem], below: list[Problem]) -> list[Problem]:
    """The problems of a tree; those that were not there below what was laid last name that."""
    laid = tree.laid
    if laid is None:
        return problems
    told = []
    for problem in problems:
        same = (one for one in below if one[:2] == problem[:2] and one.message.startswith(problem.message))
        told.append(next(same, problem._replace(message=laid.blamed(problem.message, problem.mark))))
    return told


def _found(tree: Tree, finding: Finding) -> Problem:
    path = tree.written(finding.path)
    return Problem(tree.place(path).value, dotted(finding.path), finding.message, finding.suggestion, finding.warning)


# ── Paths of overlays that lead nowhere ──────────────────────────────────────────────────────────────


def _without_misspelt(tree: Tree) -> tuple[Tree, list[Problem]]:
    """The tree without what overlays put under names that nothing has, and a problem for each of them.

    What-ifs and settings may add an instrument as a whole mapping; a single value under an unknown name is taken as
    a misspelling.
    """
    problems = []
    for added in tree.added:
        path, length = added.path, _misspelt(tree, added)
        if length is not None and tree.written(path) == path:
            owner: Any = tree.at(path[: length - 1])
            names = [name for name in owner if name != path[length - 1]]
            near = closest(str(path[length - 1]), names)
            suggestion = dotted((*path[: length - 1], near, *path[length:])) if near else None
            message = (
                f"{dotted(path[: length - 1])} has no {path[length - 1]!r}; it has {', '.join(names) or 'nothing'}"
            )
            problems.append(Problem(_key_mark(tree, path), dotted(path), message, suggestion))
            tree = tree.without(path[:length])
    return tree, problems


def _misspelt(tree: Tree, added: Added) -> int | None:
    """How much of an added path ends with the first name that should have been there; None if it may be added."""
    for length in range(added.found, len(added.path)):
        last = length == len(added.path) - 1
        may_be = supply_defaults.has(added.path[: length + 1])
        if (added.bare or not last) and not may_be and takes_names(tree.data, added.path[:length]):
            return length + 1
    return None


# ── Pydantic's errors in plain words ─────────────────────────────────────────────────────────────────


def _in_plain_words(tree: Tree, details: ErrorDetails) -> Problem:
    path = place_of(tree, details)
    match details["type"]:
        case "missing":
            doc = keys_at(tree.data, path[:-1]).get(str(path[-1]))
            message = f"is missing ({doc})" if doc else "is missing"
            return Problem(_key_mark(tree, path[:-1]), dotted(path), message, _instead(tree, path[:-1]))
        case "extra_forbidden":
            allowed = list(keys_at(tree.data, path[:-1]))
            near = closest(str(path[-1]), allowed)
            message = f"unknown key; allowed here: {', '.join(allowed)}"
            return Problem(_key_mark(tree, path), dotted(path), message, near)
        case "string_pattern_mismatch" if "[key]" in details["loc"]:
            message = (
                f"found the name {path[-1]!r}; a name has lower-case letters, digits and _, and starts with a letter"
            )
            return Problem(_key_mark(tree, path), dotted(path), message)
        case "unknown_move":
            return _unknown_move(tree, path, details)
        case "union_tag_invalid":
            path = tree.written((*path, str(details["ctx"]["discriminator"]).strip("'")))
            message, suggestion = _choice_of(details["ctx"]["tag"], details["ctx"]["expected_tags"])
            return Problem(tree.place(path).value, dotted(path), message, suggestion)
        case _:
            message, suggestion = _message(details)
            return Problem(tree.place(path).value, dotted(path), message, suggestion)


def _instead(tree: Tree, path: Path) -> str | None:
    """The part with defaults that one under a name of its own may be meant for: what it lacks, the other has."""
    beside = tree.at(path[:-1]) if supply_defaults.stays_out(path) else {}
    return closest(str(path[-1]), [*beside, *supply_defaults.shipped().section[str(path[1])]]) if beside else None


_FOLLOWS = "default_factory_not_called"
"""the error of a default that waits for a value with an error of its own"""


def _unknown_move(tree: Tree, path: Path, details: ErrorDetails) -> Problem:
    found = details["input"]
    keys = list(found) if isinstance(found, dict) else []
    verbs = [key for key in keys if key in VERBS]
    near = None if verbs else next((near for key in keys if (near := closest(key, VERBS))), None)
    what = f"a move with {' and '.join(verbs or keys)}" if keys else describe(found)
    return Problem(
        tree.place(path).value, dotted(path), f"found {what}; a move names one verb: {', '.join(VERBS)}", near
    )


_WANTED = {
    "string_type": "text is wanted (put it in quotes)",
    "int_type": "a whole number is wanted",
    "int_parsing": "a whole number is wanted",
    "int_from_float": "a whole number is wanted",
    "int_parsing_size": "a smaller number is wanted",
    "float_type": "a number is wanted",
    "float_parsing": "a number is wanted",
    "finite_number": "a finite number is wanted",
    "bool_type": "true or false is wanted",
    "bool_parsing": "true or false is wanted",
    "list_type": "a list is wanted",
    "dict_type": "a mapping is wanted",
    "model_type": "a mapping is wanted",
    "model_attributes_type": "a mapping is wanted",
    "tuple_type": "a list is wanted",
    "string_pattern_mismatch": "lower-case letters, digits and _ are wanted",
    "greater_than": "more than {gt} is wanted",
    "greater_than_equal": "at least {ge} is wanted",
    "less_than": "less than {lt} is wanted",
    "less_than_equal": "at most {le} is wanted",
    "string_too_long": "at most {max_length:,} characters may stand here",
    "too_short": "at least {min_length} must be given",
    "too_long": "at most {max_length} may be given",
}
"""What pydantic asks for, by the type of its error; in braces what its context holds."""


def _message(details: ErrorDetails) -> tuple[str, str | None]:
    """A message and a suggestion for an error of one value."""
    context = details.get("ctx", {})
    value = details["input"]
    found = f"{value.by!r} over {describe(value.base)}" if isinstance(value, Adjusted) else describe(value)
    kind = details["type"]
    if kind == "value_error":
        return str(context["error"]), None
    if kind == "literal_error":
        return _choice_of(value, context["expected"])
    if kind == "union_tag_not_found":
        key = str(context["discriminator"]).strip("'")
        near = closest(key, [written for written in value if isinstance(written, str)])
        hint = f"; found {near!r} instead" if near else ""
        return f"the key {key!r} is missing, which tells what this is{hint}", None
    if kind in _WANTED:
        return f"found {found}; {_WANTED[kind].format(**context)}", None
    return f"found {found}; {details['msg']}", None


def _choice_of(value: Any, expected: str) -> tuple[str, str | None]:
    """For a word (or number) that is none of the expected ones, which pydantic lists in quotes."""
    allowed = re.findall(r"'([^']*)'", expected) or [expected]
    quoted = " (without quotes)" if str(value) in allowed else ""
    near = None if quoted else closest(str(value), allowed)
    return f"found {describe(value)}; allowed: {', '.join(allowed)}{quoted}", near


def _key_mark(tree: Tree, path: Path) -> Mark:
    place = tree.place(path)
    return place.key or place.value
