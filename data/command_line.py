"""The frame of the command line: its help and its refusals in the language of the terminal."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from data.terminal import complain
from data.tongue import ENGLISH, VOICE

# What the library writes around help and refusals, in English once it is imported.
FRAME = (
    *("ARGUMENTS_PANEL_TITLE", "OPTIONS_PANEL_TITLE", "COMMANDS_PANEL_TITLE", "ERRORS_PANEL_TITLE"),
    *("DEFAULT_STRING", "REQUIRED_LONG_STRING", "ABORTED_TEXT", "RICH_HELP"),
)


class Verbs(TyperGroup):
    """The verbs of the command line, in the language of whoever calls them."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the verb that was typed; exit code 2 for a language that nobody speaks."""
        try:
            VOICE.settle(os.environ)
        except ValueError as error:
            complain(str(error))
            raise SystemExit(2) from None
        if VOICE.language == ENGLISH:
            return super().main(*args, **extra)
        _tell(self)
        with _framed():
            return super().main(*args, **extra)

    def make_context(self, *args: Any, **extra: Any) -> Any:
        """Return the context of what was typed; refusals are told in the language of the terminal."""
        with _refusing():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Run the verb of the context; refusals are told in the language of the terminal."""
        with _refusing():
            return super().invoke(ctx)


def _tell(command: Any) -> None:
    """Put the help of a verb, and of those below it, into the language of the terminal; it is made anew per call."""
    asked = command.get_help_option(typer.Context(command))
    usage = command.get_usage
    vars(command)["get_usage"] = lambda ctx: VOICE.told(usage(ctx))
    command.help = VOICE.told(command.help or "")
    for option in (*command.params, asked):
        for name in ("help", "prompt"):
            if text := getattr(option, name, None):
                setattr(option, name, VOICE.told(text))
    for below in getattr(command, "commands", {}).values():
        _tell(below)


@contextmanager
def _framed() -> Iterator[None]:
    """Have the library write its frame in the language of the terminal."""
    from typer import rich_utils  # takes longer to import than all else here; English needs none of it

    before = {name: getattr(rich_utils, name) for name in FRAME}
    try:
        for name, text in before.items():
            setattr(rich_utils, name, VOICE.told(text))
        yield
    finally:
        for name, text in before.items():
            setattr(rich_utils, name, text)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except TyperException as error:
        told = VOICE.told(error.format_message())
        vars(error)["format_message"] = lambda: told
        raise
