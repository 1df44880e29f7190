"""SIP Server: reachable, willing to register a DN, and told where we are."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

from cordboard.doctor.asking.sip import Reply, SipAsker
from cordboard.doctor.check import Result, check, failed, ok, skipped, warning
from cordboard.doctor.finding import State
from cordboard.doctor.patient import Patient
from cordboard.gateway.trunk import Server
from cordboard.sdp import description
from cordboard.sdp.errors import SdpError
from cordboard.sip.address import NameAddress
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.fields import contacts
from cordboard.sip.location import is_literal
from cordboard.sip.message import Response
from cordboard.sip.registration.reading import granted

REFUSING = (500, 503, 603)  # statuses of a SIP Server that is there and does not work
SLOW = 0.5  # seconds for an answer on a local network
PROBE_SECONDS = 60  # that the probe's registration is asked to last: it ends by itself where it cannot be taken back
_UNREACHED = (
    "See that SIP Server runs and that [sip_server] address and transport are right. On this machine: `ping {host}`,"
    " then `sudo tcpdump -ni any host {host} and port {port}` while the doctor runs. Requests without answers mean a"
    " firewall (let UDP and TCP {port} through both ways) or a SIP Server that does not accept this machine."
)
_ADVERTISE = (
    "Set [gateway] advertise to the address at which SIP Server reaches this machine (`ip route get {host}` shows the"
    " one that is used towards it), or open the way from SIP Server to [gateway] advertise."
)
STATIC_CODECS = {"0": "PCMU", "3": "GSM", "4": "G723", "8": "PCMA", "9": "G722", "18": "G729"}


async def sip_of(patient: Patient) -> SipAsker:
    """The doctor's own way to SIP Server. Raises `Trouble`."""

    async def make() -> SipAsker:
        asker = await SipAsker.open(patient.settings)
        patient.running.push_async_callback(asker.close)
        return asker

    return await patient.once("sip", make)


async def options_of(patient: Patient, server: Server) -> Reply:
    """The answer of a server to one OPTIONS, which is sent once for all checks."""
    asker = await sip_of(patient)
    return await patient.once(f"options {server.name}", lambda: asker.options(server))


@check(
    "sip.server",
    "SIP Server answers",
    why="Without SIP Server no DN is registered and no call comes or goes: agents see 'Connecting...' or calls that"
    " fail.",
    mend=_UNREACHED.format(host="SIP_SERVER_HOST", port="SIP_SERVER_PORT"),
)
async def server(patient: Patient) -> Result:
    """Sends OPTIONS to [sip_server] address, from [gateway] sip's address and by the same transport as the gateway."""
    found = await _server(patient, 0)
    if found.state is not State.FAILED or (used := await server_in_use(patient)) is (await sip_of(patient)).servers[0]:
        return found
    return replace(
        found,
        state=State.WARNING,
        what=f"{found.what}; the backup {used.domain} answers",
        why="Calls go by the backup. When that fails too, there are none.",
    )


async def server_in_use(patient: Patient) -> Server:
    """The first that answers and works, as the gateway chooses; the primary where none does."""
    asker = await sip_of(patient)
    for each in asker.servers:
        reply = await options_of(patient, each)
        if reply.answered and reply.status not in REFUSING:
            return each
    return asker.servers[0]


@check(
    "sip.backup",
    "The backup SIP Server answers",
    why="When the primary fails, calls go on only if the backup answers. It may be in standby and silent: then this is"
    " as it should be.",
    mend="See [sip_server] backup, and whether the backup answers OPTIONS in standby mode: if it never does, this"
    " warning can be left.",
)
async def backup(patient: Patient) -> Result:
    """Sends OPTIONS to [sip_server] backup."""
    if not patient.settings.sip_server.backup:
        return skipped("there is no backup: [sip_server] backup is empty")
    found = await _server(patient, 1)
    return replace(found, state=State.WARNING, mend="") if found.state is State.FAILED else found


