"""The command `cordboard`."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from types import ModuleType
from typing import Any

import click

from cordboard import __version__

COMMANDS = (
    "init",
    "agents",
    "admin",
    "serve",
    "lab",
    "bench",
    "render",
    "trace",
    "records",
    "doctor",
)  # each is in the module of its name


class Commands(click.Group):
    """A command is loaded when it is asked for: a gateway that starts anew, for which pages wait, needs no lab."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(_loaded(f"cordboard.cli.{cmd_name}"), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """What the machine refuses, room for the output above all, is a sentence and no traceback."""
        try:
            done = super().invoke(ctx)
            sys.stdout.flush()
            return done
        except BrokenPipeError:
            raise  # whoever read the output has enough; click ends the process
        except OSError as error:
            raise click.ClickException(told(error)) from None


def _loaded(module: str) -> ModuleType:
    """What is loaded stays: to look through it time and again takes the garbage collector a sixth of a start."""
    if module in sys.modules:
        return sys.modules[module]
    gc.disable()
    try:
        return import_module(module)
    finally:
        gc.freeze()
        gc.enable()


def told(error: OSError) -> str:
    """One sentence about what could not be read or written."""
    why = (error.strerror or str(error)).lower()
    return f"{error.filename}: {why}" if error.filename else f"the output cannot be written: {why}"


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="cordboard")
def main() -> None:
    """A phone in the browser for contact-centre agents, driven by Genesys."""
