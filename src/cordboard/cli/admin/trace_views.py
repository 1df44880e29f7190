"""A call's trace as the admin page draws it, and as it is taken away: everything private in it masked."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from cordboard.cli.trace.bundle import write_bundle
from cordboard.config import Settings
from cordboard.observe.trace.port import CallTrace
from cordboard.observe.trace.redaction import Redactor
from cordboard.observe.trace.titles import about, title_of


def drawn(trace: CallTrace) -> Mapping[str, Any]:
    """The trace as JSON, each entry with a line that tells what it is; DN and name are as in the page's lists."""
    reduced = about(trace)
    titled = replace(reduced, entries=tuple(replace(entry, title=title_of(entry)) for entry in reduced.entries))
    shown = replace(Redactor().trace(titled), dn=trace.dn, call=trace.call)
    return asdict(shown)


def bundled(trace: CallTrace, settings: Settings, findings: list[Mapping[str, Any]]) -> bytes:
    """The bundle of `cordboard trace`, a zip file."""
    with tempfile.TemporaryDirectory(prefix="cordboard-") as directory:
        file = Path(directory) / "bundle.zip"
        write_bundle(file, trace, settings, Redactor(), findings)
        return file.read_bytes()
