"""Addresses with a display name, as in From, To, Contact, Route and P-Asserted-Identity (RFC 3261 section 20.10)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.grammar import (
    QUOTED,
    WHITESPACE,
    Parameters,
    parse_parameters,
    print_parameters,
    quote,
    split_list,
    unquote,
)
from cordboard.sip.uri import Uri

REMEMBERED = 2048  # addresses
LONGEST_REMEMBERED = 200  # characters


@dataclass(frozen=True, slots=True)
class NameAddress:
    """A URI with display name ("" if none) and header parameters.

    `bare` tells that the URI came without angle brackets; it is printed so again where the grammar lets it.
    """

    display_name: str
    uri: Uri
    parameters: Parameters = field(default_factory=dict, hash=False)
    bare: bool = field(default=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> NameAddress:
        """Read one address; raises RemoteProtocolError.

        Without angle brackets everything after the first semicolon belongs to the header, not to the URI (section 20):
        SIP Server writes `sip:1003@host:5060;tag=x`. The same text comes many times in a dialog: short ones are
        remembered, so nobody may change the parameters of what is returned.
        """
        return _remembered(text) if len(text) <= LONGEST_REMEMBERED else cls._parse(text)

    @classmethod
    def _parse(cls, text: str) -> NameAddress:
        text = text.strip(WHITESPACE)
        if text.startswith('"'):
            return cls._parse_quoted(text)
        bracket = text.find("<")
        semicolon = text.find(";")
        if bracket < 0 or 0 <= semicolon < bracket:
            return cls._parse_bare(text)
        return cls._parse_bracketed(text[:bracket].rstrip(WHITESPACE), text[bracket:])

    @classmethod
    def _parse_bare(cls, text: str) -> NameAddress:
        uri, _, parameters = text.partition(";")
        if "?" in uri or "," in uri:
            raise RemoteProtocolError("address with a question mark or comma needs angle brackets")
        return cls("", Uri.parse(uri.rstrip(WHITESPACE)), parse_parameters(parameters) if parameters else {}, True)

    @classmethod
    def _parse_quoted(cls, text: str) -> NameAddress:
        quoted = QUOTED.match(text)
        if quoted is None:
            raise RemoteProtocolError("display name is not closed")
        rest = text[quoted.end() :].lstrip(WHITESPACE)
        if not rest.startswith("<"):
            raise RemoteProtocolError("no address after the display name")
        return cls._parse_bracketed(unquote(quoted.group()), rest)

    @classmethod
    def _parse_bracketed(cls, display_name: str, text: str) -> NameAddress:
        uri, closed, rest = text[1:].partition(">")
        if not closed:
            raise RemoteProtocolError("angle bracket is not closed")
        rest = rest.strip(WHITESPACE)
        if rest and not rest.startswith(";"):
            raise RemoteProtocolError("something other than parameters follows an address")
        return cls(display_name, Uri.parse(uri.strip(WHITESPACE)), parse_parameters(rest) if rest else {})

    @property
    def tag(self) -> str | None:
        """The tag parameter; None if absent, or empty."""
        return self.parameters.get("tag") or None

    def with_tag(self, tag: str) -> NameAddress:
        """The same address with this tag."""
        return replace(self, parameters={**self.parameters, "tag": tag})

    def __str__(self) -> str:
        uri = str(self.uri)
        parameters = print_parameters(self.parameters)
        if self.bare and not self.display_name and not any(character in uri for character in ",?;"):
            return uri + parameters
        return f"{quote(self.display_name)} <{uri}>{parameters}" if self.display_name else f"<{uri}>{parameters}"


@lru_cache(REMEMBERED)
def _remembered(text: str) -> NameAddress:
    return NameAddress._parse(text)


def parse_addresses(values: list[str]) -> list[NameAddress]:
    """All addresses of header fields that hold lists of them, such as Contact, Route or P-Asserted-Identity."""
    return [NameAddress.parse(element) for value in values for element in split_list(value)]
