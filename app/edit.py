"""`parley set`: values of a scenario file changed in place. What has been changed is checked before it is written."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from app.reading import read_scenario
from scenarios import SHIPPED
from sim.scenario import document, overlay
from sim.scenario.amendment import Amended, Amendment, amended
from sim.scenario.document import Document, dotted
from sim.scenario.edit import edited
from sim.scenario.overlay import WHAT_IFS
from sim.scenario.problems import Mark, Problem, ScenarioError, printable
from sim.scenario.provenance import Documented, collect_scalars
from sim.scenario.spelling import same, spelt

_NOT_THERE = "(not there)"
_LONGEST_SHOWN = 100
"""characters of a value in the list of changes"""
_NEVER = ("extends", "schema")
"""keys that make a file what it is"""


def set_values(file: str, settings: Sequence[str]) -> str:
    """Change values of a file in place; returns what has changed, a value a line.

    `settings` are `path=value` with the values of `--set`; null takes out what stands there. Raises ScenarioError for
    what is wrong with them or with what the scenario becomes, UsageError for a shipped scenario; nothing is written
    then.
    """
    target = own_file(file)
    asked = [overlay.read_setting(text) for text in settings]
    amendments = [
        Amendment(keys, written.data, Mark(overlay.SETTING, 1, 1))
        for keys, written in asked
        if _may_be_set(keys, written)
    ]
    laid = tuple(text for text, (keys, _) in zip(settings, asked, strict=True) if keys[0] != WHAT_IFS)
    if laid:
        read_scenario(file, sets=laid, quiet=True)  # names that nothing has are told as they are for --set
    before = document.read(target)
    old = _readable(file)
    text = edited(before, amendable(before, old).changes(amendments))
    return written(target, before, text, old)


def _readable(file: str) -> Documented | None:
    """The scenario as it is; None if it is wrong, which a change may mend."""
    try:
        return read_scenario(file, quiet=True)
    except ScenarioError:
        return None


def _may_be_set(keys: Sequence[str], value: Document) -> bool:
    name = ".".join(keys)
    if keys[0] in _NEVER:
        raise ScenarioError([Problem(Mark(overlay.SETTING, 1, 1), name, "belongs to the file; it cannot be set")])
    if list(keys) == [WHAT_IFS] and not isinstance(value.data, dict):
        raise ScenarioError([Problem(Mark(overlay.SETTING, 1, 1), name, "name a what-if: what_ifs.NAME.PATH=value")])
    return True


def own_file(file: str) -> Path:
    """The file that a user may change. UsageError for a shipped scenario, ScenarioError where there is none."""
    found = overlay.find(file)
    if is_shipped(found):
        raise click.UsageError(
            f"{found.stem} is a shipped scenario and stays as it is; "
            f"start one of your own: parley new mine.yaml --from {found.stem}"
        )
    return found


def is_shipped(file: Path) -> bool:
    """Whether a file is one of those that come with Parley."""
    return file.resolve().parent == SHIPPED.resolve()


def amendable(file: Document, scenario: Documented | None) -> Amended:
    """The file of a scenario, ready to be amended; None for the scenario if it cannot be loaded."""
    return amended(overlay.resolve(file.file), file, collect_scalars(scenario) if scenario else {})


def written(target: Path, before: Document, text: str, old: Documented | None) -> str:
    """Check a text, put it in the place of the file in one step, and tell what has changed.

    Raises ScenarioError, and leaves the file as it is, where the scenario is wrong with it.
    """
    now = read_scenario(str(target), quiet=True, text=text)
    if target.exists() and text == document.read(target).text:
        return f"{target}: nothing to change; it says so already"
    _replace(target, text)
    lines = list(changes_shown(before, document.parse(text, str(target))))
    known = {(warning.path, warning.message) for warning in (old.warnings if old else ())}
    for warning in now.warnings:
        if (warning.path, warning.message) not in known:
            click.echo(str(warning), err=True)
    count = len(lines)
    return "\n".join([f"{target}: {count} value{'s' if count != 1 else ''} changed", *lines])


def _replace(target: Path, text: str) -> None:
    """Write a file whole or not at all; its permissions stay, and a link leads to the new text."""
    real = Path(os.path.realpath(target))
    handle, name = tempfile.mkstemp(prefix=f".{real.name}.", dir=real.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        if real.exists():
            shutil.copymode(real, name)
        else:
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(name, 0o666 & ~mask)
        os.replace(name, real)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def changes_shown(before: Document, after: Document) -> Iterator[str]:
    """Each value that differs, with its line in the new text (in the old one where it is gone): old → new."""
    for path, old, new in _differences(before.data, after.data):
        place = after.marks.get(path) or before.marks[path]
        line = (place.key or place.value).line
        yield f"  line {line}  {printable(dotted(path))}: {_shown(old)} → {_shown(new)}"


_NOTHING = object()


def _differences(old: Any, new: Any, path: document.Path = ()) -> Iterator[tuple[document.Path, Any, Any]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping) and not old.keys().isdisjoint(new):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _differences(old.get(key, _NOTHING), new.get(key, _NOTHING), (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new) and any(map(_has_parts, old)):
        for place, (item, other) in enumerate(zip(old, new, strict=True)):
            yield from _differences(item, other, (*path, place))
    elif old is _NOTHING or new is _NOTHING or not same(old, new):
        yield path, old, new


def _has_parts(value: Any) -> bool:
    return isinstance(value, Mapping | list)


def _shown(value: Any) -> str:
    if value is _NOTHING:
        return _NOT_THERE
    text = value if isinstance(value, str) else spelt(value)
    text = printable(" ".join(text.split()))
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
