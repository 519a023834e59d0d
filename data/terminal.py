"""What a person at the terminal is told, and what verbs of the command line have in common."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer

P = ParamSpec("P")
R = TypeVar("R")

SettingsFile = Annotated[Path | None, typer.Option("--settings", help="settings file; default data/settings.yaml")]
MappingFile = Annotated[Path, typer.Option("--mapping", "-m", help="mapping file, see docs/mapping.md")]
StoreFile = Annotated[Path | None, typer.Option("--warehouse", help="warehouse file; default from the settings")]
SourceName = Annotated[str | None, typer.Option("--source", help="name of the source; default the mapping's name")]


def say(line: str) -> None:
    """Print a line for the person at the terminal, at once."""
    typer.echo(line)
    sys.stdout.flush()


def progress(done: int, total: int) -> None:
    """Show how far a long work is; a terminal gets one line that renews itself."""
    if sys.stdout.isatty():
        typer.echo(f"\r  {done:,} of {total:,}", nl=done >= total)
    elif done >= total:
        say(f"  {done:,} of {total:,}")


def telling(*expected: type[Exception]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return what makes a verb tell expected errors in one line, exit code 1; a traceback means a fault of ours."""

    def wrap(verb: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(verb)
        def told(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return verb(*args, **kwargs)
            except expected as error:
                typer.echo(str(error), err=True)
                raise typer.Exit(1) from None

        return told

    return wrap
