"""What a setting may hold: from the value in the file to the value in `Settings`, or a sentence why not.

Each kind reads one TOML value. A wrong value raises `Wrong`, which says what the value is not and, where that can be
guessed, what would be right; the reader of the file adds file, line and the setting's own default as an example.
"""

from cordboard.config.kinds.addresses import (
    NAME_SERVERS,
    TURN_URLS,
    address,
    addresses,
    host,
    is_host,
    origin_of,
    origins,
    page_url,
    ports,
    server,
    split_address,
    url,
    websocket_url,
)
from cordboard.config.kinds.kind import Kind, Wrong, quoted
from cordboard.config.kinds.words import (
    COOKIE_NAMES,
    DN,
    OPTIONS,
    REALM,
    TEXT,
    TRUTH,
    URL_PATH,
    choice,
    choices,
    file,
    whole,
)

__all__ = [
    "COOKIE_NAMES",
    "DN",
    "NAME_SERVERS",
    "OPTIONS",
    "REALM",
    "TEXT",
    "TRUTH",
    "TURN_URLS",
    "URL_PATH",
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
    "page_url",
    "ports",
    "quoted",
    "server",
    "split_address",
    "url",
    "websocket_url",
    "whole",
]
