"""What a setting may hold: from the value in the file to the value in `Settings`, or a sentence why not.

Each kind reads one TOML value. A wrong value raises `Wrong`, which says what the value is not and, where that can be
guessed, what would be right; the reader of the file adds file, line and the setting's own default as an example.
"""

from cordboard.config.kinds.addresses import (
    NAME_SERVERS,
    address,
    addresses,
    host,
    is_host,
    origin_of,
    origins,
    ports,
    server,
    split_address,
    url,
    websocket_url,
)
from cordboard.config.kinds.kind import Kind, Wrong, quoted
from cordboard.config.kinds.words import COOKIE_NAMES, DN, OPTIONS, REALM, TEXT, TRUTH, choice, choices, file, whole

__all__ = [
    "COOKIE_NAMES",
    "DN",
    "NAME_SERVERS",
    "OPTIONS",
    "REALM",
    "TEXT",
    "TRUTH",
    "Kind",
    "Wrong",
    "address",
    "addresses",
    "choice",
    "choices",
    "file",
    "host",
    "is_host",
    "origin_of",
    "origins",
    "ports",
    "quoted",
    "server",
    "split_address",
    "url",
    "websocket_url",
    "whole",
]
