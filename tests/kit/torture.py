"""What the SIP core and the registrar make of one message; and RFC 4475's own archive put to the same questions.

    python -m kit.torture rfc4475.txt

decodes the archive in appendix A of the RFC's text and prints each message's verdict beside the one that the tests
expect of the message written after its description.
"""

from __future__ import annotations

import base64
import io
import re
import sys
import tarfile
from pathlib import Path

from cordboard.sip.core import UserAgentCore
from cordboard.sip.events import Flow, Invited, Malformed, OutOfDialogRequested, Output, Received, Transmit
from cordboard.sip.message import Request, Response, parse_message
from cordboard.sip.registrar import Answer, Register, Registrar
from kit.counted import CountedIdentifiers

FLOW = Flow("UDP", "trunk", ("192.0.2.1", 5060))
_ARCHIVE = re.compile(r"-- BEGIN MESSAGE ARCHIVE --(.*?)-- END MESSAGE ARCHIVE --", re.DOTALL)


def judge(octets: bytes) -> int | str:
    """ "call", "request", "dropped", or the status that the core answers; after an hour nothing of it is left."""
    core, outputs = _heard(octets)
    for output in outputs:
        if isinstance(output, Invited):
            return "call"
        if isinstance(output, OutOfDialogRequested):
            return "request"
    found = [answer.status for answer in _answers(outputs)]
    assert {type(output) for output in outputs} <= {Transmit, Malformed}
    assert core.sessions == 0
    return found[0] if found else "dropped"


def answers(octets: bytes) -> list[Response]:
    """What the core answers by itself."""
    return _answers(_heard(octets)[1])


def registrar_says(octets: bytes) -> int:
    """The status that the binding table gives to a REGISTER."""
    request = parse_message(octets)
    assert isinstance(request, Request)
    said = Registrar().handle(Register(request, FLOW), 0.0)[0]
    assert isinstance(said, Answer)
    return said.status


def _heard(octets: bytes) -> tuple[UserAgentCore, list[Output]]:
    core = UserAgentCore(CountedIdentifiers(), via_host=lambda flow: "127.0.0.60:5060")
    return core, core.handle(Received(FLOW, octets), 0.0)


def _answers(outputs: list[Output]) -> list[Response]:
    sent = [parse_message(output.data) for output in outputs if isinstance(output, Transmit)]
    return [message for message in sent if isinstance(message, Response)]


def messages_of(rfc: str) -> dict[str, bytes]:
    """The messages in the archive of the RFC's text by name; the text shows the markers once more in its decoder."""
    found = max(_ARCHIVE.findall(rfc), key=len)
    packed = "".join(line.strip() for line in found.splitlines() if re.fullmatch(r"\s*\S+\s*", line))
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(packed))) as archive:
        members = [member for member in archive.getmembers() if member.isfile()]
        return {Path(member.name).stem: _content(archive, member) for member in members}


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    content = archive.extractfile(member)
    assert content is not None
    return content.read()


def main(path: str) -> int:
    from unit.sip.torture.test_rfc4475 import BY_NAME

    source = Path(path)
    messages = (
        {file.stem: file.read_bytes() for file in source.glob("*.dat")}
        if source.is_dir()
        else messages_of(source.read_text("latin-1"))
    )
    different = 0
    for name, torture in BY_NAME.items():
        verdict = judge(messages[name])
        different += verdict != torture.verdict
        print(f"{torture.section:9} {name:11} {verdict!s:8} {'' if verdict == torture.verdict else torture.verdict}")
    print(f"{len(BY_NAME) - different} of {len(BY_NAME)} as expected")
    return different


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
