"""`cordboard render`: the configuration of the programs around Cordboard, and what a running site has of it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import click

from cordboard.cli.running import USUAL, give_up, usual_file
from cordboard.config import ConfigError, Settings, load
from cordboard.deploy.comparing import absent_parts, differences
from cordboard.deploy.parts import PARTS
from cordboard.deploy.rendering import Rendered, RenderProblem
from cordboard.deploy.whole import render_all
from cordboard.deploy.writing import write


@click.command()
@click.argument("directory", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--config", metavar="FILE", help=f"The settings; cordboard.toml here, or {USUAL}.")
@click.option(
    "--only", multiple=True, metavar="PART", help=f"Some parts of {', '.join(PARTS)}; with commas, or repeated."
)
@click.option("--check", is_flag=True, help="Write nothing; tell in what this machine differs, with exit status 1.")
@click.option(
    "--root",
    default=Path("/"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="With --check: where the machine's files are, a container's for instance.",
)
def render(directory: Path | None, config: str | None, only: tuple[str, ...], check: bool, root: Path) -> None:
    """Write the configuration of nginx, systemd and the others below DIRECTORY, and tell where it belongs."""
    if directory is None and not check:
        give_up(["DIRECTORY is missing: where the configuration is to be written"])
    config = config or usual_file()
    settings = _settings(config)
    parts = tuple(part for each in only for part in each.split(",") if part)
    try:
        rendered = render_all(settings, parts, str(Path(config).absolute()))
        if check:
            absent = [] if parts else absent_parts(rendered, root)
            there = [each for each in rendered if _part(each) not in absent]
            raise SystemExit(_checked(there, root, directory, absent))
        assert directory is not None
        kept = write(rendered, directory)
    except RenderProblem as problem:
        give_up(problem.problems)
    print("\n".join(_told(rendered, directory)))
    for each in kept:
        print(f"Kept: {each} is what stood there, and was not rendered so. Settings outlive the next rendering.")


def _settings(config: str) -> Settings:
    try:
        return load(config)
    except ConfigError as error:
        give_up(error.problems)


def _checked(rendered: Iterable[Rendered], root: Path, directory: Path | None, absent: list[str]) -> int:
    """The exit status: 0 where nothing differs."""
    found = list(differences(rendered, root, directory))
    for each in found:
        print(each)
    if absent:
        print(f"Nothing of {', '.join(absent)} is in place: not compared, unless `--only` names it.")
    print(f"{len(found)} differences." if len(found) > 1 else "One difference." if found else "Nothing differs.")
    return 1 if found else 0


def _part(rendered: Rendered) -> str:
    return rendered.path.partition("/")[0]


def _told(rendered: Iterable[Rendered], directory: Path) -> Iterator[str]:
    """What was written, how each file gets to its place, and how it is switched on there."""
    for part, files in groupby(rendered, _part):
        yield f"{part}:"
        for each in files:
            yield f"  {_installed(each, directory)}"
            yield from (f"      {line}" for line in each.note.splitlines())
        yield ""
    yield "Later `cordboard render --check` tells in what this machine differs from the settings."


def _installed(rendered: Rendered, directory: Path) -> str:
    source = shlex.quote(str(directory / rendered.path))
    if not rendered.place:
        return f"{source} is used where it is"
    user, _, group = rendered.owner.partition(":")
    owner = (f" -o {user}" if user else "") + (f" -g {group}" if group else "")
    return f"install -D -m {rendered.mode:04o}{owner} {source} {shlex.quote(rendered.place)}"
