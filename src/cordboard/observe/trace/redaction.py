"""Numbers, names, user data, addresses and secrets out of a trace: each value has one stand-in wherever it occurs.

What can be found by its place (the user of a SIP URI, a value under `userData`) is taken note of first; then every
occurrence is replaced, in whatever text. Stand-ins keep messages readable by programs: an address becomes one of those
for documentation (RFC 5737, RFC 3849). Secrets have no stand-in: they are taken out even where all else is shown.
"""

from __future__ import annotations

import ipaddress
import json
import re
from dataclasses import replace
from typing import Any

from cordboard.observe.trace.port import CallTrace, Plane, TraceEntry

SECRET = "(secret)"
SHORTEST = 3  # characters of a value that is looked for everywhere

_SECRET_LINES = re.compile(
    r"^((?:Proxy-)?Authorization|(?:WWW|Proxy)-Authenticate|Authentication-Info|Cookie|Set-Cookie)[ \t]*:.*$",
    re.IGNORECASE | re.MULTILINE,
)
_SECRET_ATTRIBUTES = re.compile(r"^(a=(?:ice-pwd|crypto|key-mgmt)):.*$", re.MULTILINE)
_SECRET_WORDS = re.compile(r"\b(Bearer|Basic|Digest)\s+[A-Za-z0-9._~+/=-]{6,}|\beyJ[\w-]+\.[\w-]+\.[\w-]*")
_SECRET_KEY = re.compile(
    r"password|passwd|secret|token|authori[sz]ation|cookie|jsessionid|credential|api_?key|csrf", re.IGNORECASE
)
_URI = re.compile(r"\b(?:sips?|tel):([^@;>\s,?\"]+)(?:@(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+))?")
_DISPLAY = re.compile(
    r"^(?:From|f|To|t|Contact|m|P-[\w-]*Identity|Remote-Party-ID|Diversion|History-Info|Referred-By|b|Refer-To|r|Reply-To)"
    r"[ \t]*:[ \t]*(?:\"((?:[^\"\\]|\\.)+)\"|([^<\":;]+?))[ \t]*<",
    re.IGNORECASE | re.MULTILINE,
)
_DATA_LINES = re.compile(r"^((?!X-Genesys-CallUUID|X-Cordboard-)X-[\w-]+|Subject|s)([ \t]*:[ \t]*)(.+)$", re.MULTILINE)
_DIGITS = re.compile(r"^((?:Signal|d)[ \t]*=[ \t]*)[0-9A-D*#]+", re.IGNORECASE | re.MULTILINE)
_VIA_HOST = re.compile(r"^(?:Via|v)[ \t]*:[ \t]*SIP/2\.0/\w+[ \t]+(\[[^\]]+\]|[A-Za-z0-9.-]+)", re.I | re.MULTILINE)
_URL_HOST = re.compile(r"\b(?:https?|wss?)://(\[[^\]]+\]|[A-Za-z0-9.-]+)")
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F]{0,4})(?![\w:])")
_KEPT_LINES = re.compile(r"^(a=(?:rtpmap|fmtp|rtcp-fb|fingerprint|extmap):.*|CSeq:.*|m=.*)$", re.MULTILINE)
_NUMBER_KEYS = frozenset(
    {
        "phonenumber",
        "e164number",
        "number",
        "dnis",
        "ani",
        "dn",
        "destination",
        "otherdn",
        "thisdn",
        "formattedphonenumber",
        "digits",
        "get_dnsipresult",
    }
)
_LISTED_NUMBERS = frozenset({"users"})  # numbers where the connector lists them, whole objects where GWS does
_NAME_KEYS = frozenset({"username", "firstname", "lastname", "displayname", "emailaddress", "name", "employeeid"})
_DATA_KEYS = frozenset({"userdata", "extensions", "reasons", "attacheddata", "comment", "notes", "disposition"})
_NO_NAMES = frozenset({"anonymous", "unknown", "sip", "-", "voice", "true", "false", "none"})


