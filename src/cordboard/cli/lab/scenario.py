"""`cordboard lab scenario`: customers call the running lab on a schedule; then everyone is accounted for.

$ cordboard lab scenario monday.toml
s1: 300 customers call
s1: 214 of 300 are done
s1: 181 answered, 117 abandoned, 2 refused, 0 released, 0 cancelled; 31 overflowed
    answered customers waited 12.4 s on average, 41.0 s at most
    5001 took 9, 5002 took 11, ...
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import click

from cordboard.cli.running import give_up, read_settings

SECONDS = 5.0
EVERY = 0.5
LARGEST_ANSWER = 10_000_000
OUTCOMES = ("answered", "abandoned", "refused", "released", "cancelled")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--config", metavar="FILE", help="The file that the lab was started with.")
@click.option("--json", "as_json", is_flag=True, help="Print the account of every customer as JSON.")
@click.option("--no-wait", is_flag=True, help="Start it only.")
def scenario(file: Path, config: str | None, as_json: bool, no_wait: bool) -> None:
    """Let customers call as FILE says, and tell what became of each."""
    settings = read_settings(config, in_lab=True)
    lab = f"http://{settings.lab.gws}"
    begun = ask(lab, "POST", f"/lab/scenarios?name={urllib.parse.quote(str(file))}", file.read_bytes())
    click.echo(f"{begun['id']}: {begun['summary']['customers']} customers call", err=as_json)
    if no_wait:
        return
    run = follow(lab, begun["id"], quiet=as_json)
    click.echo(json.dumps(run, indent=2) if as_json else told(run))


def follow(lab: str, id: str, quiet: bool) -> dict[str, Any]:
    """Wait until every customer is accounted for; on Ctrl-C the scenario is ended first."""
    left = -1
    while True:
        try:
            run = ask(lab, "GET", f"/lab/scenarios/{id}")
            if run["over"]:
                return run
            summary = run["summary"]
            if summary["unaccounted"] != left and not quiet:
                left = summary["unaccounted"]
                click.echo(f"{id}: {summary['customers'] - left} of {summary['customers']} are done")
            time.sleep(EVERY)
        except KeyboardInterrupt:
            ask(lab, "DELETE", f"/lab/scenarios/{id}")


def told(run: dict[str, Any]) -> str:
    """The account in lines to print."""
    summary = run["summary"]
    counts = ", ".join(f"{summary[outcome]} {outcome}" for outcome in OUTCOMES)
    lines = [f"{run['id']}: {counts}; {summary['overflowed']} overflowed"]
    if summary["averageWait"] is not None:
        average, longest = summary["averageWait"], summary["longestWait"]
        lines.append(f"    answered customers waited {average:.1f} s on average, {longest:.1f} s at most")
        lines.append("    " + ", ".join(f"{dn} took {count}" for dn, count in summary["byAgent"].items()))
    return "\n".join(lines)


def ask(lab: str, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
    """Ask the lab at that address. Ends the process where that fails."""
    request = urllib.request.Request(f"{lab}{path}", body, {"Content-Type": "application/toml"}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # the lab is on this machine
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            content = answer.read(LARGEST_ANSWER)
    except urllib.error.HTTPError as error:
        give_up(_problems(error.read(LARGEST_ANSWER)) or [f"the lab refuses: {error.reason}"])
    except (urllib.error.URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        why = (getattr(reason, "strerror", None) or str(reason)).lower()
        give_up([f"no lab answers at {lab}: {why}; `cordboard lab` starts one"])
    answered = json.loads(content) if content else {}
    return answered if isinstance(answered, dict) else {}


def _problems(content: bytes) -> list[str]:
    try:
        said = json.loads(content)
    except ValueError:
        return []
    return [str(problem) for problem in said.get("problems", [said.get("error", "")])] if isinstance(said, dict) else []
