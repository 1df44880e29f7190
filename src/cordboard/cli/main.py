"""The command `cordboard`."""

from __future__ import annotations

from importlib import import_module

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
        command: click.Command = getattr(import_module(f"cordboard.cli.{cmd_name}"), cmd_name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="cordboard")
def main() -> None:
    """A phone in the browser for contact-centre agents, driven by Genesys."""
