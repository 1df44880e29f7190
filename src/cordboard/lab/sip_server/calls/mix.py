"""What a call has at the media server while it is mixed: a leg for each phone, in one conference.

A conference of three, a recorded call and a supervised call are the same thing here: everybody talks to the mixer.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cordboard.lab.media_server_port import RecordConference, Tape
from cordboard.lab.sip_server.calls.leg import MediaSession, Outputs, Phone
from cordboard.lab.sip_server.calls.negotiation import Then
from cordboard.lab.telephony import MonitorMode

STATES = {Tape.RUN: "Recording", Tape.PAUSE: "Paused", Tape.STOP: ""}


@dataclass(slots=True)
class Mix:
    """`legs` by the session of the phone; `recording` is "Recording", "Paused" or empty."""

    conference: str
    legs: dict[str, MediaSession] = field(default_factory=dict)
    recording: str = ""

    def record(self, tape: Tape) -> Outputs:
        self.recording = STATES[tape]
        return [RecordConference(self.conference, tape)]

    def drop(self, phone: Phone) -> Outputs:
        """Close this phone's leg; none is no error."""
        leg = self.legs.pop(phone.session, None)
        return leg.close() if leg is not None else []

    def close(self) -> Outputs:
        outputs: Outputs = []
        for leg in self.legs.values():
            outputs += leg.close()
        self.legs.clear()
        return outputs

    def set_audience(self, supervisor: Phone, target: Phone | None) -> Outputs:
        """Let those hear the supervisor whom its mode says; `target` is the agent's phone."""
        leg, monitor = self.legs.get(supervisor.session), supervisor.monitor
        if leg is None or monitor is None:
            return []
        if monitor.mode is MonitorMode.CONNECT:
            return leg.let_hear(None)
        heard = self.legs.get(target.session) if target is not None and monitor.mode is MonitorMode.COACH else None
        return leg.let_hear((heard.session,) if heard is not None else ())


@dataclass(slots=True)
class Gathering:
    """Legs that are being opened, one per phone; nothing is touched before all of them are open."""

    legs: dict[str, MediaSession]  # by the session of the phone
    then: Then
    waiting: set[str] = field(default_factory=set)  # the legs' own sessions

    def close(self) -> Outputs:
        outputs: Outputs = []
        for leg in self.legs.values():
            outputs += leg.close()
        return outputs
