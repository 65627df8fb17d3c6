"""The command line. Heavy imports stay inside commands, so that --help and validate answer at once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sim.scenario.provenance import Documented

BAD_INPUT = 2
"""Exit code when a scenario or an option is wrong; nothing has been written."""
STOPPED = 1
"""Exit code when the computer does not let a command finish: a full disk, a folder that cannot be written."""


class Commands(click.Group):
    """Turns errors of a scenario, and of the disk, into their lines and an exit code; no traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        from sim.negotiation.policy import QuantityError
        from sim.scenario.evaluation import EvaluationError
        from sim.scenario.problems import ScenarioError

        try:
            return super().invoke(ctx)
        except (EvaluationError, QuantityError) as error:
            from app.reading import in_play

            click.echo(f"{in_play(error, ctx) or error}\nnothing was written", err=True)
            sys.exit(BAD_INPUT)
        except ScenarioError as error:
            click.echo(str(error), err=True)
            count = len(error.problems)
            click.echo(f"{count} error{'s' if count != 1 else ''}; nothing was written", err=True)
            sys.exit(BAD_INPUT)
        except BrokenPipeError:
            raise  # a reader that has left, as in `parley names FILE | head`: click knows
        except OSError as error:
            about = f"{error.filename} cannot be written or read: {error.strerror}" if error.strerror else str(error)
            click.echo(about, err=True)
            sys.exit(STOPPED)
        except KeyboardInterrupt:
            click.echo("stopped; the same command goes on where it stopped", err=True)
            sys.exit(130)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from sim.scenario.problems import closest

            near = closest(args[0], list(self.commands)) if args else None
            hint = f" Did you mean {near!r}?" if near else ""
            raise click.UsageError(error.message + hint, ctx) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="parley")
def main() -> None:
    """Parley plays thousands of futures of a tariff and export-control negotiation.

    FILE is a scenario file or the name of a shipped scenario (parley list).
    """


def _with(*decorators: Callable[..., Any]) -> Callable[..., Any]:
    def apply(function: Callable[..., Any]) -> Callable[..., Any]:
        for decorate in reversed(decorators):
            function = decorate(function)
        return function

    return apply


file_argument = click.argument("file")
overlay_options = _with(
    click.option("--what-if", metavar="NAME", help="Apply one what-if of the file."),
    click.option("--set", "sets", multiple=True, metavar="PATH=VALUE", help="Change one value; may be repeated."),
    click.option("--strict", is_flag=True, help="Numbers without a source are errors."),
)
ensemble_options = _with(
    click.option("--runs", type=click.IntRange(1, 10_000_000), help="Futures to play [default: the file's]."),
    click.option("--seed", type=click.IntRange(0), help="Seed of all chance [default: the file's]."),
)


def _load(file: str, what_if: str | None = None, sets: tuple[str, ...] = (), strict: bool = False) -> Documented:
    from app.reading import read_scenario

    return read_scenario(file, what_if, sets, strict)


