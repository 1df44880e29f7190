"""Logging: one line per event, on standard error, for people or for machines.

Everything that is logged, by our modules through structlog and by libraries through `logging`, passes the same
processors; the last ones before the renderer mask private values and take secrets out.
"""

from __future__ import annotations

import logging
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, TextIO

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.typing import FilteringBoundLogger, Processor

from cordboard.observe.masking import mask_private, redact

Log = FilteringBoundLogger

_LIBRARY_LEVELS = {"aiohttp.access": logging.WARNING, "asyncio": logging.WARNING}


def get_log(component: str) -> Log:
    """The log of one component ("gateway", "desk"); events are a few words, values go into keywords."""
    log: Log = structlog.get_logger(component=component)
    return log


def configure(level: str = "info", format: str = "console", stream: TextIO | None = None) -> None:
    """Set logging up for the whole process: `level` debug, info, warning or error, `format` console or json."""
    stream = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    after = _rendering(format, stream)
    structlog.configure(
        processors=[*before, *after],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    _route_libraries(number, stream, before, after)


def _rendering(format: str, stream: TextIO) -> Sequence[Processor]:
    masking: list[Processor] = [structlog.processors.StackInfoRenderer(), mask_private]
    if format == "json":
        last: Processor = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    else:
        last = ConsoleRenderer(colors=stream.isatty(), exception_formatter=plain_traceback)
    return [*masking, structlog.processors.format_exc_info, redact, last]


def _route_libraries(number: int, stream: TextIO, before: list[Processor], after: Sequence[Processor]) -> None:
    """Let `logging`, which aiohttp and asyncio use, write the same lines."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*before, structlog.stdlib.ExtraAdder(), _component_of_library],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *after],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(number, logging.INFO))
    for name, least in _LIBRARY_LEVELS.items():
        logging.getLogger(name).setLevel(max(number, least))


def _component_of_library(_logger: Any, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    record = event.get("_record")
    return {"component": record.name, **event} if record is not None else event


class Occasionally:
    """Logs one line per key and `seconds`, with the number of those left out since: for what a stranger can repeat.

    At most `keys` keys are remembered; the one that was silent longest is forgotten first.
    """

    def __init__(
        self, log: Log, seconds: float = 60.0, keys: int = 1000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._log = log
        self._seconds = seconds
        self._keys = keys
        self._clock = clock
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def info(self, key: str, event: str, **values: Any) -> None:
        self._say(self._log.info, key, event, values)

    def warning(self, key: str, event: str, **values: Any) -> None:
        self._say(self._log.warning, key, event, values)

    def _say(self, say: Callable[..., Any], key: str, event: str, values: dict[str, Any]) -> None:
        now = self._clock()
        last, left_out = self._seen.get(key, (None, 0))
        if last is not None and now - last < self._seconds:
            self._seen[key] = (last, left_out + 1)
            return
        self._seen[key] = (now, 0)
        self._seen.move_to_end(key)
        if len(self._seen) > self._keys:
            self._seen.popitem(last=False)
        if left_out:
            values["left_out"] = left_out
        say(event, **values)
