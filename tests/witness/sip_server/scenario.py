"""Makes a SIPp scenario, SIP Server's part of a call, out of lines like those of a ladder.

    <- REGISTER
    -> 200
    -> INVITE + Supported: timer | echo
    <- 100?
    <- 180 + Allow-Events: talk
    pause 12
    <- INVITE | m=audio
    -> 180 INVITE

`->` is what SIPp sends: a method, or a status (of the request that came last, or of the last one of that method).
`<-` is what must come; with `?` it may be missing. After `+` a header field; of what comes, value and body are regular
expressions. After `|` a description out of `DESCRIPTIONS`, or the body itself.
`pause` has milliseconds; `password DN SECRET` verifies the digest of the request before. A line `call METHOD` begins
what happens in a dialog that the gateway makes with that request, if there is more than one.

The wire is SIP Server's as traced: From and To without angle brackets, Via after Content-Type, no rport, identifiers
with GUIDs, the call's identifier in every request but CANCEL and the ACK of a refusal.

SIPp finds its call by what follows `///` in a Call-ID, so the INVITE's ends like the REGISTER's.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

GUID = "7C2E4E0B-9B7A-4A51-8A3C-1B0C6B6C0D11"
TAG = f"{GUID}-25[call_number]"
OWN_CALL_ID = "3F0B9A52-16D7-4F0E-9E55-70A4C1D2E6F8-5[call_number]///[call_id]"
HOST = "[local_ip]:[local_port]"
ALLOW = "ACK, BYE, CANCEL, INFO, INVITE, MESSAGE, NOTIFY, OPTIONS, PRACK, REFER, UPDATE"
URI = "sip:[^>;]*"
TIMEOUT = 6000  # milliseconds
AUDIO = """v=0
o=Genesys 1769469826 {version} IN IP4 {address}
s=-
c=IN IP4 {connection}
t=0 0
m=audio {port} RTP/AVP 0 8 18 101
a=rtpmap:0 pcmu/8000
a=rtpmap:8 pcma/8000
a=rtpmap:18 g729/8000
a=fmtp:18 annexb=yes
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
"""
# `echo` is SIPp's own echo, `other` another telephone.
DESCRIPTIONS = {
    "echo": ("[local_ip]", "[local_ip]", "[media_port]", ""),
    "other": ("[rtp_address]", "[rtp_address]", "[rtp_port]", ""),
    "old hold": ("[local_ip]", "0.0.0.0", "[media_port]", ""),
    "sendonly": ("[local_ip]", "[local_ip]", "[media_port]", "a=sendonly\n"),
    "inactive": ("[local_ip]", "[local_ip]", "[media_port]", "a=inactive\n"),
}
CAPTURED = ("From", "To", "Via", "CSeq")  # of an INVITE of the gateway


@dataclass(slots=True)
class Line:
    """`start`, header fields, body."""

    start: list[str]
    headers: dict[str, str]
    body: str

    @classmethod
    def parse(cls, text: str) -> Line:
        head, _, body = text.partition(" | ")
        start, *fields = re.split(r"\s\+\s", head)
        pairs = (each.partition(":") for each in fields)
        return cls(start.split(), {name.strip(): value.strip() for name, _, value in pairs}, body.strip())


@dataclass(slots=True)
class Dialog:
    """What is known of the dialog at this place of the scenario; `called`: the gateway made it."""

    called: bool = False
    begun: bool = False  # by an INVITE of ours
    cseq: int = 0
    invite: int = 0  # CSeq of our last INVITE
    refused: bool = False
    transactions: dict[str, str] = field(default_factory=dict)  # by method
    last: str = ""  # request that came


class Scenario:
    """Use `scenario`."""

    def __init__(self, uuid: str) -> None:
        self.xml: list[str] = []
        self.uuid = uuid
        self.dialog = Dialog()
        self._variables = itertools.count(1)
        self._used: list[str] = []
        self._versions = itertools.count(1)
        self._transactions = itertools.count(1)

    def write(self) -> str:
        reference = f'<Reference variables="{",".join(self._used)}"/>' if self._used else ""
        body = "\n".join([*self.xml, reference])
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="SIP Server">\n{body}\n</scenario>\n'

    # --- lines

    def add(self, text: str, attributes: str = "") -> None:
        arrow, _, rest = text.partition(" ")
        if arrow == "pause":
            self.xml.append(f'<pause milliseconds="{rest}"/>')
        elif arrow == "password":
            self._verify(*rest.split())
        elif arrow == "<-":
            self._receive(Line.parse(rest), attributes)
        else:
            line = Line.parse(rest)
            send = self._respond if line.start[0].isdigit() else self._request
            send(line)

    def _variable(self) -> str:
        name = f"v{next(self._variables)}"
        self._used.append(name)
        return name

    def _use(self, *names: str) -> None:
        self._used += [name for name in names if name not in self._used]

    # --- what comes

    def _receive(self, line: Line, attributes: str) -> None:
        what = line.start[0]
        optional = what.endswith("?")
        what = what.rstrip("?")
        checks = [
            f'<ereg regexp={quoteattr(value)} search_in="hdr" header="{name}:" check_it="true" '
            f'assign_to="{self._variable()}"/>'
            for name, value in line.headers.items()
        ]
        if line.body:
            checks.append(
                f'<ereg regexp={quoteattr(line.body)} search_in="body" check_it="true" assign_to="{self._variable()}"/>'
            )
        if what.isdigit():
            word = self._response(what, line)
        else:
            word = f'request="{what}"'
            self.dialog.last = what
        checks += self._captures(what, line.start[-1])
        attributes += ' optional="true"' if optional else ""
        action = f"<action>{''.join(checks)}</action>" if checks else ""
        self.xml.append(f'<recv {word} timeout="{TIMEOUT}"{attributes}>{action}</recv>')

    def _response(self, status: str, line: Line) -> str:
        method = line.start[1] if len(line.start) > 1 else "INVITE"
        if method == "INVITE" and int(status) >= 300:
            self.dialog.refused = True
        return f'response="{status}" response_txn="{self.dialog.transactions[method]}"'

    def _captures(self, what: str, method: str) -> list[str]:
        """What later messages are made of."""
        found: list[tuple[str, str, str]] = []
        if what == "REGISTER":
            found = [("contact", URI, "Contact"), ("address", URI, "To"), ("expires", "[0-9]+", "Expires")]
        elif what == "INVITE":
            found = [(name.lower(), "[^ ].*", name) for name in CAPTURED]
        if (what == "INVITE" and self.dialog.called) or (what in ("180", "200") and method in (what, "INVITE")):
            found.append(("target", URI, "Contact"))
        self._use(*(name for name, _, _ in found))
        return [
            f'<ereg regexp="{pattern}" search_in="hdr" header="{header}:" check_it="true" assign_to="{name}"/>'
            for name, pattern, header in found
        ]

    def _verify(self, dn: str, password: str) -> None:
        """The digest of the request that came last must be that of the DN; else the scenario fails."""
        name = self._variable()
        self.xml[-1] = (
            self.xml[-1]
            .replace(
                "</recv>",
                f'<action><verifyauth assign_to="{name}" username="{dn}" password="{password}"/></action></recv>',
            )
            .replace("</action><action>", "")
        )
        label = f"good{name}"
        self.xml.append(f'<nop next="{label}" test="{name}"/>')
        self.xml.append('<recv request="WRONG-PASSWORD" timeout="1"/>')
        self.xml.append(f'<label id="{label}"/>')

    # --- what is sent

    def _request(self, line: Line) -> None:
        method, dialog = line.start[0], self.dialog
        initial = method == "INVITE" and not dialog.begun and not dialog.called
        number = dialog.invite if method in ("ACK", "CANCEL") else dialog.cseq + 1
        dialog.cseq = max(dialog.cseq, number)
        if method == "INVITE":
            dialog.invite, dialog.begun, dialog.refused = number, True, False
        target = "[$target]"
        if initial or (method == "CANCEL") or (method == "ACK" and dialog.refused):
            target = "[$contact]"
        headers = self._dialog_headers(method, number, tagged=not initial and method != "CANCEL")
        self._emit(f"{method} {target} SIP/2.0", headers | line.headers, line.body, self._transaction(method))

    def _transaction(self, method: str) -> str:
        known = self.dialog.transactions
        if method == "ACK":
            return f' ack_txn="{known["INVITE"]}"'
        known[method] = f"t{next(self._transactions)}"
        return f' retrans="500" start_txn="{known[method]}"'

    def _dialog_headers(self, method: str, number: int, *, tagged: bool) -> dict[str, str]:
        dialog = self.dialog
        if dialog.called:
            ends = {"From": f"[$to];tag={TAG}", "To": "[$from]", "Call-ID": "[call_id]"}
        else:
            own = f"sip:[caller]@{HOST};tag={TAG}"
            ends = {"From": own, "To": "[$address]" + ("[peer_tag_param]" if tagged else ""), "Call-ID": OWN_CALL_ID}
        branched = dialog.invite if method == "CANCEL" or (method == "ACK" and dialog.refused) else number
        kind = "ack" if method == "ACK" and not dialog.refused else ""
        branch = f"z9hG4bK{GUID}-{branched}{kind}-[call_number]"
        headers = {
            **ends,
            "CSeq": f"{number} {method}",
            "Content-Length": "[len]",
            "Content-Type": "application/sdp",
            "Via": f"SIP/2.0/UDP {HOST};branch={branch}",
            "Contact": f"<sip:[caller]@{HOST}>",
            "Max-Forwards": "70",
        }
        if method != "CANCEL" and not (method == "ACK" and dialog.refused):
            headers["X-Genesys-CallUUID"] = self.uuid
        if method == "INVITE":
            headers |= {"Allow": ALLOW, "Session-Expires": "1800;refresher=uac", "Min-SE": "90", "Supported": "timer"}
        return headers

    def _respond(self, line: Line) -> None:
        status = int(line.start[0])
        method = line.start[1] if len(line.start) > 1 else self.dialog.last
        if method == "INVITE":
            headers = {name: f"[${name.lower()}]" for name in ("From", "To")}
            if self.dialog.called and not self.dialog.begun:
                headers["To"] += f";tag={TAG}"
            headers |= {"Call-ID": "[call_id]" if self.dialog.called else OWN_CALL_ID}
            headers |= {"CSeq": "[$cseq]", "Via": "[$via]"}
        else:
            headers = {name: f"[last_{name}:]" for name in ("From", "To", "Call-ID", "CSeq", "Via")}
        if method in ("REGISTER", "OPTIONS"):
            headers["To"] += f";tag={GUID}-[call_number]"
        if method == "REGISTER" and status == 200:
            headers |= {"Expires": "[$expires]", "Contact": "<[$contact]>;expires=[$expires]"}
        else:
            headers |= {"Contact": f"<sip:[caller]@{HOST}>"}
        headers |= {"Content-Length": "[len]", "Content-Type": "application/sdp"}
        final = method == "INVITE" and status >= 200
        self._emit(f"SIP/2.0 {status} OK", headers | line.headers, line.body, ' retrans="500"' if final else "")

    def _emit(self, start: str, headers: dict[str, str], body: str, attributes: str) -> None:
        if body in DESCRIPTIONS:
            address, connection, port, more = DESCRIPTIONS[body]
            version = next(self._versions)
            body = AUDIO.format(version=version, address=address, connection=connection, port=port) + more
        elif body:
            body += "\n"
        else:
            headers = {name: value for name, value in headers.items() if name != "Content-Type"}
            headers["Content-Length"] = "0"
        fields = [value if value.startswith("[last_") else f"{name}: {value}" for name, value in headers.items()]
        text = "\n".join([start, *fields, "", body])
        self.xml.append(f"<send{attributes}><![CDATA[\n{text}\n]]></send>")


def scenario(lines: str, uuid: str) -> str:
    """The XML; `uuid` is the call's identifier."""
    made = Scenario(uuid)
    sections = re.split(r"^\s*call (\w+)\s*$", lines, flags=re.MULTILINE)
    if len(sections) == 1:
        for line in filter(None, map(str.strip, lines.splitlines())):
            made.add(line)
        return made.write()
    pairs = list(zip(sections[1::2], sections[2::2], strict=True))
    return _branched(made, pairs)


def _branched(made: Scenario, pairs: list[tuple[str, str]]) -> str:
    """SIPp chooses the part by the request that begins a call of its own."""
    for place, (first, text) in enumerate(pairs):
        made.dialog = Dialog(called=first == "INVITE")
        opening = next(filter(None, map(str.strip, text.splitlines())))
        last = "" if place == len(pairs) - 1 else ' optional="true"'
        made.add(opening, f'{last} next="part{place}"')
    for place, (first, text) in enumerate(pairs):
        made.xml.append(f'<label id="part{place}"/>')
        made.dialog = Dialog(called=first == "INVITE", last=first)
        for line in list(filter(None, map(str.strip, text.splitlines())))[1:]:
            made.add(line)
        made.xml.append('<nop next="end"/>')
    made.xml.append('<label id="end"/>')
    return made.write()
