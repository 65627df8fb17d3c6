"""Writes the tables of names and functions into docs/scenario.md from the code: `python docs/tables.py`."""

from collections.abc import Iterator
from pathlib import Path

from sim.scenario import names
from sim.scenario.expressions import FUNCTIONS

BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"


_WHOSE = {
    "imports": "IMPORTER.EXPORTER",
    **dict.fromkeys(names.SUPPLY_OF_SECTORS, "ACTOR.SECTOR"),
    **dict.fromkeys(names.SUPPLY_OF_MATERIALS, "MATERIAL"),
}


def tables() -> str:
    """The attribute tables and the functions, as Markdown."""
    economy = names.ECONOMY.items()
    lines = [BEGIN, "", "| name | kind | meaning |", "|---|---|---|"]
    for word, meaning in names.CLOCK.items():
        lines.append(f"| `{word}` | date | {meaning} |")
    for section, table in names.TABLES.items():
        for attribute, (kind, meaning) in table.items():
            lines.append(f"| {section}: `.{attribute}` | {kind} | {meaning} |")
    lines += [
        "| instruments: `.on.ACTOR` | truth | in force on that actor |",
        "| coalitions: `.MEMBER` | truth | it takes part |",
        "| `PARAMETER`, `ACTOR.PARAMETER`, `ACTOR.beliefs.NAME` | its own | assumptions |",
        "| `ACTOR.audience_cost`, `ACTOR.preset.SETTING` | its own | assumptions |",
        "| `stack.GOOD` | points | legal stack over MFN |",
        "| `average.IMPORTER.EXPORTER` | points | fixed-weight average, MFN included, of pairs that a tariff touches |",
        *(f"| `{name}.{_WHOSE.get(name, 'ACTOR')}` | number, {unit} | {doc} |" for name, (unit, doc) in economy),
        *_supply(),
        "",
        "Of a package: `in_force`, `threatened`, `suspended`, `narrowed` hold for any of its instruments, the other",
        "truths for all.",
        "",
        "| function | meaning |",
        "|---|---|",
    ]
    lines += [f"| `{function.usage}` | {function.doc} |" for function in FUNCTIONS.values()]
    return "\n".join([*lines, "", END])


def _supply() -> Iterator[str]:
    for name, (kind, unit, doc) in names.SUPPLY.items():
        written = [f"`{name}.ACTOR`"] if name in names.SUPPLY_OF_SECTORS else []
        written.append(f"`{name}.{_WHOSE.get(name, 'ACTOR')}`")
        yield f"| {', '.join(written)} | {', '.join(filter(None, [kind, unit]))} | {doc} |"


def main() -> None:
    """Put the tables in their place."""
    page = Path(__file__).with_name("scenario.md")
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    page.write_text(before + tables() + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
