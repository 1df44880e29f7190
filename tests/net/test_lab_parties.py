"""Three parties and more at the lab's SIP Server and mixer, on real sockets: who hears whom, told by frequencies."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from cordboard.lab import telephony as cti
from cordboard.lab.lab import TelephoneLab, TelephoneLabSettings
from cordboard.lab.sip_server.settings import DnSettings, SipServerSettings
from cordboard.rtp.tone import loudness, strength
from kit.party_phone import PartyPhone, hears

CUSTOMER, AGENT, COLLEAGUE, SUPERVISOR = 440.0, 1000.0, 1600.0, 2300.0
FREQUENCIES = {"5001": AGENT, "5002": COLLEAGUE, "5003": SUPERVISOR}


class Site:
    """The lab with its three phones and one customer who talks to 5001."""

    def __init__(self, lab: TelephoneLab, phones: dict[str, PartyPhone]) -> None:
        self.lab = lab
        self.agent, self.colleague, self.supervisor = phones["5001"], phones["5002"], phones["5003"]

    async def connect(self) -> None:
        self.customer = await self.lab.customers.place("+15550100", "5001", tone=CUSTOMER)
        await self.agent.until(lambda: self.calls("5001"))
        self.ask(cti.AnswerCall, "5001")
        await self.agent.hears(CUSTOMER)
        await self.customer_hears(AGENT)

    def calls(self, dn: str) -> list[cti.CallView]:
        return self.lab.telephony.calls(dn)

    def state(self, dn: str, place: int = -1) -> str:
        calls = self.calls(dn)
        return str(calls[place].state) if calls else "none"

    def ask(self, kind: Callable[..., cti.TelephonyRequest], dn: str, *arguments: object) -> None:
        """A request about the DN's call that began last."""
        self.lab.telephony.request(kind(dn, self.calls(dn)[-1].call_uuid, *arguments))

    async def customer_hears(self, *frequencies: float) -> None:
        await self.agent.until(lambda: hears(self.customer.heard(0.2), *frequencies))

    async def customer_hears_music(self) -> None:
        def music() -> bool:
            sound = self.customer.heard(0.2)
            return loudness(sound) > 0.02 and not any(hears(sound, each) for each in (AGENT, COLLEAGUE, SUPERVISOR))

        await self.agent.until(music)

    async def consult(self) -> None:
        """5001 talks to 5002 beside its call with the customer, who hears music."""
        self.ask(cti.InitiateTransfer, "5001", "5002")
        await self.colleague.until(lambda: self.state("5002") == "Ringing")
        self.ask(cti.AnswerCall, "5002")
        await self.colleague.hears(AGENT)
        await self.agent.hears(COLLEAGUE)
        await self.customer_hears_music()


OpenSite = Callable[..., Awaitable[Site]]


@pytest.fixture
async def open_site() -> AsyncIterator[OpenSite]:
    async with AsyncExitStack() as stack:

        async def opened(**options: object) -> Site:
            annex = {name.replace("_", "-"): str(value) for name, value in options.items()}
            dns = tuple(DnSettings(dn, annex=annex if dn == "5001" else {}) for dn in FREQUENCIES)
            settings = SipServerSettings(address=("127.0.0.1", 0), dns=dns)
            lab = await TelephoneLab.start(TelephoneLabSettings(settings))
            stack.push_async_callback(lab.close)
            phones = {}
            for dn, frequency in FREQUENCIES.items():
                phones[dn] = await PartyPhone.start(dn, lab.sip_server.address, frequency)
                stack.push_async_callback(phones[dn].close)
            site = Site(lab, phones)
            await site.connect()
            return site

        yield opened


@pytest.mark.parametrize("dual", ["true", "false"])
async def test_a_two_step_transfer(open_site: OpenSite, dual: str) -> None:
    site = await open_site(dual_dialog_enabled=dual)
    uuid = site.calls("5001")[0].call_uuid
    await site.consult()

    site.ask(cti.CompleteTransfer, "5001")

    await site.customer_hears(COLLEAGUE)
    await site.colleague.hears(CUSTOMER)
    await site.agent.until(lambda: all(call.over for call in site.agent.calls.values()))
    assert site.calls("5001") == []
    assert [call.call_uuid for call in site.calls("5002")] == [uuid]
    assert site.colleague.last().uuid == uuid
    assert site.lab.sip_server.media_sessions == 0


