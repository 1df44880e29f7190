"""The calls in progress: each with its own error boundary, its timer and its way to the SIP cores and the media engine.

A call that raises is ended and logged; no other call notices. Sessions of the two SIP cores are found here by name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from cordboard.call.call import Call, CallInput, EndCall, FromSip
from cordboard.call.dialing import PlaceCall
from cordboard.call.events import CallEnded
from cordboard.call.media import MediaConnected, MediaLost, MediaMoved, MediaReply, MediaRequest, Side, Verb
from cordboard.call.outputs import ToSip
from cordboard.gateway.history.history import CallHistory
from cordboard.gateway.media import MediaRequests
from cordboard.gateway.media_quality import MediaQuality
from cordboard.gateway.outliving.snapshots import Snapshots
from cordboard.genesys import dialect
from cordboard.media.port import MediaEngine, MediaEvent, MediaEventKind
from cordboard.net.tasks import Tasks
from cordboard.observe.log import get_log
from cordboard.observe.metrics import Metrics
from cordboard.sip import events as sip
from cordboard.sip.message import Request

log = get_log("gateway")

ToCore = Callable[[Side, sip.Input], None]
HARMLESS = (MediaEventKind.CONNECTED, MediaEventKind.TRUNK_GONE, MediaEventKind.TRUNK_BACK)
Place = tuple[Side, str]  # a session, as its core names it


class Calls:
    """`to_core` hands a command to the SIP core of a side."""

    def __init__(
        self,
        engine: MediaEngine,
        tasks: Tasks,
        to_core: ToCore,
        metrics: Metrics,
        snapshots: Snapshots | None = None,
        history: CallHistory | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.history = history or CallHistory()
        self._quality = MediaQuality(engine, tasks, metrics, self.history.figures)
        self._media = MediaRequests(engine, tasks, self._media_replied, self._quality, self.history)
        self._to_core = to_core
        self._metrics = metrics
        self._calls: dict[str, Call] = {}
        self._by_session: dict[Place, str] = {}
        self._places: dict[str, set[Place]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._made_by: dict[str, str] = {}
        self._snapshots = snapshots
        self._none = asyncio.Event()
        self._none.set()
        engine.on_event(self._media_happened)

    def __len__(self) -> int:
        return len(self._calls)

    def __contains__(self, name: str) -> bool:
        return name in self._calls

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls.values()))

    @property
    def sessions(self) -> int:
        return len(self._by_session)

    def begin(self, call: Call, side: Side, invited: sip.Invited) -> None:
        """A new call, made by `side`."""
        self._note(call, str(side), invited.request)
        uuid = invited.request.headers.get(dialect.CALL_UUID) or ""
        log.info("call begins", call=call.name, uuid=uuid, dn=call.page.dn, made_by=str(side))
        self.feed(call, FromSip(side, invited))

    def place(self, call: Call, order: PlaceCall, request: Request) -> None:
        """A new call that SIP Server has the agent make, by this REFER."""
        self._note(call, str(Side.PAGE), request)
        log.info("call begins", call=call.name, dn=call.page.dn, made_by="REFER")
        self.feed(call, order)

    def adopt(self, call: Call, input: CallInput) -> None:
        """A call of an earlier process, and what is to happen to it first."""
        self._note(call, "earlier process")
        log.info("call taken up", call=call.name, uuid=call.trunk.call_uuid, dn=call.page.dn)
        self.feed(call, input)

    def _note(self, call: Call, made_by: str, request: Request | None = None) -> None:
        self.history.begins(call, made_by, request)
        self._calls[call.name] = call
        self._made_by[call.name] = made_by
        self._metrics.calls.set(len(self._calls))
        self._none.clear()

    async def emptied(self) -> None:
        """Wait until there is no call."""
        await self._none.wait()

    def replace(self, call: Call, invited: sip.Invited) -> None:
        """A new dialog is to take the place of the call's dialog with SIP Server."""
        log.info("call gets another dialog", call=call.name, dn=call.page.dn)
        self.history.joined(call, invited.request)
        self.feed(call, FromSip(Side.TRUNK, invited))

    def deliver(self, side: Side, session: str, event: sip.Output) -> bool:
        """An output of a core about one of our sessions; False if no call has that session."""
        call = self.of_session(side, session)
        if call is None:
            return False
        self.feed(call, FromSip(side, event))
        return True

    def of_session(self, side: Side, session: str) -> Call | None:
        """The call that has this session of a core."""
        return self._calls.get(self._by_session.get((side, session), ""))

    def of_dn(self, dn: str) -> list[Call]:
        return [call for call in self._calls.values() if call.page.dn == dn]

    def feed(self, call: Call, input: CallInput) -> None:
        """The error boundary: whatever goes wrong inside ends this call and nothing else."""
        try:
            outputs = call.handle(input, self._loop.time())
            self._remember(call)
            self.history.was_fed(call)
            for output in outputs:
                self._carry_out(call, output)
            self._schedule(call)
            if self._snapshots and not call.over:
                self._snapshots.note(call)
        except Exception:
            log.exception("call broken", call=call.name)
            self._break(call)

    def _remember(self, call: Call) -> None:
        if call.over:
            return
        known = self._places.setdefault(call.name, set())
        for place in call.sessions:
            known.add(place)
            self._by_session[place] = call.name

    def _carry_out(self, call: Call, output: ToSip | MediaRequest | CallEnded) -> None:
        if isinstance(output, ToSip):
            self._command(call, output)
        elif isinstance(output, MediaRequest):
            self._media.carry_out(call.name, output)
        else:
            self._ended(call, output)

    def _command(self, call: Call, output: ToSip) -> None:
        if isinstance(output.command, sip.Invite):
            self.history.traces.placing(call.name)
        elif isinstance(output.command, sip.Ring):
            self.history.rang(call.name)
        self._to_core(output.side, output.command)
        self.history.traces.placing("")

    def _ended(self, call: Call, end: CallEnded) -> None:
        self._forget(call, "answered" if end.answered else "not answered", end.cause)
        uuid = call.trunk.call_uuid
        log.info("call ended", call=call.name, uuid=uuid, dn=call.page.dn, cause=end.cause, answered=end.answered)

    def _forget(self, call: Call, outcome: str, cause: str = "") -> set[Place]:
        if self._calls.pop(call.name, None) is None:
            return set()
        self.history.ended(call.name, outcome, cause)
        self._metrics.calls_ended.labels(self._made_by.pop(call.name), outcome).inc()
        places = self._places.pop(call.name, set())
        for place in places:
            self._by_session.pop(place, None)
        if timer := self._timers.pop(call.name, None):
            timer.cancel()
        if self._snapshots:
            self._snapshots.forget(call.name)
        self._metrics.calls.set(len(self._calls))
        if not self._calls:
            self._none.set()
        return places

    def _break(self, call: Call) -> None:
        """End a call whose machine can no longer be trusted, through the cores alone."""
        for side, session in self._forget(call, "broken"):
            try:
                self._to_core(side, sip.Hangup(session, 500))
            except Exception:
                log.exception("session could not be ended", call=call.name, session=session)
        self._media.carry_out(call.name, MediaRequest(Verb.CLOSE))

    # --- time, media

    def _schedule(self, call: Call) -> None:
        if timer := self._timers.pop(call.name, None):
            timer.cancel()
        if call.deadline is not None and call.name in self._calls:
            self._timers[call.name] = self._loop.call_at(call.deadline, self.feed, call, sip.Tick())

    def _media_replied(self, name: str, reply: MediaReply) -> None:
        if call := self._calls.get(name):
            self.feed(call, reply)

    def _media_happened(self, event: MediaEvent) -> None:
        call = self._calls.get(event.call)
        if call is None:
            return
        self._quality.happened(event)
        self.history.media_happened(event)
        if event.kind is MediaEventKind.CONNECTED:
            log.info("media connected", call=call.name)
            self.feed(call, MediaConnected())
        if event.kind in HARMLESS:
            return
        if event.kind is MediaEventKind.MOVED:
            self._moved(call, event.why)
            return
        log.warning("media lost", call=call.name, kind=str(event.kind), why=event.why)
        silent, failed = event.kind is MediaEventKind.LOST, event.kind is MediaEventKind.FAILED
        self.feed(call, MediaLost(event.why or str(event.kind), silent, failed))

    def _moved(self, call: Call, why: str) -> None:
        log.warning("media moved: both sides are offered the new place", call=call.name, dn=call.page.dn, why=why)
        self._media.moved(call.name)
        if self._snapshots:
            self._snapshots.moved(call.name)
        self.feed(call, MediaMoved(why))

    def end_all(self, why: str) -> None:
        for call in list(self._calls.values()):
            self.feed(call, EndCall(why, 503))

    def leave_all(self) -> None:
        """Hand the calls over: their media goes on, another process takes them up."""
        if self._snapshots:
            self._snapshots.write_all()
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
