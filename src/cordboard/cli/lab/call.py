"""`cordboard lab call`: a customer calls a number of the running lab."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import click

from cordboard.cli.running import give_up, read_settings

_SECONDS = 5.0
_CUSTOMER = "+15550100"


@click.command()
@click.option("--to", required=True, metavar="NUMBER", help="8000 to 8003 are routing points, 5001 to 5020 agents.")
@click.option("--from", "caller", default=_CUSTOMER, show_default=True, metavar="NUMBER", help="Who calls.")
@click.option("--config", metavar="FILE", help="The file that the lab was started with.")
def call(to: str, caller: str, config: str | None) -> None:
    """Let a customer call."""
    settings = read_settings(config, in_lab=True)
    click.echo(place_call(f"http://{settings.lab.gws}", caller, to))


def place_call(lab: str, caller: str, to: str) -> str:
    """Ask the lab at that address for a call; gives a line to print. Ends the process where that fails."""
    body = json.dumps({"from": caller, "to": to}).encode()
    request = urllib.request.Request(f"{lab}/lab/calls", body, {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # the lab is on this machine
    try:
        with opener.open(request, timeout=_SECONDS) as answer:
            answer.read(10_000)
    except urllib.error.HTTPError as error:
        give_up([f"the lab refuses: {_why(error.read(10_000)) or error.reason}"])
    except (urllib.error.URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        why = (getattr(reason, "strerror", None) or str(reason)).lower()
        give_up([f"no lab answers at {lab}: {why}; `cordboard lab` starts one"])
    return f"{caller} calls {to}"


def _why(content: bytes) -> str:
    """The sentence in an answer of the lab, where it has one."""
    try:
        answer = json.loads(content)
    except ValueError:
        return ""
    if not isinstance(answer, dict):
        return ""
    return str(answer.get("error") or answer.get("statusMessage") or "")[:300]
