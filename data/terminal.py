"""What a person at the terminal is told, and what verbs of the command line have in common."""

import errno
import functools
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, ParamSpec, TextIO, TypeVar

import typer

from data.tongue import VOICE

P = ParamSpec("P")
R = TypeVar("R")

SettingsFile = Annotated[Path | None, typer.Option("--settings", help="settings file; default data/settings.yaml")]
MappingFile = Annotated[Path, typer.Option("--mapping", "-m", help="mapping file, see docs/mapping.md")]
StoreFile = Annotated[Path | None, typer.Option("--warehouse", help="warehouse file; default from the settings")]
SourceName = Annotated[str | None, typer.Option("--source", help="name of the source; default the mapping's name")]


@contextmanager
def unread(stream: TextIO) -> Iterator[None]:
    """Let what is written inside break no work off when nobody reads the stream any more; other errors are raised."""
    try:
        yield
    except OSError as error:
        if not _is_gone(error, stream):
            raise
        _let_go(stream)


def _is_gone(error: OSError, stream: TextIO) -> bool:
    """Return whether nobody reads: `| head` has read enough, or the terminal was closed; not that a disk fails."""
    if error.errno != errno.EIO:
        return error.errno == errno.EPIPE
    try:
        return stat.S_ISCHR(os.fstat(stream.fileno()).st_mode)
    except (AttributeError, OSError):  # no file of the system's
        return False


def _let_go(stream: TextIO) -> None:
    """Have what is still buffered go nowhere, or the interpreter fails at its end when it writes it."""
    with suppress(AttributeError, OSError):  # no file of the system's
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def say(line: str) -> None:
    """Print a line in the language of the terminal, at once; the work goes on where nobody reads it any more."""
    show(VOICE.told(line))


def show(text: str) -> None:
    """Print a text as it is; characters that the terminal does not know as their codes."""
    _write(text, sys.stdout)


def complain(line: str) -> None:
    """Print why a command ends, where errors go."""
    _write(VOICE.told(line), sys.stderr)


def _write(text: str, stream: TextIO) -> None:
    with unread(stream):
        try:
            typer.echo(text, err=stream is sys.stderr)
        except UnicodeEncodeError as error:
            known = text.encode(error.encoding, "backslashreplace").decode(error.encoding)
            typer.echo(known, err=stream is sys.stderr)


def progress(done: int, total: int) -> None:
    """Show how far a long work is; a terminal gets one line that renews itself."""
    far = f"  {done:,} of {total:,}"
    if sys.stdout and sys.stdout.isatty():
        with unread(sys.stdout):
            typer.echo(f"\r{VOICE.told(far)}", nl=done >= total)
    elif done >= total:
        say(far)


def telling(*expected: type[Exception]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return what makes a verb tell expected errors in one line, exit code 1; a traceback means a fault of ours."""

    def wrap(verb: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(verb)
        def told(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return verb(*args, **kwargs)
            except expected as error:
                complain(str(error))
                raise typer.Exit(1) from None

        return told

    return wrap