@pytest.mark.parametrize("dual", ["true", "false"])
async def test_alternating_and_coming_back(open_site: OpenSite, dual: str) -> None:
    site = await open_site(dual_dialog_enabled=dual)
    await site.consult()

    site.ask(cti.AlternateCall, "5001")
    await site.customer_hears(AGENT)
    await site.agent.until(lambda: (site.state("5001", 0), site.state("5001")) == ("Established", "Held"))

    site.ask(cti.AlternateCall, "5001")
    await site.colleague.hears(AGENT)
    await site.customer_hears_music()

    site.ask(cti.ReconnectCall, "5001")
    await site.customer_hears(AGENT)
    await site.colleague.until(lambda: site.colleague.calls and all(c.over for c in site.colleague.calls.values()))
    assert site.state("5001") == "Established"


@pytest.mark.parametrize("dual", ["true", "false"])
async def test_a_two_step_conference_and_its_end(open_site: OpenSite, dual: str) -> None:
    site = await open_site(dual_dialog_enabled=dual)
    await site.consult()

    site.ask(cti.CompleteConference, "5001")

    await site.customer_hears(AGENT, COLLEAGUE)
    await site.colleague.hears(CUSTOMER, AGENT)
    talking = next(call for call in site.agent.calls.values() if not call.over)
    await site.agent.until(lambda: hears(talking.rtp.party.heard(0.2), CUSTOMER, COLLEAGUE))
    assert site.calls("5001")[0].participants == ("+15550100", "5002")
    assert site.lab.sip_server.media_sessions == 3

    site.colleague.hang_up()
    await site.customer_hears(AGENT)
    await site.agent.until(lambda: hears(talking.rtp.party.heard(0.2), CUSTOMER))
    await site.agent.until(lambda: site.lab.sip_server.media_sessions == 0)


async def test_a_single_step_transfer(open_site: OpenSite) -> None:
    site = await open_site()
    site.ask(cti.SingleStepTransfer, "5001", "5002")
    await site.colleague.until(lambda: site.state("5002") == "Ringing")
    assert site.agent.hears_now(CUSTOMER)
    site.ask(cti.AnswerCall, "5002")
    await site.customer_hears(COLLEAGUE)
    await site.colleague.hears(CUSTOMER)
    await site.agent.until(lambda: not site.calls("5001"))


async def test_a_conference_of_four_in_single_steps(open_site: OpenSite) -> None:
    site = await open_site()
    for dn, phone in (("5002", site.colleague), ("5003", site.supervisor)):
        phone.answers_itself = True
        site.ask(cti.SingleStepConference, "5001", dn)
        await phone.until(lambda dn=dn: site.state(dn) == "Established")  # type: ignore[misc]
    sound = site.customer.heard
    await site.agent.until(lambda: all(_in(sound(0.2), each) for each in (AGENT, COLLEAGUE, SUPERVISOR)))
    assert not _in(sound(0.2), CUSTOMER)
    await site.supervisor.until(
        lambda: all(_in(site.supervisor.last().rtp.party.heard(0.2), each) for each in (CUSTOMER, AGENT, COLLEAGUE))
    )


def _in(sound: bytes, frequency: float) -> bool:
    """One of three tones."""
    return strength(sound, frequency) > 0.2


async def test_a_held_party_of_a_conference_is_not_heard(open_site: OpenSite) -> None:
    site = await open_site()
    site.colleague.answers_itself = True
    site.ask(cti.SingleStepConference, "5001", "5002")
    await site.customer_hears(AGENT, COLLEAGUE)

    site.ask(cti.HoldCall, "5001")
    await site.customer_hears(COLLEAGUE)
    await site.colleague.hears(CUSTOMER)

    site.ask(cti.RetrieveCall, "5001")
    await site.customer_hears(AGENT, COLLEAGUE)


