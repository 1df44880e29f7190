"""Servers that come and go at random, and what the choice among them and the registrations there must keep to."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.sip.availability import Ask, Down, Failed, Failover, FailoverSettings, Input, Output, Returned, Use, Well
from cordboard.sip.availability.health import Health, State, Word
from cordboard.sip.events import Tick
from cordboard.sip.registration import State as Registered
from cordboard.sip.registration import Upkeep
from kit.registrars import EXPIRES, Registrars, Step
from kit.sequences import Steps, fuzz, play, steps

SERVERS = ("one", "two", "three")
DNS = tuple(str(5001 + number) for number in range(6))

servers = st.sampled_from(SERVERS)

# --- the choice among servers

choice_inputs = st.one_of(st.builds(Well, servers, st.booleans()), st.builds(Failed, servers))
CHOICES = (FailoverSettings(), FailoverSettings(check_seconds=0.0), FailoverSettings(30.0, 10.0, 5.0))


class Watched:
    """A `Failover` whose every word is held against what was said before."""

    def __init__(self, settings: FailoverSettings) -> None:
        self.failover = Failover(SERVERS, settings, 1000.0)
        self.settings = settings
        self.used = SERVERS[0]
        self.down: set[str] = set()
        self.well_since = dict.fromkeys(SERVERS, 1000.0)

    @property
    def deadline(self) -> float | None:
        return self.failover.deadline

    def handle(self, input: Input, now: float) -> list[Output]:
        before, outputs = self.used, self.failover.handle(input, now)
        for output in outputs:
            self._said(output, now)
        self._look(before, now)
        return outputs

    def _said(self, output: Output, now: float) -> None:
        match output:
            case Ask():
                assert self.settings.check_seconds, "nobody is to be asked"
            case Down(server):
                assert server not in self.down
                self.down.add(server)
                assert output.all == (self.down == set(SERVERS))
            case Returned(server):
                self.down.remove(server)
                self.well_since[server] = now
            case Use(server):
                assert server != self.used
                self.used = server

    def _look(self, before: str, now: float) -> None:
        assert self.failover.current == self.used
        assert self.down == {name for name in SERVERS if self.failover.state(name) is State.DOWN}
        assert self.failover.reachable == (self.down != set(SERVERS))
        assert self.used not in self.down or self.down == set(SERVERS)
        if self.used != before and before not in self.down:
            assert SERVERS.index(self.used) < SERVERS.index(before), "left without need, and not for a better one"
            assert self.well_since[self.used] + self.settings.failback_seconds <= now, "followed one that flickers"
        assert self.settings.check_seconds == 0 or self.deadline is not None, "each is asked for ever"


@fuzz
@given(st.sampled_from(CHOICES), steps(choice_inputs))
def test_choice_of_a_server(settings: FailoverSettings, sequence: Steps) -> None:
    play(Watched(settings), sequence, Tick)


class Patient:
    """A `Health` that takes its inputs as any machine; `words` is what it said."""

    def __init__(self, check_seconds: float) -> None:
        self.health = Health(check_seconds, 2.0, 1000.0)
        self.words: list[Word] = []

    @property
    def deadline(self) -> float | None:
        return self.health.deadline

    def handle(self, input: Input, now: float) -> list[Word]:
        match input:
            case Well(_, asked):
                said = self.health.well(now, asked=asked)
            case Failed():
                said = self.health.failed(now)
            case Tick():
                said = self.health.tick(now)
        self.words += said
        assert (self.health.well_since is None) == (self.health.state is not State.UP)
        return said


@fuzz
@given(st.sampled_from((0.0, 5.0)), steps(choice_inputs))
def test_health_of_a_server(check_seconds: float, sequence: Steps) -> None:
    machine = Patient(check_seconds)
    now = play(machine, sequence, Tick)
    turns = [word for word in machine.words if word is not Word.ASK]
    assert turns[::2] == [Word.DOWN] * len(turns[::2])
    assert all(one is not other for one, other in itertools.pairwise(turns))
    assert (machine.deadline is None) == (check_seconds == 0.0), "a server that can be asked is asked for ever"
    machine.handle(Well("one"), now)
    assert machine.health.state is State.UP


# --- the registrations of many DNs at them

moods = st.sampled_from(("well", "silent", "refuses", "demands", "forgets"))
troubles: st.SearchStrategy[Step | float] = st.one_of(
    st.tuples(moods, servers),
    st.tuples(st.sampled_from(("want", "want", "leave")), st.sampled_from(DNS)),
    st.sampled_from((0.0, 0.05, 0.3, 2.0, 12.0, 40.0, 70.0)),
)
UPKEEPS = (Upkeep(check_seconds=30.0), Upkeep(check_seconds=45.0, query=True))


@fuzz
@given(st.sampled_from(UPKEEPS), st.lists(troubles, max_size=40))
def test_registrations_where_servers_come_and_go(upkeep: Upkeep, sequence: list[Step | float]) -> None:
    world = Registrars(SERVERS, DNS, upkeep)
    for step in sequence:
        if isinstance(step, float):
            world.pass_time(step)
        else:
            world.handle(step)
    for server in SERVERS:
        world.handle(("well", server))
    world.pass_time(4.0 * EXPIRES)
    assert world.failover.current == SERVERS[0], "the first has proved itself"
    assert {dn for dn in DNS if world.pool.state(dn) is not Registered.UNREGISTERED} == world.wanted
    assert world.bound == dict.fromkeys(world.wanted, SERVERS[0])
    assert [world.bound_at(server) for server in SERVERS] == [world.wanted, set(), set()], "at one server only"
    world.expect_pace()


@pytest.mark.parametrize("upkeep", UPKEEPS)
def test_server_that_flickers_for_hours(upkeep: Upkeep) -> None:
    """The one server of a site goes and comes: every DN is registered again each time, and nothing heaps up."""
    world = Registrars(("one",), DNS, upkeep)
    for dn in DNS:
        world.handle(("want", dn))
    for _ in range(300):
        world.handle(("silent", "one"))
        world.pass_time(20.0)
        assert not world.failover.reachable
        world.handle(("forgets", "one"))
        world.handle(("well", "one"))
        world.pass_time(70.0)
        assert world.bound == dict.fromkeys(DNS, "one")
    world.expect_pace()
