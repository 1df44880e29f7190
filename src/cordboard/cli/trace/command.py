"""`cordboard trace`: the calls of the gateway that runs, one as a ladder, sent to HOMER or put into a bundle."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cordboard.cli.running import HERE, USUAL, read_settings, site_file
from cordboard.cli.trace.bundle import shown, write_bundle
from cordboard.cli.trace.control import BY_HAND, NobodyThere, ask
from cordboard.cli.trace.keeping import own_addresses
from cordboard.config import Settings
from cordboard.observe.trace import CallTrace, Plane
from cordboard.observe.trace.hep import captured_of, packet
from cordboard.observe.trace.ladder import ladder
from cordboard.observe.trace.redaction import Redactor
from cordboard.observe.trace.titles import about, headers_of
from cordboard.observe.trace.written import summary_from_json, summary_to_json, trace_from_json, trace_to_json

MOST_AT_ONCE = 50  # datagrams, then a rest


@click.group()
@click.option(
    "--config",
    metavar="FILE",
    help=f"Its settings; {HERE} here, or {USUAL}, or the lab's own.",
)
@click.option("--lab", "in_lab", is_flag=True, help="The gateway of `cordboard lab --config FILE`.")
@click.pass_context
def trace(context: click.Context, config: str | None, in_lab: bool) -> None:
    """What was said in a call: SIP on both sides, media, CometD and REST, on one clock."""
    config = config or (None if in_lab else site_file())
    context.obj = read_settings(config, in_lab=in_lab)


@trace.command("list")
@click.option("--bad", is_flag=True, help="Bad calls only.")
@click.option("--private", is_flag=True, help="With the agents' numbers.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, one call per line.")
@click.pass_obj
def list_(settings: Settings, bad: bool, private: bool, as_json: bool) -> None:
    """The calls of which there is a trace, the latest first."""
    redactor = Redactor(private)
    for each in map(summary_from_json, _asked(settings, do="list")["calls"]):
        if bad and not each.bad:
            continue
        dn = each.dn if private else redactor.note("number", each.dn)
        if as_json:
            click.echo(json.dumps({**summary_to_json(each), "dn": dn, "call": redactor.text(each.call)}))
            continue
        begun = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(each.begun))
        lasted = f"{each.ended - each.begun:6.0f} s" if each.ended else "     now"
        marks = f"  bad: {', '.join(each.bad)}" if each.bad else ""
        names = f"{redactor.text(each.call):<17} {each.call_uuid or '-':<32}  DN {dn or '-':<9}"
        click.echo(f"{begun} {lasted}  {names} {each.entries:4}{marks}")


@trace.command()
@click.argument("call")
@click.option("--messages", is_flag=True, help="Each message in full.")
@click.option("--private", is_flag=True, help="With numbers, names, user data and addresses; never with secrets.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def show(settings: Settings, call: str, messages: bool, private: bool, as_json: bool) -> None:
    """A call, by its name or UUID, as a ladder."""
    found = shown(_trace(settings, call), private)
    click.echo(json.dumps(trace_to_json(found)) if as_json else ladder(found, messages=messages), nl=as_json)


@trace.command()
@click.argument("call")
@click.option("--hep", metavar="HOST:PORT", help="Send it to HOMER, as HEP version 3 over UDP.")
@click.option("--bundle", "file", metavar="FILE", type=click.Path(path_type=Path), help="Write a zip file.")
@click.option("--findings", is_flag=True, help="With what `cordboard doctor` finds, in the bundle.")
@click.option("--private", is_flag=True, help="With numbers, names, user data and addresses; never with secrets.")
@click.pass_obj
def export(settings: Settings, call: str, hep: str | None, file: Path | None, findings: bool, private: bool) -> None:
    """A call for others to look into."""
    if bool(hep) == bool(file):
        raise click.UsageError("say either --hep HOST:PORT or --bundle FILE")
    found = _trace(settings, call)
    if hep:
        count = send_hep(shown(found, private), settings, _host_port(hep))
        click.echo(f"{count} packets sent to {hep}")
    elif file:
        try:
            write_bundle(file, found, settings, Redactor(private), _findings(settings) if findings else [])
        except OSError as error:
            raise click.ClickException(f"{file} cannot be written: {error.strerror}") from None
        click.echo(f"{file} written")


@trace.command()
@click.argument("call")
@click.option("--why", default=BY_HAND, help="What was bad about it.")
@click.pass_obj
def mark(settings: Settings, call: str, why: str) -> None:
    """Mark a call as bad, so that its trace is kept longer."""
    if not _asked(settings, do="mark", call=call, why=why)["marked"]:
        raise click.ClickException("there is no trace of this call")
    click.echo("marked")


@trace.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--against", type=click.Path(path_type=Path), help="Another capture, instead of the lab's behaviour.")
@click.option("--sip-server", metavar="HOST[:PORT]", help="Which end is SIP Server, where the capture does not say.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def compare(file: Path, against: Path | None, sip_server: str | None, as_json: bool) -> None:
    """What SIP Server does otherwise in a capture (bundle, text log, pcap) than the lab's does."""
    from cordboard.lab.comparison.comparing import compared  # the lab is loaded for those who need it
    from cordboard.lab.comparison.message import Unreadable

    try:
        differences = compared(file, against, sip_server or "")
    except Unreadable as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps([each.to_json() for each in differences], indent=1))
        return
    for each in differences:
        click.echo(str(each))
    count = len(differences)
    click.echo("no differences" if not count else "1 difference" if count == 1 else f"{count} differences")


def send_hep(trace: CallTrace, settings: Settings, address: tuple[str, int]) -> int:
    """Send each entry as one packet; returns how many there were. Raises `click.ClickException`."""
    wanted, own = settings.trace, own_addresses(settings)
    correlation = next((headers_of(each.text).get("call-id", "") for each in trace.entries if _is_sip(each)), "")
    try:
        family, kind, _, _, where = socket.getaddrinfo(*address, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as sending:
            sending.connect(where)
            for number, each in enumerate(trace.entries, start=1):
                captured = captured_of(each, own, correlation)
                sending.send(packet(captured, wanted.hep_capture_id, wanted.hep_password))
                if number % MOST_AT_ONCE == 0:
                    time.sleep(0.01)
    except OSError as error:
        raise click.ClickException(f"{address[0]}:{address[1]}: {error.strerror or error}") from None
    return len(trace.entries)


def _is_sip(entry: Any) -> bool:
    return bool(entry.plane is Plane.SIP)


def _asked(settings: Settings, **question: str) -> dict[str, Any]:
    try:
        return ask(settings, question)
    except NobodyThere as nobody:
        raise click.ClickException(str(nobody)) from None


def _trace(settings: Settings, call: str) -> CallTrace:
    found = _asked(settings, do="get", call=call)["trace"]
    if found is None:
        raise click.ClickException("there is no trace of this call; `cordboard trace list` shows those there are")
    return about(trace_from_json(found))


def _host_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise click.UsageError(f"{text} is not HOST:PORT")
    return host.strip("[]"), int(port)


def _findings(settings: Settings) -> list[Mapping[str, Any]]:
    """What the doctor finds without making a call."""
    from cordboard.doctor.running import run

    async def found() -> list[Mapping[str, Any]]:
        return [each.as_json() async for each in run(settings, call=False)]

    return asyncio.run(found())
