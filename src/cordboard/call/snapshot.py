"""An established call as a short text, so that another gateway process can take it up.

The text lies beside the call's media in its worker (architecture section 4.4) and outlives a gateway that was killed.
It has what both legs know and the dialogs of their SIP sessions. Calls that still ring have none: SIP Server offers
them again. Times are of the machine's steady clock, which outlives a process.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cordboard.call.call import Call
from cordboard.call.events import Header, Try
from cordboard.call.leg import LegState
from cordboard.call.media import Side
from cordboard.call.origin import Origin

VERSION = 1
LIMIT = 4096  # bytes

Dialog = Mapping[str, object]  # what `UserAgentCore.snapshot` gives and `Restore` takes
PAGE_STATES = (LegState.CONNECTED, LegState.RESUMING, LegState.RECALLING)


class SnapshotError(Exception):
    """The text cannot be used; `trunk_dialog` is what it says of SIP Server's dialog, None if not even that."""

    def __init__(self, why: str, trunk_dialog: Dialog | None = None) -> None:
        super().__init__(why)
        self.trunk_dialog = trunk_dialog


def to_text(call: Call, page_dialog: Dialog | None, trunk_dialog: Dialog | None) -> str:
    """Empty while the call cannot be taken up; at most `LIMIT` bytes, without the headers if it must be."""
    if call.over or trunk_dialog is None or call.trunk.state is not LegState.CONNECTED:
        return ""
    if call.page.state not in PAGE_STATES:
        return ""
    for headers in (call.page.beginning.headers, ()):
        text = json.dumps(_content(call, headers, page_dialog, trunk_dialog), separators=(",", ":"))
        if len(text.encode()) <= LIMIT:
            return text
    return ""


def _content(
    call: Call, headers: tuple[Header, ...], page_dialog: Dialog | None, trunk_dialog: Dialog
) -> dict[str, Any]:
    page, trunk = call.page, call.trunk
    return {
        "version": VERSION,
        "dn": page.dn,
        "page": {
            "identity": page.identity,
            "target": page.target,
            "held": page.held,
            "parked": page.parked,
            "uuid": page.call_uuid,
            "since": page.connected_at,
            "caller": page.beginning.caller,
            "agent_first": page.beginning.agent_first,
            "headers": [list(each) for each in headers],
            "ufrag": page.ufrag,
            "origin": page.origin.to_json(),
            "dialog": page_dialog,
        },
        "trunk": {
            "held": trunk.held,
            "uuid": trunk.call_uuid,
            "domain": trunk.domain,
            "origin": trunk.origin.to_json(),
            "dialog": trunk_dialog,
        },
    }


@dataclass(frozen=True, slots=True)
class Saved:
    """What a text says. Without `page_dialog` the call had no page when it was written."""

    dn: str
    page: Mapping[str, Any]
    trunk: Mapping[str, Any]
    page_dialog: Dialog | None
    trunk_dialog: Dialog

    def fill(self, call: Call) -> None:
        """Give a call that nothing has happened to yet the saved call's past."""
        page, trunk = call.page, call.trunk
        headers = tuple((name, value) for name, value in self.page["headers"])
        page.beginning = Try(self.page["caller"], self.dn, headers, self.page["agent_first"])
        page.held, page.parked = self.page["held"], self.page["parked"]
        page.call_uuid, page.connected_at, page.ufrag = self.page["uuid"], self.page["since"], self.page["ufrag"]
        page.identity = self.page["identity"] if self.page_dialog is not None else ""
        page.target = self.page["target"]
        trunk.unattended = page.parked
        trunk.held, trunk.call_uuid, trunk.domain = self.trunk["held"], self.trunk["uuid"], self.trunk["domain"]
        trunk.note_description()
        page.origin, trunk.origin = (Origin.from_json(saved.get("origin")) for saved in (self.page, self.trunk))
        for leg in (page, trunk):
            leg.state, leg.settled = LegState.CONNECTED, True
        call.answered = True

    def dialog(self, side: Side) -> Dialog | None:
        return self.page_dialog if side is Side.PAGE else self.trunk_dialog


def from_text(text: str) -> Saved:
    """The counterpart of `to_text`. Raises `SnapshotError`."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise SnapshotError("no JSON") from None
    trunk = _object(content, "trunk")
    trunk_dialog = _object(trunk, "dialog") or None
    if trunk_dialog is None:
        raise SnapshotError("no dialog with SIP Server")
    page = _object(content, "page")
    if content.get("version") != VERSION:
        raise SnapshotError("of another version", trunk_dialog)
    if not _typed(content, {"dn": str}) or not _typed(page, PAGE) or not _typed(trunk, TRUNK) or not _headers(page):
        raise SnapshotError("values of a wrong kind", trunk_dialog)
    return Saved(content["dn"], page, trunk, _object(page, "dialog") or None, trunk_dialog)


PAGE: dict[str, type | tuple[type, ...]] = {
    "identity": str,
    "target": str,
    "held": bool,
    "parked": bool,
    "uuid": str,
    "since": (float, int, type(None)),
    "caller": str,
    "agent_first": bool,
    "headers": list,
    "ufrag": str,
}
TRUNK: dict[str, type | tuple[type, ...]] = {"held": bool, "uuid": str, "domain": str}


def _object(content: object, name: str) -> dict[str, Any]:
    found = content.get(name) if isinstance(content, dict) else None
    return found if isinstance(found, dict) else {}


def _typed(content: Mapping[str, Any], kinds: Mapping[str, type | tuple[type, ...]]) -> bool:
    return all(name in content and isinstance(content[name], kind) for name, kind in kinds.items())


def _headers(page: Mapping[str, Any]) -> bool:
    return all(
        isinstance(each, list) and len(each) == 2 and all(isinstance(part, str) for part in each)
        for each in page["headers"]
    )
