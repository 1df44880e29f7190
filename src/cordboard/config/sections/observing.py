"""The settings of the trace of each call and of the records of calls."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.config import kinds
from cordboard.config.setting import setting
from cordboard.config.values import Address


@dataclass(frozen=True, slots=True)
class TraceSettings:
    """What is kept of each call: every message of SIP, CometD and REST, in memory only."""

    calls: int = setting(kinds.whole(0, 100_000), 500, "Of how many calls the trace is kept; 0: no call is traced.")
    megabytes: int = setting(kinds.whole(1, 4096), 32, "How much memory these traces take at most.", unit="megabytes")
    bad_calls: int = setting(
        kinds.whole(0, 100_000), 100, "Of how many calls marked bad the trace is kept beside them, and so for longer."
    )
    bad_megabytes: int = setting(kinds.whole(1, 4096), 16, "How much memory these take at most.", unit="megabytes")
    answer_seconds: int = setting(
        kinds.whole(1, 3600),
        10,
        "A call to an agent that rang so long and was not answered is marked bad.",
        unit="seconds",
    )
    least_mos: float = setting(
        kinds.decimal(1.0, 4.5), 3.6, "A call that sounded worse than this mean opinion score is marked bad."
    )
    hep_address: Address = setting(
        kinds.address("127.0.0.1:9060", optional=True),
        "",
        "Where every SIP message is sent as it passes, as HEP version 3 over UDP, to HOMER for instance. Numbers and"
        " names are in it as they are, secrets are not. Empty: nowhere.",
    )
    hep_capture_id: int = setting(
        kinds.whole(0, 2**32 - 1), 2001, "The number by which HOMER knows this capture agent."
    )
    hep_password: str = setting(
        kinds.TEXT, "", "What the capture agent shows HOMER (HEP's authenticate key). Empty: nothing.", secret=True
    )


@dataclass(frozen=True, slots=True)
class RecordsSettings:
    """What is written down of each call that has ended."""

    database: str = setting(
        kinds.DATABASE,
        "",
        "Where records of calls are kept: sqlite:///PATH, postgresql://USER:PASSWORD@HOST/NAME, or none for nowhere.",
        derived="sqlite in [gateway] state_directory, or none without one",
        secret=True,
    )
    retention_days: int = setting(kinds.whole(0, 36_500), 90, "How long a record is kept; 0: for ever.", unit="days")
    numbers: str = setting(
        kinds.choice("none", "masked", "whole"),
        "none",
        "How the number at the far end is written down: not at all, its last two digits, or as it is.",
    )
    spooled: int = setting(
        kinds.whole(1, 1_000_000),
        10_000,
        "How many records wait in memory while the database cannot be written, before they go to the file"
        " records.spool in [gateway] state_directory.",
    )
