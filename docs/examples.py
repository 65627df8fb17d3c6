"""The examples of the pages, executed: `python docs/examples.py` runs them and writes down what they print.

In a page, a block of `console` holds commands after `$` and, below each, what it prints; `…` stands for anything, on
a line of its own for any lines. A block of `yaml` with a caption is a file that the commands find. The blocks of a
page are run in order in one empty folder. A block of `python` is run too.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from app.cli import main as parley

HERE = Path(__file__).parent
PAGES = ("tutorial.md", "how-to.md", "python.md", "economy-data.md")
BLOCK = re.compile(r"^```(console|python|\{code-block\} yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Wrong:
    """A command that printed something else than its page says."""

    command: str
    expected: str
    printed: str


def run(page: Path, folder: Path) -> Iterator[tuple[str, list[Wrong]]]:
    """Each block of a page as it should read, and what in it was wrong. Works in `folder`, which is empty."""
    scope: dict[str, object] = {}
    with contextlib.chdir(folder):
        for kind, body in BLOCK.findall(page.read_text(encoding="utf-8")):
            if kind == "console":
                yield _console(body)
            elif kind == "python":
                yield body, list(_python(body, scope))
            else:
                caption, _, text = body.partition("\n\n")
                Path(caption.removeprefix(":caption: ")).write_text(text, encoding="utf-8")
                yield body, []


def _console(body: str) -> tuple[str, list[Wrong]]:
    """The block with what its commands print, kept as written where that fits."""
    wrong, lines = [], []
    for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", body, re.MULTILINE):
        printed = _printed(command)
        fits = _fits(expected, printed)
        lines += [f"$ {command}\n", expected if fits else printed]
        wrong += [] if fits else [Wrong(command, expected, printed)]
    return "".join(lines), wrong


def _printed(command: str) -> str:
    program, *arguments = shlex.split(command)
    if program != "parley":
        raise ValueError(f"found {command!r}; an example is a command of parley")
    sys.argv = ["parley", *arguments]
    result = CliRunner().invoke(parley, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return "".join(f"{line.rstrip()}\n" for line in result.output.splitlines())


def _fits(expected: str, printed: str) -> bool:
    """Whether what was printed is what is expected, `…` standing for anything."""
    pattern = re.escape(expected).replace("…\\\n", "(?:.*\n)*?").replace("…", ".*?")
    return re.fullmatch(pattern, printed) is not None


def _python(body: str, scope: dict[str, object]) -> Iterator[Wrong]:
    """Run a block; lines that begin with `# prints` after it say what it prints."""
    code, _, expected = body.partition("# prints\n")
    expected = re.sub(r"^# ?", "", expected, flags=re.MULTILINE)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, "example", "exec"), scope)
    if not _fits(expected, out.getvalue()):
        yield Wrong(code, expected, out.getvalue())


def main() -> None:
    """Write what the examples print into their pages."""
    for name in PAGES:
        page = HERE / name
        with tempfile.TemporaryDirectory() as folder:
            found = list(run(page, Path(folder)))
        bodies = iter(found)

        def written(match: re.Match[str], bodies: Iterator[tuple[str, list[Wrong]]] = bodies) -> str:
            return f"```{match[1]}\n{next(bodies)[0]}```"

        page.write_text(BLOCK.sub(written, page.read_text(encoding="utf-8")), encoding="utf-8")
        for wrong in (wrong for _, listed in found for wrong in listed):
            print(f"{name}: {wrong.command.strip()}\n{wrong.printed}")


if __name__ == "__main__":
    main()
