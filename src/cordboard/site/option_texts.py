"""The options of the agents' DNs as a table to read, a CSV for a spreadsheet, and the annex to paste."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cordboard.genesys.dialect import PASSWORD, TSERVER_SECTION
from cordboard.genesys.dn_options import DnOption, Need, agent_options
from cordboard.site.dn_ranges import written

WIDTH = 100


@dataclass(frozen=True, slots=True)
class DnOptions:
    """What is set at one DN; an option that must be absent is not among them."""

    dn: str
    with_password: bool
    options: Mapping[str, str]


def for_agent(dn: str, password: str, *, known: bool) -> DnOptions:
    """The required and recommended options of a DN; `known` is whether the gateway has a password for it.

    An empty `password` is left out.
    """
    wanted = [each for each in agent_options(with_password=known) if each.need is not Need.OPTIONAL and each.value]
    options = {each.name: each.value for each in wanted}
    return DnOptions(dn, known, options | ({PASSWORD: password} if password else {}))


def as_table(options: Sequence[DnOption], dns: Sequence[str]) -> str:
    """Each option with its value, how much depends on it, why, and how well that is known."""
    lines = [f"Options of the DNs {written(dns)}, section {TSERVER_SECTION}:", ""]
    for each in options:
        others = [value or "none" for value in each.values[1:]]
        also = f"  (or {', '.join(others)})" if others else ""
        lines.append(f"{each.name} = {each.value or '(none: take it away)'}{also}")
        lines += _indented(f"{each.need}. {each.why} Known: {each.confidence}.")
        if each.name == "authenticate-requests" and each.value:
            lines.append(f"{PASSWORD} = (each DN's own)")
            lines += _indented("required. It is in the secrets; --passwords shows it in the other formats.")
    return "\n".join(lines)


def as_csv(rows: Sequence[DnOptions]) -> str:
    """One line per DN and option: dn,section,option,value."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("dn", "section", "option", "value"))
    for row in rows:
        writer.writerows((row.dn, TSERVER_SECTION, name, value) for name, value in row.options.items())
    return text.getvalue()


def as_annex(rows: Sequence[DnOptions]) -> str:
    """A section per set of DNs that have the same options."""
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for row in rows:
        groups.setdefault(tuple(row.options.items()), []).append(row.dn)
    parts = []
    for options, dns in groups.items():
        parts.append(
            "\n".join([f"; {written(dns)}", f"[{TSERVER_SECTION}]", *(f"{name}={value}" for name, value in options)])
        )
    return "\n\n".join(parts) + ("\n" if parts else "")


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="    ")