class Redactor:
    """`private` shows everything but secrets. One for all that is handed on together."""

    def __init__(self, private: bool = False) -> None:
        self._private = private
        self._stand_ins: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._pattern: re.Pattern[str] | None = None

    def trace(self, trace: CallTrace) -> CallTrace:
        """The trace with everything private in it replaced."""
        self.learn(trace)
        return replace(
            trace, dn=self.text(trace.dn), call=self.text(trace.call), entries=tuple(map(self._entry, trace.entries))
        )

    def learn(self, trace: CallTrace) -> None:
        """Take note of what is private in the trace, ahead of replacing it anywhere."""
        if self._private:
            return
        self.note("number", trace.dn)
        for entry in trace.entries:
            self._learn_text(entry.title)
            self._learn_text(entry.remote)
            if (content := _json(entry.text)) is not None:
                self._learn_json("", content)
            else:
                self._learn_text(entry.text)

    def note(self, kind: str, value: str) -> str:
        """The stand-in of a value; a new one where it has none."""
        value = value.strip()
        if not value or value.lower() in _NO_NAMES:
            return value
        if value not in self._stand_ins:
            count = self._counts[kind] = self._counts.get(kind, 0) + 1
            self._stand_ins[value] = _stand_in(kind, count, value)
            if kind == "number" and value.startswith("+"):
                self._stand_ins.setdefault(value[1:], self._stand_ins[value])  # as others write it
            if kind != "address":  # those are found by their form
                self._pattern = None
        return self._stand_ins[value]

    def host(self, host: str) -> str:
        """The stand-in of an address or of a host's name."""
        if self._private:
            return host
        return self.note("address" if _is_address(host) else "host", host)

    def text(self, text: str) -> str:
        """Any text: every value that is known is replaced, and every address. Secrets go in any case."""
        text = _SECRET_LINES.sub(rf"\1: {SECRET}", text)
        text = _SECRET_WORDS.sub(SECRET, _SECRET_ATTRIBUTES.sub(rf"\1:{SECRET}", text))
        if self._private or not text:
            return text
        text = _DIGITS.sub(r"\1(digit)", _DATA_LINES.sub(self._data_line, text))
        text = _URI.sub(self._uri, text)
        kept: list[str] = []
        text = _KEPT_LINES.sub(lambda match: kept.append(match[0]) or f"\x00{len(kept) - 1}\x00", text)  # type: ignore[func-returns-value]
        text = _IPV6.sub(self._address, _IPV4.sub(self._address, self._known(text)))
        return re.sub(r"\x00(\d+)\x00", lambda match: kept[int(match[1])], text)

    def _entry(self, entry: TraceEntry) -> TraceEntry:
        content = _json(entry.text)
        if content is not None and entry.plane is not Plane.SIP:
            text = json.dumps(self._json("", content, ""))
        else:
            text = self.text(entry.text)
        return replace(entry, title=self.text(entry.title), text=text, remote=self.text(entry.remote))

    # --- noting

    def _learn_text(self, text: str) -> None:
        for user, host in _URI.findall(text):
            self.note("number", user)
            self._note_host(host)
        for quoted, bare in _DISPLAY.findall(text):
            self.note("name", quoted or bare)
        for pattern in (_VIA_HOST, _URL_HOST):
            for host in pattern.findall(text):
                self._note_host(host)
        for _, _, value in _DATA_LINES.findall(text):
            self.note("data", value)

    def _note_host(self, host: str) -> None:
        host = host.strip("[]")
        if host and not _is_address(host):
            self.note("host", host)

    def _learn_json(self, key: str, value: Any, inherited: str = "") -> None:
        kind = inherited or _kind_of(key, value)
        if isinstance(value, dict):
            for each, item in value.items():
                self._learn_json(each, item, kind)
        elif isinstance(value, list):
            for item in value:
                self._learn_json(key, item, kind)
        elif isinstance(value, str):
            if kind and kind != "secret":
                self.note(kind, value)
            self._learn_text(value)

    # --- replacing

    def _json(self, key: str, value: Any, inherited: str) -> Any:
        kind = inherited or _kind_of(key, value)
        if kind == "secret" and not isinstance(value, bool | None):
            return SECRET
        if isinstance(value, dict):
            return {each: self._json(each, item, kind) for each, item in value.items()}
        if isinstance(value, list):
            return [self._json(key, item, kind) for item in value]
        if isinstance(value, str):
            return self.note(kind, value) if kind and not self._private else self.text(value)
        return self.note(kind, str(value)) if kind and not self._private and _is_number(value) else value

    def _data_line(self, match: re.Match[str]) -> str:
        return f"{match[1]}{match[2]}{self.note('data', match[3])}"

    def _uri(self, match: re.Match[str]) -> str:
        """In its place a number is replaced however short it is."""
        start = match.start(1) - match.start()
        return match[0][:start] + self.note("number", match[1]) + match[0][start + len(match[1]) :]

    def _known(self, text: str) -> str:
        if self._pattern is None:
            long = (value for value in self._stand_ins if len(value) >= SHORTEST and not _is_address(value))
            values = sorted(long, key=len, reverse=True)
            words = "|".join(map(re.escape, values)) or r"(?!)"
            self._pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])")
        return self._pattern.sub(lambda match: self._stand_ins[match[0]], text)

    def _address(self, match: re.Match[str]) -> str:
        value = match[0]
        if not _is_address(value) or value in self._stand_ins.values():
            return value
        return self.note("address", value)


def _kind_of(key: str, value: object) -> str:
    lower = key.lower()
    if _SECRET_KEY.search(lower):
        return "secret"
    if lower in _LISTED_NUMBERS and isinstance(value, str | int):
        return "number"
    for kind, keys in (("number", _NUMBER_KEYS), ("name", _NAME_KEYS), ("data", _DATA_KEYS)):
        if lower in keys:
            return kind
    return ""


def _stand_in(kind: str, count: int, value: str) -> str:
    if kind == "host":
        return f"host-{count}.example"
    if kind != "address":
        return f"{kind}-{count}"
    if ":" in value:
        return f"2001:db8::{count:x}"
    return f"192.0.2.{count}" if count < 255 else f"198.51.100.{count % 255}"


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _json(text: str) -> Any:
    if not text.startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
