"""`cordboard agents`: the agents' DNs in cordboard.toml, their passwords in its secrets."""

from __future__ import annotations

import dataclasses
import json
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from cordboard.cli.agents import files
from cordboard.cli.running import USUAL, give_up, usual_file
from cordboard.config import ConfigError
from cordboard.genesys.dialect import PASSWORD
from cordboard.genesys.dn_options import agent_options
from cordboard.site import agents as site_agents
from cordboard.site import dn_ranges
from cordboard.site.agent_list import read as read_list
from cordboard.site.agents import PAGE, SIP_SERVER, Entry, Texts
from cordboard.site.errors import SiteProblem
from cordboard.site.keeping import alone
from cordboard.site.option_texts import as_annex, as_csv, as_table, for_agent

_RESTART = "Restart Cordboard to take this up: calls in progress outlive that (systemctl restart cordboard)."
_config = click.option("--config", metavar="FILE", help=f"The settings; cordboard.toml here, or {USUAL}.")


@click.group()
def agents() -> None:
    """Add, remove and list agents' DNs, give them new passwords, and tell what Genesys must know of them."""


@agents.command()
@click.argument("dns", nargs=-1, required=True)
@click.option("--sip-passwords/--no-sip-passwords", default=None, help="Whether SIP Server asks for a password.")
@_config
def add(dns: tuple[str, ...], sip_passwords: bool | None, config: str | None) -> None:
    """Add DNS, for instance 5001-5020 5030.

    They get random passwords where such are needed: for SIP Server as the agents before, for pages if they register
    with one.
    """
    with _change(config) as site:
        wanted = dn_ranges.read(dns)
        with_password = _ask_for_passwords(site.before) if sip_passwords is None else sip_passwords
        keys = _needed(site.before, sip_passwords=with_password)
        site.texts = site_agents.added(site.before, [(dn, _random(keys)) for dn in wanted])
    click.echo(f"Added: {dn_ranges.written(wanted)}")
    _tell_genesys(config, wanted, keys)


@agents.command()
@click.argument("dns", nargs=-1, required=True)
@_config
def remove(dns: tuple[str, ...], config: str | None) -> None:
    """Remove DNS with their passwords."""
    with _change(config) as site:
        wanted = dn_ranges.read(dns)
        site.texts = site_agents.removed(site.before, wanted)
    click.echo(f"Removed: {dn_ranges.written(wanted)}")
    click.echo(_RESTART)


@agents.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@_config
def list_(as_json: bool, config: str | None) -> None:
    """List the agents, and where their passwords are."""
    entries = site_agents.listed(files.read(config or usual_file()))
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(entry) for entry in entries], indent=2))
        return
    click.echo(_table(entries))
    click.echo(f"{len(entries)} agent{'' if len(entries) == 1 else 's'}")


@agents.command()
@click.argument("dns", nargs=-1)
@click.option("--sip-passwords", is_flag=True, help="Give those a password for SIP Server who have none, too.")
@click.option("--missing", is_flag=True, help="Make only passwords that are needed and not there; change none.")
@_config
def rotate(dns: tuple[str, ...], sip_passwords: bool, missing: bool, config: str | None) -> None:
    """Give DNS new random passwords, all agents if none is named."""
    with _change(config) as site:
        needed = _needed(site.before, sip_passwords=sip_passwords)
        site.texts, passwords = site_agents.rotated(
            site.before,
            dn_ranges.read(dns),
            lambda: files.random_text(files.PASSWORD_LENGTH),
            needed=needed,
            missing=missing,
        )
    click.echo(f"New passwords: {dn_ranges.written(passwords)}")
    _tell_genesys(config, tuple(passwords), [key for values in passwords.values() for key in values])


@agents.command(name="import")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--update", is_flag=True, help="Agents that are there already get the passwords of the file.")
@_config
def import_(file: str, update: bool, config: str | None) -> None:
    """Add the agents of a CSV FILE whose first line is dn,sip_server_password: all of them or none."""
    text = files.list_text(file)
    with _change(config) as site:
        there = {entry.dn for entry in site_agents.listed(site.before)}
        rows = read_list(text, file, there=set() if update else there)
        more = _needed(site.before, sip_passwords=False)
        new = [(row.dn, row.values | _random(more)) for row in rows if row.dn not in there]
        old = {row.dn: row.values for row in rows if row.dn in there and row.values}
        site.texts = site_agents.added(site.before, new) if new else site.before
        site.texts = site_agents.given(site.texts, old) if old else site.texts
    click.echo(f"Added: {dn_ranges.written(dn for dn, _ in new) or 'none'}")
    if old:
        click.echo(f"New passwords: {dn_ranges.written(old)}")
    click.echo(_RESTART)