@main.command()
@file_argument
@overlay_options
@ensemble_options
@click.option("--what-ifs", is_flag=True, help="Play every what-if of the file too, on the same futures.")
@click.option("--focus", "focus_on", metavar="CODE", help="Write a page for one country too: a region or an actor.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("out"), show_default=True)
@click.option("--workers", type=click.IntRange(1), help="Processes [default: one a core].")
@click.option("--block", type=click.IntRange(1), help="Runs in a block.")
@click.option("--json", "as_json", is_flag=True, help="Print odds, digest and seconds as JSON.")
@click.option("--open", "open_it", is_flag=True, help="Open the briefing when it is there.")
def run(file: str, as_json: bool, open_it: bool, **options: Any) -> None:
    """Play the scenario and write out/NAME/ with briefing, charts and results."""
    from app.run import run_scenario

    options["command"] = "parley " + " ".join(sys.argv[1:])
    finished = run_scenario(file, quiet=as_json, **options)
    if as_json:
        import json

        click.echo(json.dumps(finished.summary(), indent=1, ensure_ascii=False))
    else:
        click.echo(finished.text())
    if open_it:
        click.launch(str(finished.briefing))


@main.command()
@file_argument
@overlay_options
def validate(file: str, what_if: str | None, sets: tuple[str, ...], strict: bool) -> None:
    """Check a scenario and all its what-ifs; every error in one pass."""
    from app.reading import read_scenario

    scenario = read_scenario(file, what_if, sets, strict, quiet=True)
    for warning in scenario.warnings:
        click.echo(str(warning), err=True)
    click.echo(f"{file}: valid, {len(scenario.warnings)} warning(s)")


@main.command()
@file_argument
@overlay_options
@click.option("--on", "date", metavar="DATE", help="What is in force on this date if nobody moves [default: as_of].")
@click.option("--sectors", is_flag=True, help="Average tariffs of each pair by sector too.")
@click.option("--outcome", metavar="NAME", help="What is in force then in the run that stands for this outcome.")
@click.option("--runs", type=click.IntRange(1, 1_000_000), help="Futures played to find that run [default: 400].")
@click.option("--pair", metavar="IMPORTER.EXPORTER", help="Whose groups of goods [default: those of the named goods].")
@click.option("--chart", type=click.Path(path_type=Path, dir_okay=False), help="Draw it: .svg, .png or .pdf, and .csv.")
def show(
    file: str,
    date: str | None,
    sectors: bool,
    outcome: str | None,
    runs: int | None,
    pair: str | None,
    chart: Path | None,
    **overlay: Any,
) -> None:
    """Calendar, what is in force on a date, stacks, assumptions, last days to act."""
    from app.show import shown

    if runs is not None and outcome is None:
        raise click.UsageError("--runs is for --outcome NAME: futures played to find the run that stands for it")
    click.echo(shown(_load(file, **overlay), date, sectors, outcome, runs, chart, pair))


@main.command()
@file_argument
@overlay_options
@click.option("--find", metavar="TEXT", default="", help="Only names that contain this text.")
def names(file: str, find: str, what_if: str | None, sets: tuple[str, ...], strict: bool) -> None:
    """The names that expressions may use, with unit and value on the first day."""
    from app.show import names_shown

    click.echo(names_shown(_load(file, what_if, sets, strict), find))


@main.command()
@file_argument
@overlay_options
@ensemble_options
@click.option("--run", "run_number", type=click.IntRange(0, 2**32), metavar="K", help="Tell run K.")
@click.option("--outcome", metavar="NAME", help="Tell the first run with this outcome.")
@click.option("--typical", is_flag=True, help="Tell the most typical run.")
def explain(
    file: str,
    run_number: int | None,
    outcome: str | None,
    typical: bool,
    runs: int | None,
    seed: int | None,
    **overlay: Any,
) -> None:
    """Tell one future as a dated story, with what was weighed."""
    from app.explain import explained

    if sum((run_number is not None, outcome is not None, typical)) != 1:
        raise click.UsageError("give one of --run K, --outcome NAME, --typical")
    click.echo(explained(_load(file, **overlay), run_number, outcome, runs, seed))


@main.command()
@click.argument("files", nargs=-1, required=True)
@ensemble_options
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def compare(files: tuple[str, ...], runs: int | None, seed: int | None, as_json: bool) -> None:
    """Compare odds on the same futures: a file with its what-ifs, two files, or two result folders."""
    from app.compare import compared

    if len(files) not in (1, 2):
        raise click.UsageError("give one file (base against its what-ifs) or two files or result folders")
    click.echo(compared(files, runs, seed, as_json))


result_argument = click.argument("result", type=click.Path(path_type=Path))
believe_option = click.option(
    "--believe", "beliefs", multiple=True, metavar="NAME=SHARE", help="Your own odds of something; may be repeated."
)


@main.command()
@result_argument
@believe_option
@click.option("--json", "as_json", is_flag=True, help="Print the odds as JSON.")
def odds(result: Path, beliefs: tuple[str, ...], as_json: bool) -> None:
    """Odds of the folder RESULT, and what they are under your own beliefs (leaders_meeting=0.73); no rerun."""
    from app.odds import odds_shown

    click.echo(odds_shown(result, beliefs, as_json))


@main.command()
@result_argument
@believe_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Page [default: RESULT/briefing.html].")
def brief(result: Path, beliefs: tuple[str, ...], out: Path | None) -> None:
    """Write the briefing of the folder RESULT again, under your own beliefs if you give any; no rerun."""
    from app.brief import write_again

    click.echo(str(write_again(result, beliefs, out)))


@main.command()
@click.argument("old")
@click.argument("new")
def diff(old: str, new: str) -> None:
    """What differs between two scenarios (FILE or FILE:WHAT_IF), value by value."""
    from app.show import difference_shown

    click.echo(difference_shown(*(_load(*_variant(name)) for name in (old, new))))


def _variant(name: str) -> tuple[str, str | None]:
    file, _, what_if = name.rpartition(":")
    return (file, what_if) if file and not Path(name).exists() else (name, None)


@main.command("list")
def list_() -> None:
    """The shipped scenarios."""
    from scenarios import SHIPPED

    for path in sorted(SHIPPED.glob("*.yaml")):
        click.echo(f"{path.stem:<20} {_load(path.stem).title}")


@main.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--from", "origin", default="longer-roll", show_default=True, metavar="NAME", help="Shipped scenario.")
@click.option("--overlay", is_flag=True, help="Start an empty file that extends it, instead of a copy.")
def new(target: Path, origin: str, overlay: bool) -> None:
    """Start a scenario of your own from a shipped one, with the schema beside it for editors."""
    from app.new import write_new

    click.echo(write_new(target, origin, overlay))


@main.command("set")
@file_argument
@click.argument("settings", nargs=-1, required=True, metavar="PATH=VALUE...")
def set_(file: str, settings: tuple[str, ...]) -> None:
    """Change values of your own file in place; comments stay. Checked before it is written.

    null takes out what stands there. Lines of what-ifs too: what_ifs.NAME.PATH=VALUE
    """
    from app.edit import set_values

    click.echo(set_values(file, settings))


@main.command()
@file_argument
@click.option("--xlsx", type=click.Path(path_type=Path, dir_okay=False), metavar="OUT.xlsx", help="Write a workbook.")
@click.option("--from", "origin", type=click.Path(path_type=Path), metavar="IN.xlsx", help="Take its changes over.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write another file, not FILE itself.")
def assumptions(file: str, xlsx: Path | None, origin: Path | None, out: Path | None) -> None:
    """Every number and what-if as a workbook, and the changes made in it back into the file; comments stay."""
    from app.assumptions import exported, imported

    if (xlsx is None) == (origin is None):
        raise click.UsageError("give --xlsx OUT.xlsx to write a workbook, or --from IN.xlsx to take its changes over")
    if xlsx is not None and out is not None:
        raise click.UsageError("--out goes with --from")
    click.echo(exported(file, xlsx) if xlsx is not None else imported(file, origin or Path(), out))


@main.command("optimal-tariffs")
@click.argument("place", required=False, metavar="[SCENARIO|FOLDER]")
@click.option("--elasticities", metavar="SET,…", help="Named sets of the data or numbers; the first is told.")
@click.option("--regions", metavar="CODE,…", help="Whose tariffs; A+B is a customs union.")
@click.option("--json", "as_json", is_flag=True, help="Print rates and gains as JSON.")
@click.option("--chart", type=click.Path(path_type=Path, dir_okay=False), help="Draw it: .svg, .png or .pdf, and .csv.")
def optimal_tariffs(place: str | None, elasticities: str | None, regions: str | None, **output: Any) -> None:
    """The tariff that would pay each region most, and what is left of that if everybody responds.

    Of the economy of a scenario, of a folder of data, or of the shipped world of 2024.
    """
    from app.optimal import optimal_shown

    click.echo(optimal_shown(place, elasticities, regions, **output))


@main.command("supply-episodes")
@click.argument("episode", required=False, default="2025", type=click.Choice(["2025", "2010", "gdp", "experts"]))
@click.option("--chart", type=click.Path(path_type=Path, dir_okay=False), help="Draw it: .svg, .png or .pdf, and .csv.")
def supply_episodes(episode: str, chart: Path | None) -> None:
    """What the supply layer makes of the magnet licences of 2025 or the quota of 2010, beside the record.

    2025 is what it is calibrated to, 2010 is out of sample; gdp is what a near-total cut would cost, beside studies;
    experts is how long others need to make what China makes, with its technology and experts and without.
    """
    from app.episodes import episode_shown

    click.echo(episode_shown(episode, chart))


@main.command()
def schema() -> None:
    """JSON Schema of the scenario language, for editors."""
    import json

    from sim.scenario.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