async def test_a_recorded_call_has_both_voices(open_site: OpenSite) -> None:
    site = await open_site(record="true")
    uuid = site.calls("5001")[0].call_uuid
    recording = site.lab.sip_server.recording
    await site.agent.until(lambda: hears(recording(uuid)[-6400:], CUSTOMER, AGENT))
    assert site.calls("5001")[0].recording == "Recording"
    assert site.lab.sip_server.media_sessions == 2
    assert site.agent.hears_now(CUSTOMER)

    site.ask(cti.HoldCall, "5001")
    await site.customer_hears_music()
    site.ask(cti.RetrieveCall, "5001")
    await site.customer_hears(AGENT)
    await site.agent.until(lambda: hears(recording(uuid)[-6400:], CUSTOMER, AGENT))

    site.ask(cti.RecordCall, "5001", cti.RecordingAction.STOP)
    await site.agent.until(lambda: site.lab.sip_server.media_sessions == 0)
    await site.agent.hears(CUSTOMER)
    assert hears(recording(uuid)[-6400:], CUSTOMER, AGENT)


@pytest.mark.parametrize(
    ("mode", "agent_hears", "customer_hears"),
    [
        (cti.MonitorMode.MUTE, (CUSTOMER,), (AGENT,)),
        (cti.MonitorMode.COACH, (CUSTOMER, SUPERVISOR), (AGENT,)),
        (cti.MonitorMode.CONNECT, (CUSTOMER, SUPERVISOR), (AGENT, SUPERVISOR)),
    ],
)
async def test_a_supervisor(
    open_site: OpenSite, mode: cti.MonitorMode, agent_hears: tuple[float, ...], customer_hears: tuple[float, ...]
) -> None:
    site = await open_site()
    site.supervisor.answers_itself = True

    site.lab.telephony.request(cti.MonitorNextCall("5003", "5001", mode))

    await site.supervisor.hears(CUSTOMER, AGENT)
    await site.agent.hears(*agent_hears)
    await site.customer_hears(*customer_hears)
    assert site.calls("5003")[0].is_supervisor
    assert site.calls("5001")[0].supervised == mode


async def test_a_supervisor_changes_its_mode_and_leaves(open_site: OpenSite) -> None:
    site = await open_site()
    site.supervisor.answers_itself = True
    site.lab.telephony.request(cti.MonitorNextCall("5003", "5001"))
    await site.supervisor.hears(CUSTOMER, AGENT)
    await site.agent.hears(CUSTOMER)

    site.ask(cti.SetMonitorMode, "5003", cti.MonitorMode.CONNECT)
    await site.customer_hears(AGENT, SUPERVISOR)
    site.ask(cti.SetMonitorMode, "5003", cti.MonitorMode.COACH)
    await site.customer_hears(AGENT)
    await site.agent.hears(CUSTOMER, SUPERVISOR)

    site.supervisor.hang_up()
    await site.agent.hears(CUSTOMER)
    await site.agent.until(lambda: site.lab.sip_server.media_sessions == 0)
    await site.customer_hears(AGENT)


async def test_make_call_flow_2_has_ringback_and_then_the_callee(open_site: OpenSite) -> None:
    site = await open_site(make_call_rfc3725_flow="2")
    site.agent.hang_up()
    await site.agent.until(lambda: not site.calls("5001"))
    site.lab.telephony.request(cti.MakeCall("5001", "5002"))
    await site.agent.hears(425.0)
    await site.colleague.until(lambda: site.state("5002") == "Ringing")
    site.ask(cti.AnswerCall, "5002")
    await site.agent.hears(COLLEAGUE)
    await site.colleague.hears(AGENT)


async def test_by_option_both_hold_forms_hold(open_site: OpenSite) -> None:
    for rfc3264 in ("false", "true"):
        site = await open_site(sip_cti_control="talk", sip_hold_rfc3264=rfc3264)
        site.ask(cti.HoldCall, "5001")
        await site.customer_hears_music()
        await site.agent.until(lambda site=site: site.state("5001") == "Held")  # type: ignore[misc]
        site.ask(cti.RetrieveCall, "5001")
        await site.customer_hears(AGENT)
        await site.agent.hears(CUSTOMER)
