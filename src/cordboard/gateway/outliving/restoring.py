"""Takes up the calls of an earlier gateway process, from the snapshots that the media workers kept.

Their sound has gone on all the time. Each call begins without a page: its own page comes back by itself, with the same
identity, and gets its dialog again; any other page of the DN gets the call anew. Media without a snapshot belongs to a
call that was not established, or over: it is closed. What cannot be read is ended at SIP Server as far as its dialog
is known, and closed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cordboard.call.call import Call
from cordboard.call.media import Side
from cordboard.call.page.presence import GONE, PageGone
from cordboard.call.snapshot import Dialog, Saved, SnapshotError, from_text
from cordboard.gateway.calls import Calls
from cordboard.media.port import ListedCall, MediaEngine
from cordboard.observe.log import get_log
from cordboard.sip import events as sip
from cordboard.sip.errors import LocalProtocolError

log = get_log("gateway")
NOWHERE = sip.Flow("WS", "page", ("", 0), "of an earlier process")


@dataclass(frozen=True, slots=True)
class Restoring:
    """`make` makes an untouched call of that DN and name, None for a DN that is not configured any more; `expect` is
    told each DN that has a call; `server` is the flow to SIP Server.
    """

    engine: MediaEngine
    calls: Calls
    to_core: Callable[[Side, sip.Input], None]
    make: Callable[[str, str], Call | None]
    expect: Callable[[str], None]
    server: Callable[[], sip.Flow]

    async def run(self) -> None:
        """Take up what there is. To be called before pages can come."""
        for listed in await self.engine.list():
            if not self._taken_up(listed):
                await self.engine.close(listed.call)

    def _taken_up(self, listed: ListedCall) -> bool:
        if not listed.snapshot:
            log.info("media without an established call closed", call=listed.call)
            return False
        try:
            saved = from_text(listed.snapshot)
            self._take_up(listed.call, saved)
        except (SnapshotError, LocalProtocolError) as unusable:
            log.error("call of an earlier process cannot be taken up", call=listed.call, why=str(unusable))
            self._end(listed.call, unusable.trunk_dialog if isinstance(unusable, SnapshotError) else None)
            return False
        return True

    def _take_up(self, name: str, saved: Saved) -> None:
        call = self.make(saved.dn, name)
        if call is None:
            raise SnapshotError("its DN is not configured any more", saved.trunk_dialog)
        self._restore(Side.TRUNK, call.trunk.session, self.server(), saved.trunk_dialog)
        saved.fill(call)
        if saved.page_dialog is not None:
            self._restore_page(call, saved.page_dialog)
        self.expect(saved.dn)
        self.calls.adopt(call, PageGone())

    def _restore_page(self, call: Call, dialog: Dialog) -> None:
        """A page's dialog that cannot be used costs the page, not the call: another one may take it up."""
        try:
            self._restore(Side.PAGE, call.page.session, NOWHERE, dialog)
        except LocalProtocolError as unusable:
            log.warning("dialog with a page cannot be taken up", call=call.name, why=str(unusable))
            call.page.identity = ""  # it comes back as any other page does

    def _restore(self, side: Side, session: str, flow: sip.Flow, dialog: Dialog) -> None:
        self.to_core(side, sip.Restore(session, flow, dialog))

    def _end(self, name: str, dialog: Dialog | None) -> None:
        """Tell SIP Server, if we can, so that the customer is not left with a silent line."""
        if dialog is None:
            return
        session = f"{name}/trunk"
        try:
            self._restore(Side.TRUNK, session, self.server(), dialog)
        except LocalProtocolError:
            return
        self.to_core(Side.TRUNK, sip.Hangup(session, headers=GONE))
