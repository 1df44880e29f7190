"""The reference page and the example file, made from the settings' declarations."""

from __future__ import annotations

import inspect
import sys
import textwrap
from pathlib import Path

from cordboard.config.reading import as_written
from cordboard.config.setting import Setting
from cordboard.config.settings import AGENT_SETTINGS, SECTIONS, SETTINGS, Agent

_PAGE_HEAD = """\
# Settings

`cordboard serve --config cordboard.toml` reads a TOML file; `cordboard lab` needs none, but takes one with `--config`.
What the file leaves out has its default. Over `cordboard.toml` is laid `cordboard.secrets.toml` beside it, if there is
one, with the same sections; it must have mode 0600. A *secret* is never shown, and can be `{ file = "/path" }`,
`{ environment = "NAME" }` or `{ credential = "name" }` (systemd) instead of text. This page and
`cordboard.example.toml` are made from the source by `make reference`.
"""

_EXAMPLE_HEAD = """\
# Settings of Cordboard. Every setting is listed; those after a # show their default.
# Reference: docs/settings.md
"""


def page() -> str:
    """`docs/settings.md`."""
    parts = [_PAGE_HEAD]
    for name, kind in SECTIONS.items():
        parts.append(_section(f"[{name}]", kind, [each for each in SETTINGS if each.section == name]))
    parts.append(_section("[[agents]]", Agent, list(AGENT_SETTINGS)))
    return "\n".join(parts)


def example() -> str:
    """`cordboard.example.toml`: the defaults as comments, what is required filled in."""
    parts = [_EXAMPLE_HEAD]
    for name, kind in SECTIONS.items():
        if name != "lab":
            parts.append(_table(f"[{name}]", kind, [each for each in SETTINGS if each.section == name]))
    parts.append(_table("[[agents]]", Agent, list(AGENT_SETTINGS)))
    return "\n".join(parts)


def _section(heading: str, kind: type, settings: list[Setting]) -> str:
    lines = [f"## {heading}", "", inspect.getdoc(kind) or "", "", "| key | type | default | |", "|---|---|---|---|"]
    lines += [f"| `{each.key}` | {_type(each)} | {_default(each)} | {each.declared.help} |" for each in settings]
    return "\n".join(lines) + "\n"


def _type(each: Setting) -> str:
    name = each.declared.kind.name + (", secret" if each.declared.secret else "")
    return f"{name} ({each.declared.unit})" if each.declared.unit else name


def _default(each: Setting) -> str:
    declared = each.declared
    words = []
    if declared.required:
        words.append("required")
    elif declared.derived:
        words.append(f"that of {declared.derived}" if declared.derived.startswith("[") else declared.derived)
    else:
        words.append(f"`{as_written(declared.default)}`")
    if declared.lab != declared.default and not (declared.required and not declared.derived):
        words.append(f"in the lab {declared.derived if declared.required else f'`{as_written(declared.lab)}`'}")
    return "; ".join(words)


def _table(heading: str, kind: type, settings: list[Setting]) -> str:
    lines = [*about(kind), heading]
    for each in settings:
        default = f"# {each.key} = {as_written(each.declared.default, whole=True)}"
        lines += [*comment(each), each.example if each.declared.required else default]
    return "\n".join(lines) + "\n"


def about(kind: type) -> list[str]:
    """What a file of settings says above a section."""
    return [f"# {line}".rstrip() for line in (inspect.getdoc(kind) or "").splitlines()]


def comment(each: Setting) -> list[str]:
    """What a file of settings says above a setting."""
    unit = f" In {each.declared.unit}." if each.declared.unit else ""
    derived = f" Default: {each.declared.derived}." if each.declared.derived and not each.declared.required else ""
    return textwrap.wrap(each.declared.help + unit + derived, 110, initial_indent="# ", subsequent_indent="# ")


def write(directory: Path) -> None:
    """Write both files below the project's directory."""
    (directory / "docs" / "settings.md").write_text(page())
    (directory / "cordboard.example.toml").write_text(example())


if __name__ == "__main__":
    write(Path(sys.argv[1]))
