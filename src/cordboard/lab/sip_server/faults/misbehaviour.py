"""How the SIP Server look-alike misbehaves when it is told to: a bad network, refusals, silence.

Pure: `Misbehaviour` says of each message when it arrives, and of each request whether it is refused; whoever has the
sockets carries that out. Chance comes from a seed, so that a bad day can be had again. Only phones suffer; the
customers' side is spared, or every fault would be there twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from cordboard.sip.dialog import tag_of
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.events import Flow, Transmit
from cordboard.sip.framing import read
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request, Response, reason_phrase, to_bytes
from cordboard.sip.transaction.making import repeated_in_response, way_back, with_top_via
from cordboard.sip.via import top_via

LATEST = 0.5  # seconds by which a message comes later that others overtake


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares are of 1, times in seconds. The default is a SIP Server that behaves.

    `refuse` maps methods to the status that a request outside a dialog gets, with `retry_after` seconds if that is
    not 0. `silent`: what comes is not even looked at. On connections nothing is lost, doubled or overtaken.
    """

    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    delay: float = 0.0
    refuse: Mapping[str, int] = field(default_factory=dict, hash=False)
    retry_after: int = 0
    silent: bool = False
    seed: int = 0


class Misbehaviour:
    """The faults of one SIP Server; `spared` is the address of the customers' side."""

    def __init__(self, faults: Faults, spared: tuple[str, int] | None = None) -> None:
        self._spared = spared
        self._faults = faults
        self._random = Random(faults.seed)

    @property
    def faults(self) -> Faults:
        return self._faults

    def change(self, faults: Faults) -> None:
        """Misbehave in this way from now on; chance begins anew."""
        self._faults = faults
        self._random = Random(faults.seed)

    def arrivals(self, flow: Flow) -> list[float]:
        """After how many seconds each copy of a message on that flow arrives; an empty list if it is lost."""
        if flow.remote == self._spared:
            return [0.0]
        faults = self._faults
        if flow.reliable:
            return [faults.delay]
        copies = (not self._chance(faults.drop)) + self._chance(faults.duplicate)
        return [faults.delay + self._overtaken_by() for _ in range(copies)]

    def ignores(self, flow: Flow) -> bool:
        """Whether what comes on that flow is not even looked at."""
        return self._faults.silent and flow.remote != self._spared

    def refusal(self, flow: Flow, data: bytes) -> Transmit | None:
        """The answer to a request that is refused; a repeated one gets the same again."""
        if not self._faults.refuse or flow.remote == self._spared:
            return None
        request = read(data, connection=flow.reliable)
        if not isinstance(request, Request) or request.method not in self._faults.refuse or _in_dialog(request):
            return None
        return self._refuse(flow, request, self._faults.refuse[request.method])

    def _refuse(self, flow: Flow, request: Request, status: int) -> Transmit:
        via = top_via(request.headers).stamped(flow.remote)
        request.headers = with_top_via(request.headers, via)
        headers = Headers(repeated_in_response(request, status, _tag(request)))
        if self._faults.retry_after:
            headers.add("Retry-After", str(self._faults.retry_after))
        return Transmit(way_back(flow, via), to_bytes(Response(status, reason_phrase(status), headers)))

    def _overtaken_by(self) -> float:
        return LATEST * self._random.random() if self._chance(self._faults.reorder) else 0.0

    def _chance(self, share: float) -> bool:
        return share > 0 and self._random.random() < share


def _in_dialog(request: Request) -> bool:
    try:
        return bool(tag_of(request.headers.get("To", "")))
    except RemoteProtocolError:
        return True


def _tag(request: Request) -> str:
    """The same for the same request, so that its repetition is answered alike without a memory."""
    return hashlib.sha256(f"{request.headers.get('Call-ID')} {request.headers.get('CSeq')}".encode()).hexdigest()[:16]
