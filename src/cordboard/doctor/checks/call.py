"""A real call, made by the doctor: page to gateway to SIP Server and back to another page."""

from __future__ import annotations

from cordboard.doctor.asking.call import CallReport, Heard, TwoPhones
from cordboard.doctor.check import Result, check, failed, ok, skipped, warning
from cordboard.doctor.patient import Patient

GOOD_MOS, BAD_MOS = 4.0, 3.1  # below: some, or many, listeners are dissatisfied (G.107 annex B)
LATE_SOUND, TOO_LATE_SOUND = 1.0, 3.0  # seconds after the answer
LATE_RING = 1.5  # seconds
CALL_SECONDS = 40.0
NEEDS = ("web.gateway", "sip.server", "sip.register")


async def phones_of(patient: Patient) -> tuple[TwoPhones, float]:
    """Both phones, registered once for all checks, and how long that took. Raises `Trouble`."""

    async def make() -> tuple[TwoPhones, float]:
        settings = patient.settings
        secure = settings.gateway.websocket_url.startswith("wss:")
        tls = patient.http.tls(verified=True) if secure else None
        phones = TwoPhones(settings, patient.secret, tls, patient.running)
        return phones, await phones.register()

    return await patient.once("phones", make)


async def report_of(patient: Patient) -> CallReport:
    """The one call. Raises `Trouble`."""

    async def make() -> CallReport:
        phones, _ = await phones_of(patient)
        return await phones.call(patient.instruments.hear_seconds)

    return await patient.once("call", make)


def not_tried(patient: Patient) -> Result | None:
    """Why no call is tried, where that is so."""
    settings = patient.settings
    doctor = settings.doctor
    wanted = (doctor.probe_dn, doctor.answering_dn)
    if not all(wanted):
        return skipped("[doctor] probe_dn or answering_dn is empty: no call is tried")
    if doctor.probe_dn == doctor.answering_dn:
        return failed("[doctor] probe_dn and answering_dn are the same DN", mend="Set answering_dn to another one.")
    if missing := [dn for dn in wanted if settings.agent(dn) is None]:
        return failed(
            f"the DN {' and '.join(missing)} of the doctor is not among [[agents]]",
            mend="Add an [[agents]] entry for each, and give them to no agent.",
        )
    digest = settings.gateway.page_digest or settings.gateway.kind == "asterisk"
    by_password = digest and all(agent is not None and agent.page_password for agent in map(settings.agent, wanted))
    if patient.secret is None and not by_password:
        return skipped(
            "the secret that signs pages' tokens cannot be read: run the doctor on the gateway's machine, as its user"
            " (`sudo -u cordboard cordboard doctor ...`)"
        )
    return None


@check(
    "call.registered",
    "A page's phone registers",
    why="This is what each agent's softphone does first: without it there is 'Connecting...' and no call.",
    mend="`journalctl -u cordboard -n 50` tells why the gateway refused; the other checks of sip and web tell more.",
    seconds=CALL_SECONDS,
    after=NEEDS,
)
async def registered(patient: Patient) -> Result:
    """Two phones without a browser register by [gateway] websocket_url, as [doctor] probe_dn and answering_dn."""
    if (why := not_tried(patient)) is not None:
        return why
    _, seconds = await phones_of(patient)
    doctor = patient.settings.doctor
    return ok(f"{doctor.probe_dn} and {doctor.answering_dn} in {seconds * 1000:.0f} ms", seconds=round(seconds, 3))


@check(
    "call.connected",
    "A call connects",
    why="Calls between agents, and so probably all calls, fail.",
    mend="`cordboard trace` shows the call's SIP on both sides; see gws.dn_options and SIP Server's log.",
    seconds=CALL_SECONDS,
    after=("call.registered",),
)
async def connected(patient: Patient) -> Result:
    """The first phone calls the second through SIP Server: out by one call of the gateway, in by another."""
    if (why := not_tried(patient)) is not None:
        return why
    report = await report_of(patient)
    what = f"it rang after {report.ringing * 1000:.0f} ms"
    if report.ringing > LATE_RING:
        return warning(
            f"{what}, which is late",
            why="Agents wait for calls, and callers for agents.",
            mend="See how fast SIP Server answers (sip.server), names are found (machine.names) and GWS reacts.",
            seconds=round(report.ringing, 3),
        )
    return ok(what, seconds=round(report.ringing, 3))


