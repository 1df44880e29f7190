"""Which SIP server is used: the first one that is not down, and back to an earlier one only when it has proved itself.

Theory of operation. The servers stand in the order of preference, and each has a `Health`. When the one in use goes
down, the first other that is not takes its place at once. When one before it has been up for `failback_seconds`
without a break, it takes the place back: a server that comes and goes is not followed. With all of them down the last
stays in use and every one is asked on; the first that answers is used. Those that cannot be asked by OPTIONS have
their turns in use instead, for only that shows whether they are back. `Use` tells the user to register there and to
send new calls there; calls in progress are no business of this machine.

A pair behind one address is one server here: it goes down and `Returned` says that whatever it knew may be forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cordboard.sip.availability.health import Health, State, Word
from cordboard.sip.events import Tick
from cordboard.sip.message import Response


@dataclass(frozen=True, slots=True)
class FailoverSettings:
    """Seconds. `check_seconds` 0: no server is asked. `patience` is how long an OPTIONS may stay unanswered."""

    check_seconds: float = 5.0
    patience: float = 2.0
    failback_seconds: float = 60.0


# --- inputs


@dataclass(frozen=True, slots=True)
class Well:
    """A server gave a final response that shows it lives; `asked`: to an OPTIONS of ours."""

    server: str
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """A request to a server timed out, could not be sent, or got 503 without Retry-After."""

    server: str


# --- outputs


@dataclass(frozen=True, slots=True)
class Ask:
    """Send OPTIONS to this server and tell what came of it."""

    server: str


@dataclass(frozen=True, slots=True)
class Down:
    """This server does not answer any more; `all` when none does."""

    server: str
    all: bool


@dataclass(frozen=True, slots=True)
class Returned:
    """This server answers again, and may have forgotten what it knew."""

    server: str


@dataclass(frozen=True, slots=True)
class Use:
    """From now on this server is the one for registrations and new calls."""

    server: str


Input = Well | Failed | Tick
Output = Ask | Down | Returned | Use


class Failover:
    """`handle(input, now) -> list[Output]` and `deadline`. `current` is in use from the start without a `Use`."""

    def __init__(self, servers: Sequence[str], settings: FailoverSettings, now: float) -> None:
        self._settings = settings
        self._health: Mapping[str, Health] = {
            name: Health(settings.check_seconds, settings.patience, now) for name in servers
        }
        self.current = servers[0]

    def state(self, server: str) -> State:
        return self._health[server].state

    @property
    def reachable(self) -> bool:
        """Whether any server is not down."""
        return any(health.state is not State.DOWN for health in self._health.values())

    def handle(self, input: Input, now: float) -> list[Output]:
        """Take one input."""
        outputs: list[Output] = []
        match input:
            case Tick():
                for server, health in self._health.items():
                    outputs += self._said(server, health.tick(now))
            case Well(server, asked):
                outputs += self._said(server, self._health[server].well(now, asked=asked))
            case Failed(server):
                outputs += self._said(server, self._health[server].failed(now))
        return outputs + self._chosen(input, now)

    @property
    def deadline(self) -> float | None:
        times = [health.deadline for health in self._health.values()]
        times += [self._proved_at(server) for server in self._before_current()]
        return min((each for each in times if each is not None), default=None)

    def _said(self, server: str, words: list[Word]) -> list[Output]:
        outputs: list[Output] = []
        for word in words:
            match word:
                case Word.ASK:
                    outputs.append(Ask(server))
                case Word.DOWN:
                    outputs.append(Down(server, all=not self.reachable))
                case Word.RETURNED:
                    outputs.append(Returned(server))
        return outputs

    def _chosen(self, input: Input, now: float) -> list[Output]:
        """Another server where the one in use is down, or where one before it has proved itself."""
        better = self._proved(now)
        if self.state(self.current) is State.DOWN:
            better = next((name for name, each in self._health.items() if each.state is not State.DOWN), None)
            if better is None and input == Failed(self.current):
                better = self._next_in_turn()
        if better is None:
            return []
        self.current = better
        return [Use(better)]

    def _next_in_turn(self) -> str | None:
        """The server after the one in use, if nothing but its use shows whether it is there."""
        names = list(self._health)
        following = names[(names.index(self.current) + 1) % len(names)]
        return following if following != self.current and not self._health[following].answers_options else None

    def _before_current(self) -> list[str]:
        names = list(self._health)
        return names[: names.index(self.current)]

    def _proved_at(self, server: str) -> float | None:
        since = self._health[server].well_since
        return None if since is None else since + self._settings.failback_seconds

    def _proved(self, now: float) -> str | None:
        times = ((server, self._proved_at(server)) for server in self._before_current())
        return next((server for server, at in times if at is not None and at <= now), None)


def outcome_of(server: str, status: int, response: Response | None, *, asked: bool = False) -> Well | Failed:
    """What the end of a request says of its server. 503 with Retry-After is a server that knows what it does."""
    if response is None or status == 408:
        return Failed(server)
    return Failed(server) if status == 503 and response.headers.get("Retry-After") is None else Well(server, asked)
