"""ICE of the page's side over virtual time: nomination, restart, consent, another page."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from cordboard.media.relay.sides.ice import PageIce
from cordboard.media.relay.sides.webrtc_port import WebRtcPort
from cordboard.stun.message import Address, MessageClass, parse
from cordboard.stun.request import binding_request
from unit.media.virtual import VirtualLoop, VirtualSocket

HERE: Address = ("127.0.0.1", 5000)
THERE: Address = ("127.0.0.1", 5001)
RTP = b"\x80\x00" + bytes(20)


@dataclass
class Scene:
    """One page, which checks from where the test says; `told` is what the call was told."""

    loop: VirtualLoop = field(default_factory=VirtualLoop)
    socket: VirtualSocket = field(default_factory=VirtualSocket)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.port = WebRtcPort(self.socket)  # type: ignore[arg-type]
        self.ice = PageIce(
            self.port,
            self.loop,  # type: ignore[arg-type]
            self,
            lambda source: self.told.append(f"nominated {source[1]}"),
            lambda: self.told.append("lost"),
        )
        self.ice.take("theirs", is_offer=True)

    def receive_stun(self, ufrag: str, data: bytes, source: Address, now: float) -> None:
        self.ice.receive(ufrag, data, source, self.loop.now())

    def receive_dtls(self, data: bytes, source: Address, now: float) -> None:
        raise AssertionError("no DTLS here")

    def receive_media(self, data: bytes, source: Address) -> None:
        self.told.append(f"media {source[1]}")

    def check(
        self, source: Address, *, nominate: bool = False, ufrag: str = "", password: str = "", remote: str = "theirs"
    ) -> str:
        """Send a check; the answer's class, "" for none."""
        username = f"{ufrag or self.ice.ufrag}:{remote}"
        data = binding_request(bytes(12), username, password or self.ice.password, nominate=nominate)
        self.socket.sent.clear()
        self.deliver(data, source)
        return parse(self.socket.sent[0][0]).message_class.name if self.socket.sent else ""

    def deliver(self, data: bytes, source: Address) -> None:
        self.socket.incoming.append((data, source))
        self.port.readable()


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_source_is_vouched_for_by_a_check_and_chosen_by_nomination(scene: Scene) -> None:
    scene.deliver(RTP, HERE)
    assert scene.check(HERE) == MessageClass.SUCCESS.name
    scene.deliver(RTP, HERE)
    assert scene.told == ["media 5000"]
    assert scene.check(HERE, nominate=True) == MessageClass.SUCCESS.name
    assert scene.told[1:] == ["nominated 5000"]


@pytest.mark.parametrize("wrong", [{"password": "x" * 32}, {"remote": "somebody"}])
def test_wrong_check_vouches_for_nothing(scene: Scene, wrong: dict[str, str]) -> None:
    assert scene.check(HERE, nominate=True, **wrong) == MessageClass.ERROR.name
    scene.deliver(RTP, HERE)
    assert scene.told == []
    assert scene.ice.refused == 1


def test_silent_page_is_lost_after_30_s_and_heard_no_more(scene: Scene) -> None:
    scene.check(HERE, nominate=True)
    scene.loop.pass_time(29.0)
    assert scene.told == ["nominated 5000"]
    assert scene.ice.consented
    scene.loop.pass_time(1.5)
    assert scene.told == ["nominated 5000", "lost"]
    assert not scene.ice.consented
    scene.deliver(RTP, HERE)
    scene.loop.pass_time(300.0)
    assert scene.told == ["nominated 5000", "lost"], "told once; nothing is taken from there"


def test_page_that_goes_on_checking_stays(scene: Scene) -> None:
    for _ in range(40):
        scene.check(HERE, nominate=True)
        scene.loop.pass_time(5.0)
    assert scene.told == ["nominated 5000"]


def test_lost_page_can_come_back(scene: Scene) -> None:
    scene.check(HERE, nominate=True)
    scene.loop.pass_time(31.0)
    scene.check(THERE, nominate=True)
    assert scene.told == ["nominated 5000", "lost", "nominated 5001"]
    scene.loop.pass_time(31.0)
    assert scene.told[3:] == ["lost"]


def test_restart_has_new_credentials_and_the_old_ones_live_until_a_nomination(scene: Scene) -> None:
    scene.check(HERE, nominate=True)
    old = scene.ice.ufrag, scene.ice.password
    scene.ice.take("theirs2", is_offer=True)
    assert scene.ice.ufrag != old[0]
    assert scene.ice.password != old[1]
    assert scene.check(HERE, ufrag=old[0], password=old[1]) == MessageClass.SUCCESS.name
    assert scene.check(THERE, nominate=True, remote="theirs2") == MessageClass.SUCCESS.name
    assert scene.told == ["nominated 5000", "nominated 5001"]
    assert scene.check(HERE, ufrag=old[0], password=old[1]) == "", "the old credentials are gone"


def test_restarts_that_lead_nowhere_do_not_pile_up(scene: Scene) -> None:
    scene.check(HERE, nominate=True)
    for number in range(50):
        scene.ice.take(f"other{number}", is_offer=True)
    assert len(scene.ice._responders) == 2
    assert len(scene.port._by_ufrag) == 2


def test_repeated_description_is_no_restart(scene: Scene) -> None:
    before = scene.ice.ufrag, scene.ice.password
    scene.ice.take("theirs", is_offer=True)
    scene.ice.take("theirs", is_offer=False)
    assert (scene.ice.ufrag, scene.ice.password) == before


def test_answer_with_another_ufrag_keeps_our_credentials(scene: Scene) -> None:
    before = scene.ice.ufrag
    scene.ice.take("another", is_offer=False)
    assert scene.ice.ufrag == before
    assert scene.check(HERE, remote="another") == MessageClass.SUCCESS.name
    assert scene.check(HERE) == MessageClass.ERROR.name


def test_another_page_begins_with_nothing(scene: Scene) -> None:
    scene.check(HERE, nominate=True)
    scene.ice.begin_anew()
    scene.deliver(RTP, HERE)
    assert scene.told == ["nominated 5000"]
    scene.check(HERE, nominate=True)
    assert scene.told == ["nominated 5000", "nominated 5000"]


def test_close_leaves_nothing(scene: Scene) -> None:
    scene.check(HERE, nominate=True)
    scene.ice.take("theirs2", is_offer=True)
    scene.ice.close()
    assert scene.loop.waiting == 0
    assert (scene.port._by_ufrag, scene.port._by_source) == ({}, {})
