"""The gateway's calls tell it what happens to them; the trace, the record and the marks of a bad call come of it.

Nothing here ends a call or holds it up. A record is put when the media engine has told its last figures of the call, or
has none; whatever is open when the gateway closes is put without.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace

from cordboard.call.call import Call
from cordboard.call.media import MediaReply, MediaRequest
from cordboard.config.settings import RecordsSettings, TraceSettings
from cordboard.gateway.history.story import Story, figures_said
from cordboard.genesys import dialect
from cordboard.media.port import CallStatistics, MediaEvent
from cordboard.observe.trace import GATEWAY, MEDIA, PAGE, NoTraces, Plane, TraceEntry, Traces
from cordboard.records import CallRecord, NoRecords, Records
from cordboard.sip.address import NameAddress
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.message import Request

FROM_TRUNK = "trunk"


class CallHistory:
    """`clock` is steady, `wall` that of the epoch."""

    def __init__(
        self,
        traces: Traces | None = None,
        records: Records | None = None,
        trace_settings: TraceSettings = TraceSettings(),  # noqa: B008 - frozen
        records_settings: RecordsSettings = RecordsSettings(),  # noqa: B008 - frozen
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.traces: Traces = traces or NoTraces()
        self._records: Records = records or NoRecords()
        self._trace_settings = trace_settings
        self._numbers = records_settings.numbers
        self._clock = clock
        self._wall = wall
        self._stories: dict[str, Story] = {}
        self._put_down: OrderedDict[str, CallRecord] = OrderedDict()  # while there may be a trace to mark
        self._most_put_down = trace_settings.calls + trace_settings.bad_calls
        self.traces.on_mark(self._marked)

    # --- the call

    def begins(self, call: Call, made_by: str, request: Request | None = None) -> None:
        """`request` is what it begins with: an INVITE of ours or of SIP Server's, or SIP Server's REFER."""
        story = Story(call.name, call.page.dn, made_by, self._wall(), self._clock())
        self._stories[call.name] = story
        self.traces.began(call.name, call.page.dn)
        if request is not None:
            story.far_number = _user(request, _far_end(request, made_by))
            story.call_uuid = request.headers.get(dialect.CALL_UUID) or ""
            self.joined(call, request)
        self.traces.bind(call.name, story.call_uuid)

    def joined(self, call: Call, request: Request) -> None:
        """This request's dialog is the call's, too."""
        self.traces.joined(call.name, request.headers.get("Call-ID") or "")

    def story(self, call: str) -> Story | None:
        """What is known of a call that has not been put down yet."""
        return self._stories.get(call)

    def was_fed(self, call: Call) -> None:
        """Something happened in the call."""
        story = self._stories.get(call.name)
        if story is None:
            return
        if story.call_uuid != call.trunk.call_uuid:
            story.call_uuid = call.trunk.call_uuid
            self.traces.bind(call.name, story.call_uuid)
        if call.answered and not story.answered_at:
            story.answered_at = self._clock()

    def rang(self, call: str) -> None:
        """The caller was told that it rings."""
        story = self._stories.get(call)
        if story is not None and not story.rang_at:
            story.rang_at = self._clock()

    def ended(self, call: str, outcome: str, cause: str) -> None:
        """The call is over; its last figures are still to come."""
        story = self._stories.get(call)
        if story is None or story.outcome:
            return
        story.ended_at, story.outcome, story.cause = self._clock(), outcome, cause
        self._note(call, Plane.CALL, GATEWAY, GATEWAY, f"call ended: {outcome}{f', {cause}' if cause else ''}")
        self.traces.end(call)

    def figures(self, call: str, figures: CallStatistics | None) -> None:
        """The last ones of a call that has ended; None where it never had media, or its worker died."""
        story = self._stories.pop(call, None)
        if story is None:
            return
        if not story.outcome:
            self._stories[call] = story  # its media is closed, its end is not told yet
            return
        if figures is not None:
            self._note(call, Plane.MEDIA, MEDIA, GATEWAY, "quality", figures_said(figures))
        self._conclude(story, figures)

    def close(self) -> None:
        """Put what is open: calls that ended, but for their figures."""
        for story in self._stories.values():
            if story.outcome:
                self._conclude(story, None)
        self._stories.clear()

    def _conclude(self, story: Story, figures: CallStatistics | None) -> None:
        settings = self._trace_settings
        for why in story.marks(settings.answer_seconds, settings.least_mos, figures):
            self.traces.mark_bad(story.call, why)
        marks = self.traces.marks(story.call) or story.marks(settings.answer_seconds, settings.least_mos, figures)
        record = self._put_down[story.call] = story.record(figures, marks, self._numbers)
        self._records.put(record)
        while len(self._put_down) > self._most_put_down:
            self._put_down.popitem(last=False)

    def _marked(self, call: str, marks: tuple[str, ...]) -> None:
        """A mark that comes after the call's record goes into it, too."""
        if record := self._put_down.get(call):
            record = self._put_down[call] = replace(record, bad=marks)
            self._records.amend(record)

    # --- media, words

    def asked(self, call: str, request: MediaRequest) -> None:
        """The media engine is asked for something."""
        self._note(call, Plane.MEDIA, GATEWAY, MEDIA, str(request.verb), request.sdp)

    def replied(self, call: str, reply: MediaReply) -> None:
        if reply.status:
            self._note(call, Plane.MEDIA, MEDIA, GATEWAY, f"{reply.verb} refused: {reply.status} {reply.why}")
        else:
            offered = ", the other side is to be offered anew" if reply.reoffer else ""
            made = reply.sdp if not reply.verb.startswith(("take", "recall")) else ""
            self._note(call, Plane.MEDIA, MEDIA, GATEWAY, f"{reply.verb} done{offered}", made)

    def media_happened(self, event: MediaEvent) -> None:
        why = f": {event.why}" if event.why else ""
        self._note(event.call, Plane.MEDIA, MEDIA, GATEWAY, f"{event.kind}{why}")

    def page_said(self, calls: list[Call], words: Mapping[str, object]) -> None:
        """What a page said outside its calls, while it has these."""
        for call in calls:
            self._note(call.name, Plane.CALL, PAGE, GATEWAY, "the page says", json.dumps(words))

    def _note(self, call: str, plane: Plane, source: str, target: str, title: str, text: str = "") -> None:
        self.traces.note(call, TraceEntry(0.0, plane, source, target, title, text))


def is_ping_answer(words: Mapping[str, object]) -> bool:
    """Whether a page only says that it is alive, as it does all the time."""
    return words.get("did") == "ping"


def _far_end(request: Request, made_by: str) -> str:
    """The header that names the far end."""
    if request.method == "REFER":
        return "Refer-To"
    return "From" if made_by == FROM_TRUNK else "To"


def _user(request: Request, header: str) -> str:
    """The user part of an address, empty if it has none."""
    try:
        return NameAddress.parse(request.headers.get(header) or "").uri.user or ""
    except RemoteProtocolError:
        return ""