@check(
    "call.sound",
    "Both hear the other",
    why="A call without sound, or with sound one way only (the guide's issue 4).",
    mend="See [media] address and advertise (media.address), the firewall for [media] rtp_ports and webrtc_ports"
    " (media.firewall), and that SIP Server's side sends to that address: `sudo tcpdump -ni any udp portrange"
    " FIRST-LAST`.",
    seconds=CALL_SECONDS,
    after=("call.connected",),
)
async def sound(patient: Patient) -> Result:
    """Each phone says a tone and listens for the other's frequency."""
    if (why := not_tried(patient)) is not None:
        return why
    report = await report_of(patient)
    deaf = [who for who, heard in _sides(report) if not heard.is_right]
    data = {
        who: {"received": heard.received, "lost": heard.lost, "tone": round(heard.tone, 2)}
        for who, heard in _sides(report)
    }
    if len(deaf) == 2:
        return failed("neither hears the other", data=data)
    if deaf:
        return failed(f"the {deaf[0]} phone does not hear the other's tone", data=data)
    tones = " and ".join(f"{heard.frequency:.0f} Hz" for _, heard in _sides(report))
    return ok(f"{tones} are heard", data=data)


@check(
    "call.quality",
    "It sounds well",
    why="Agents and customers hear gaps, or talk at the same time.",
    mend="Loss and jitter come from the network or from a machine that is too busy: `top`, `ethtool -S`, the switch's"
    " counters; mark sound with DSCP EF all the way (the gateway does).",
    seconds=CALL_SECONDS,
    after=("call.sound",),
)
async def quality(patient: Patient) -> Result:
    """Rates what both heard by the E-model (ITU-T G.107): MOS from loss, delay and jitter."""
    if (why := not_tried(patient)) is not None:
        return why
    report = await report_of(patient)
    data = {
        who: {
            "mos": round(heard.mos, 2),
            "delay_milliseconds": round(heard.delay * 1000, 1),
            "jitter_milliseconds": round(heard.jitter * 1000, 1),
            "lost": heard.lost,
        }
        for who, heard in _sides(report)
    }
    least = min(heard.mos for _, heard in _sides(report))
    lost = sum(heard.lost for _, heard in _sides(report))
    what = f"MOS {least:.1f}, {lost} packets lost"
    if least < BAD_MOS:
        return failed(what, data=data)
    return warning(what, data=data) if least < GOOD_MOS else ok(what, data=data)


@check(
    "call.time_to_sound",
    "Sound comes at once",
    why="The first words of a call are lost, on both sides.",
    mend="Slow ICE or DTLS: names in candidates (machine.names), TURN servers that do not answer (turn.stun), or a"
    " media worker that is too busy.",
    seconds=CALL_SECONDS,
    after=("call.sound",),
)
async def time_to_sound(patient: Patient) -> Result:
    """The time from the answer until both phones have heard a packet."""
    if (why := not_tried(patient)) is not None:
        return why
    seconds = (await report_of(patient)).sound_after
    what = f"{seconds * 1000:.0f} ms after the answer"
    if seconds > TOO_LATE_SOUND:
        return failed(what, seconds=round(seconds, 3))
    return warning(what, seconds=round(seconds, 3)) if seconds > LATE_SOUND else ok(what, seconds=round(seconds, 3))


def _sides(report: CallReport) -> tuple[tuple[str, Heard], ...]:
    return ("calling", report.caller_heard), ("called", report.called_heard)


CHECKS = (registered, connected, sound, quality, time_to_sound)
