"""What SIP Server's messages of each kind look like in a capture: headers in order, parameters, options, timing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from cordboard.lab.comparison.message import Placed
from cordboard.sip.message import Message, Response

OPTION_HEADERS = frozenset({"Supported", "Require", "Allow", "Allow-Events", "Accept", "Unsupported", "Proxy-Require"})
VALUE_HEADERS = frozenset({"Max-Forwards", "Min-SE", "Event", "Subscription-State", "Content-Type"})
ECHOED = frozenset({"Via", "From", "To", "Call-ID", "CSeq"})  # in responses they stand as in the request
ADDRESS_HEADERS = frozenset({"From", "To", "Contact", "Refer-To", "Referred-By", "P-Asserted-Identity"})
BARE, BRACKETED, NAMED = "without angle brackets", "in angle brackets", "with a display name"
SOON = 0.5  # seconds: what needs longer waits for a person or a timer
AT_ONCE, LATER = "at once", "later"


@dataclass(slots=True)
class Form:
    """All messages of one kind. Each counter tells in how many of them something is."""

    count: int = 0
    headers: Counter[str] = field(default_factory=Counter)
    orders: Counter[tuple[str, ...]] = field(default_factory=Counter)
    details: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    after: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, placed: Placed) -> None:
        message = placed.captured.message
        self.count += 1
        names = tuple(dict.fromkeys(name for name, _ in own_headers(message)))
        self.headers.update(names)
        self.orders[names] += 1
        for what, found in _details(message):
            self.details[what].update(set(found))
        self.after[placed.after].append(placed.seconds)


Profile = dict[str, Form]


def profile_of(messages: Iterable[Placed]) -> Profile:
    """Of SIP Server's messages; those of phones count as what came before."""
    found: Profile = defaultdict(Form)
    for each in messages:
        if each.by_server:
            found[each.kind].add(each)
    return dict(found)


def own_headers(message: Message) -> list[tuple[str, str]]:
    """The headers that its sender chose."""
    echoed = isinstance(message, Response)
    return [(name, value) for name, value in message.headers.items() if not (echoed and name in ECHOED)]


def pace(seconds: Iterable[float]) -> str:
    """How long something takes, in a word: the middle one counts."""
    ordered = sorted(seconds)
    return AT_ONCE if ordered[len(ordered) // 2] < SOON else LATER


def _details(message: Message) -> Iterable[tuple[str, list[str]]]:
    """What a message says in each of its headers, without what differs from call to call."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, value in own_headers(message):
        if name in OPTION_HEADERS:
            found[f"{name} lists"] += [option.strip() for option in value.split(",") if option.strip()]
        elif name in VALUE_HEADERS:
            found[f"{name} is"].append(value.partition(";")[0].strip())
        elif name in ADDRESS_HEADERS:
            found[f"{name} is written"].append(_written(value))
        if ";" in value and name not in ("Allow",):
            found[f"{name} has"] += _parameters(value)
    if message.body[:3] == b"v=0":
        found["SDP has"] += _sdp(message.body.decode("utf-8", "replace"))
    return found.items()


def _written(value: str) -> str:
    before, bracket, _ = value.partition("<")
    if not bracket:
        return BARE
    return NAMED if before.strip() else BRACKETED


def _parameters(value: str) -> list[str]:
    """Names of the parameters of the header, and of its URI where that is in brackets."""
    inner, closed, outer = value.partition(">")
    parts = [("", outer if closed else inner)] + ([("URI ", inner)] if closed else [])
    return [f"{where}{each.partition('=')[0].strip().lower()}" for where, text in parts for each in text.split(";")[1:]]


def _sdp(text: str) -> list[str]:
    """The kinds of lines but attributes, which are the phones': SIP Server passes descriptions through."""
    return [f"{line[0]}=" for line in text.splitlines() if line[1:2] == "=" and line[0] != "a"]
