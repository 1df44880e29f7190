"""Every setting as the admin page may show it: never a secret, nor a page of agents' DNs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cordboard.config import Settings
from cordboard.config.settings import SETTINGS


def shown(settings: Settings) -> Iterator[Mapping[str, str]]:
    """`name` as [section] key, `value` as text, `source` as file and line, default or lab."""
    for each in SETTINGS:
        value = getattr(getattr(settings, each.section), each.key)
        text = ("set" if value else "not set") if each.declared.secret else _text(value)
        yield {"name": f"[{each.section}] {each.key}", "value": text, "source": settings.source(each.name)}
    yield {"name": "[[agents]]", "value": str(len(settings.agents)), "source": settings.source("agents")}


_PASSWORD = re.compile(r"(?<=://)[^/@\s]*@")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list | frozenset):
        return ", ".join(map(str, value))
    return _PASSWORD.sub("***@", str(value))