async def _server(patient: Patient, place: int) -> Result:
    asker = await sip_of(patient)
    server = asker.servers[place]
    host, port = server.flow.remote
    way = f"{server.domain} by {server.flow.transport}"
    reply = await options_of(patient, server)
    data = {"status": reply.status, "milliseconds": round(reply.seconds * 1000, 1), "address": f"{host}:{port}"}
    mend = _UNREACHED.format(host=host, port=port)
    if not reply.answered:
        return failed(f"{way} does not answer OPTIONS within {reply.seconds:.0f} s", mend=mend, data=data)
    if reply.status in REFUSING:
        return failed(
            f"{way} answers OPTIONS with {reply.words}: it is there and refuses to work",
            mend="Look into SIP Server's log at this moment, and at its state in Solution Control Interface or Genesys"
            " Administrator: it may be in standby, starting or shutting down.",
            data=data,
        )
    what = f"{way} answers OPTIONS with {reply.words} in {data['milliseconds']} ms"
    if reply.seconds > SLOW:
        return warning(f"{what}, which is slow", mend=mend, why="Slow answers delay every ring and answer.", data=data)
    return ok(what, data=data)


@check(
    "sip.advertise",
    "SIP Server sees us where it is told to",
    why="SIP Server sends calls to the address that we register. Where that is another one than it sees us at, calls"
    " ring nowhere or have no sound.",
    mend=_ADVERTISE.format(host="SIP_SERVER_HOST"),
    after=("sip.server",),
)
async def advertise(patient: Patient) -> Result:
    """Compares [gateway] advertise with the address in SIP Server's answer (received in Via, RFC 3261 18.2.1)."""
    server = await server_in_use(patient)
    reply = await options_of(patient, server)
    advertised, seen = patient.settings.gateway.advertise.host, reply.seen_at
    data = {"advertise": advertised, "seen": seen}
    if seen and is_literal(advertised) and is_literal(seen) and ip_address(seen) != ip_address(advertised):
        mend = _ADVERTISE.format(host=server.flow.remote[0])
        return failed(f"SIP Server sees {seen}, and is told to call {advertised}", mend=mend, data=data)
    if not seen:
        return ok(f"it is told {advertised}; its answer does not say where it sees us", data=data)
    return ok(f"{advertised} both ways", data=data)


@check(
    "sip.register",
    "SIP Server registers a DN",
    why="A page is 'Connected' only when SIP Server has registered its DN.",
    mend="Have the DN created as an Extension under the SIP Switch, enabled, with contact=* and the password that"
    " [[agents]] sip_server_password has here.",
    seconds=20.0,
    after=("sip.server",),
)
async def register(patient: Patient) -> Result:
    """Registers [doctor] probe_dn for a minute and takes that back; not if somebody else has it registered."""
    dn = patient.settings.doctor.probe_dn
    if not dn:
        return skipped("[doctor] probe_dn is empty: no registration is tried")
    if patient.settings.agent(dn) is None:
        return failed(
            f"the probe DN {dn} is not among [[agents]]",
            mend=f'Add an [[agents]] entry with dn = "{dn}", and give it to no agent.',
        )
    asker = await sip_of(patient)
    probe = asker.registration(await server_in_use(patient), dn, PROBE_SECONDS)
    held = await probe.query()
    other = _bound(held.response)
    if other == str(patient.settings.gateway.advertise):
        return ok(f"{dn} is registered at the moment, by the gateway")
    if other:
        return warning(
            f"the probe DN {dn} is registered at the moment, as {other}",
            why="The doctor does not take a DN away from whoever has it: SIP Server keeps one registration of a DN, and"
            " to take ours back would wipe it.",
            mend="Give the probe DN to nobody; or ask again in a minute, if that was an earlier run of the doctor.",
        )
    reply = await probe.register()
    if reply.status == 200:
        return _registered(dn, reply, await probe.take_back(), probe.contact)
    return _refused(dn, reply)


