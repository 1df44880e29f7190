"""Kinds of settings that are measured or that name a place to write to."""

from __future__ import annotations

from urllib.parse import urlsplit

from cordboard.config.kinds.kind import Kind, Wrong, quoted, text_of


def decimal(minimum: float, maximum: float) -> Kind:
    """A number with its limits."""

    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Wrong("is not a number", value if isinstance(value, str) and value[:1].isdecimal() else "")
        if not minimum <= value <= maximum:
            raise Wrong(f"is not between {minimum} and {maximum}")
        return float(value)

    return Kind(f"number, {minimum} to {maximum}", read)


SQLITE, POSTGRESQL, NO_DATABASE = "sqlite", "postgresql", "none"
_EXAMPLE = "sqlite:///var/lib/cordboard/records.db"


def _database(value: object) -> str:
    text = text_of(value, "a database")
    if text in ("", NO_DATABASE):
        return text
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise Wrong("is not a database", quoted(_EXAMPLE)) from None
    absolute = len(parts.path) > 1 and text.isprintable()
    if text.startswith(f"{SQLITE}:///") and absolute:
        return text
    if parts.scheme == POSTGRESQL and parts.hostname and absolute and (port is None or port > 0):
        return text
    raise Wrong("is not a database", quoted(_EXAMPLE))


DATABASE = Kind("database", _database, quoted(_EXAMPLE))
