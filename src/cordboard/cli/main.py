"""The command `cordboard`."""

from __future__ import annotations

import click

from cordboard import __version__
from cordboard.cli.bench import bench
from cordboard.cli.lab import lab
from cordboard.cli.serve import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="cordboard")
def main() -> None:
    """A phone in the browser for contact-centre agents, driven by Genesys."""


main.add_command(serve)
main.add_command(lab)
main.add_command(bench)
