"""Agent states, one agent per DN (reference: SIP Server section 6.3, T-Library model in GWS section 5).

Logging in makes NotReady; the desktop asks for Ready. When a call ends and the wrap-up time is not 0, the agent goes to
NotReady with work mode AfterCallWork for that long and then back to what it was. Going Ready ends that early.
"""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.lab.telephony import AgentLogin, AgentLogout, AgentSetNotReady, AgentSetReady, AgentState

AFTER_CALL_WORK = "AfterCallWork"

AgentRequest = AgentLogin | AgentLogout | AgentSetReady | AgentSetNotReady

# state x request -> state; a request that is not here is refused
TRANSITIONS: dict[tuple[AgentState, type[AgentRequest]], AgentState] = {
    (AgentState.LOGGED_OUT, AgentLogin): AgentState.NOT_READY,
    (AgentState.NOT_READY, AgentLogin): AgentState.NOT_READY,
    (AgentState.READY, AgentLogin): AgentState.READY,
    (AgentState.NOT_READY, AgentSetReady): AgentState.READY,
    (AgentState.READY, AgentSetReady): AgentState.READY,
    (AgentState.NOT_READY, AgentSetNotReady): AgentState.NOT_READY,
    (AgentState.READY, AgentSetNotReady): AgentState.NOT_READY,
    (AgentState.NOT_READY, AgentLogout): AgentState.LOGGED_OUT,
    (AgentState.READY, AgentLogout): AgentState.LOGGED_OUT,
}


@dataclass(slots=True)
class Agent:
    """The agent on one DN. `idle_since`: when it last became free and Ready, for the router."""

    dn: str
    name: str = ""
    state: AgentState = AgentState.LOGGED_OUT
    work_mode: str = ""
    reason: str = ""
    idle_since: float = 0.0
    wrap_up_until: float | None = None
    state_before_wrap_up: AgentState = AgentState.NOT_READY
    do_not_disturb: bool = False
    forward_to: str = ""

    @property
    def is_ready(self) -> bool:
        return self.state is AgentState.READY

    @property
    def takes_calls(self) -> bool:
        """The router may choose it."""
        return self.is_ready and not self.do_not_disturb and not self.forward_to

    @property
    def is_logged_in(self) -> bool:
        return self.state is not AgentState.LOGGED_OUT

    def handle(self, request: AgentRequest, now: float) -> str:
        """Apply a request; what is wrong with it, or "" when it was applied."""
        state = TRANSITIONS.get((self.state, type(request)))
        if state is None:
            return "agent is not logged in"
        if isinstance(request, AgentLogin):
            if self.is_logged_in and self.name != request.agent:
                return "another agent is logged in on this DN"
            self.name = request.agent
        self._enter(state, now)
        if isinstance(request, AgentSetNotReady):
            self.work_mode, self.reason = request.work_mode, request.reason
        if isinstance(request, AgentLogout):
            self.name = ""
        return ""

    def call_ended(self, wrap_up_time: float, now: float) -> bool:
        """A call of this agent is over; whether that changed the state."""
        self.idle_since = now
        if not self.is_logged_in or wrap_up_time <= 0 or self.wrap_up_until is not None:
            return False
        before = self.state
        self._enter(AgentState.NOT_READY, now)
        self.state_before_wrap_up = before
        self.work_mode = AFTER_CALL_WORK
        self.wrap_up_until = now + wrap_up_time
        return True

    def expire(self, now: float) -> bool:
        """End the wrap-up time if it is over; whether that changed the state."""
        if self.wrap_up_until is None or now < self.wrap_up_until:
            return False
        self._enter(self.state_before_wrap_up, now)
        return True

    def _enter(self, state: AgentState, now: float) -> None:
        if state is AgentState.READY and self.state is not AgentState.READY:
            self.idle_since = now
        self.state, self.work_mode, self.reason, self.wrap_up_until = state, "", "", None