@agents.command()
@click.argument("dns", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "annex", "json"]),
    default="table",
    show_default=True,
    help="To read, for a spreadsheet, to paste into the annex of the DNs, for programs.",
)
@click.option("--passwords", is_flag=True, help="Show the DNs' passwords too; otherwise there are none in it.")
@_config
def options(dns: tuple[str, ...], form: str, passwords: bool, config: str | None) -> None:
    """What a Genesys administrator sets at the agents' DNs, section TServer, and why."""
    file = config or usual_file()
    texts = files.read(file)
    try:
        wanted = dn_ranges.read(dns)
        rows = [
            for_agent(
                entry.dn, _password(file, texts, entry) if passwords else "", known=bool(entry.sip_server_password)
            )
            for entry in site_agents.chosen(texts, wanted)
        ]
    except SiteProblem as problem:
        give_up(problem.problems)
    if form == "table":
        secured = any(row.with_password for row in rows)
        click.echo(as_table(agent_options(with_password=secured), [row.dn for row in rows]))
    elif form == "json":
        click.echo(json.dumps([{"dn": row.dn, "TServer": row.options} for row in rows], indent=2))
    else:
        click.echo(as_csv(rows) if form == "csv" else as_annex(rows), nl=False)


# --- changing


@dataclasses.dataclass(slots=True)
class _Site:
    file: str
    before: Texts
    texts: Texts


@contextmanager
def _change(config: str | None) -> Iterator[_Site]:
    """Read a site, let it be changed, check and write it; whatever is wrong ends the process with nothing changed."""
    file = config or usual_file()
    try:
        with alone(Path(file).absolute().parent):
            before = files.read(file)
            site = _Site(file, before, before)
            yield site
            settings = files.checked(file, site.texts)
            files.write(file, before, site.texts, settings.site.user)
    except SiteProblem as problem:
        give_up(problem.problems)
    except ConfigError as error:
        give_up(error.problems)
    except OSError as error:
        give_up([f"{file}: {files.reason(error)}"])


def _random(keys: Sequence[str]) -> dict[str, str]:
    return {key: files.random_text(files.PASSWORD_LENGTH) for key in keys}


def _needed(texts: Texts, *, sip_passwords: bool) -> list[str]:
    """The passwords that an agent needs."""
    return [SIP_SERVER] * sip_passwords + [PAGE] * site_agents.pages_have_passwords(texts)


def _ask_for_passwords(texts: Texts) -> bool:
    """As for the agents that are there."""
    return any(entry.sip_server_password for entry in site_agents.listed(texts))


def _password(file: str, texts: Texts, entry: Entry) -> str:
    if not entry.sip_server_password:
        return ""
    agent = files.fetched(file, texts).agent(entry.dn)
    return agent.sip_server_password if agent else ""


# --- telling


def _tell_genesys(config: str | None, dns: Sequence[str], keys: Sequence[str]) -> None:
    named = dn_ranges.written(dns) + (f" --config {shlex.quote(config)}" if config else "")
    if SIP_SERVER in keys:
        click.echo(
            f"In Genesys: set section TServer, option {PASSWORD}, of these DNs at the same time; until then SIP Server"
            f" refuses them.\n  cordboard agents options --format csv --passwords {named}"
        )
    elif PAGE not in keys:
        click.echo(f"In Genesys: the options of these DNs are listed by cordboard agents options {named}")
    if PAGE in keys:
        click.echo("Where Asterisk stands in the gateway's place: render and install its configuration again.")
    click.echo(_RESTART)


def _table(entries: Sequence[Entry]) -> str:
    head = ("DN", "password at SIP Server", "password of pages")
    rows = [head, *((entry.dn, entry.sip_server_password or "-", entry.page_password or "-") for entry in entries)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