def _registered(dn: str, reply: Reply, back: Reply, contact: str) -> Result:
    assert reply.response is not None
    data = {"milliseconds": round(reply.seconds * 1000, 1), "taken_back": back.status}
    if granted(reply.response, NameAddress.parse(contact).uri, PROBE_SECONDS) is None:
        return failed(
            f"SIP Server says 200 and does not bind {dn} to our contact",
            mend="See that the DN's contact option is * or empty: a static contact is kept whatever is registered.",
            data=data,
        )
    if back.status != 200:
        return warning(
            f"{dn} was registered, but SIP Server answers {back.words or 'nothing'} when it is taken back",
            why="DNs of pages that are gone then stay registered, and calls ring nowhere until the registration ends.",
            mend="Look into SIP Server's log for the REGISTER with Expires: 0.",
            data=data,
        )
    return ok(f"{dn} was registered in {data['milliseconds']} ms and taken back", data=data)


_REFUSALS = {
    404: ("SIP Server does not know the DN, or it is disabled", ""),
    403: (
        "SIP Server refuses the DN",
        "See the DN's options authenticate-requests and password, and whether SIP Server accepts REGISTER from this"
        " machine's address.",
    ),
    401: (
        "SIP Server refuses the password, or there is none here",
        "Make the DN's option password and [[agents]] sip_server_password the same; `cordboard agents list` shows which"
        " DNs have one.",
    ),
}


def _refused(dn: str, reply: Reply) -> Result:
    what, mend = _REFUSALS.get(401 if reply.status == 407 else reply.status, ("", ""))
    said = f"REGISTER of {dn} gets {reply.words}" if reply.answered else f"REGISTER of {dn} is not answered"
    return failed(f"{said}: {what}" if what else said, mend=mend, status=reply.status)


def _bound(response: Response | None) -> str:
    """The contact that the answer to a query shows, empty if none."""
    if response is None or response.status != 200:
        return ""
    try:
        found = contacts(response.headers)
    except RemoteProtocolError:
        return ""
    return f"{found[0].uri.host}:{found[0].uri.port or 5060}" if found else ""


@check(
    "sip.codecs",
    "SIP Server's side has our codecs",
    why="Without a codec in common a call is refused with 488, or connects without sound.",
    mend='Have "PCMU" or "PCMA" in [media] codecs, and the same allowed at the trunk and the media servers.',
    after=("sip.server",),
)
async def codecs(patient: Patient) -> Result:
    """Compares [media] codecs with those in the SDP of SIP Server's answer to OPTIONS, where it has any."""
    ours = patient.settings.media.codecs
    reply = await options_of(patient, await server_in_use(patient))
    theirs = _codecs(reply.response)
    data = {"ours": list(ours), "theirs": theirs}
    if theirs and not {each.upper() for each in ours} & {each.upper() for each in theirs}:
        return failed(f"we have {', '.join(ours)}, SIP Server's side {', '.join(theirs)}", data=data)
    if not {"PCMU", "PCMA"} & set(ours):
        return warning(f"[media] codecs has {', '.join(ours)} and no G.711, which every SIP device has", data=data)
    said = (
        f"; SIP Server's side has {', '.join(theirs)}" if theirs else "; its answer to OPTIONS names none, a call does"
    )
    return ok(f"{', '.join(ours)}{said}", data=data)


def _codecs(response: Response | None) -> list[str]:
    """The names of the audio codecs in an answer's SDP."""
    if response is None or not response.body:
        return []
    try:
        said = description.parse(response.body.decode("utf-8", "replace"))
    except SdpError:
        return []
    found: list[str] = []
    for media in said.media:
        named = dict(each.partition(" ")[::2] for each in media.get_all("rtpmap"))
        if media.kind == "audio":
            known = ((named.get(each) or STATIC_CODECS.get(each, "")).partition("/")[0] for each in media.formats)
            found += [name for name in known if name and name != "telephone-event"]
    return found


CHECKS = (server, backup, advertise, register, codecs)
