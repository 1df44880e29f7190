"""The Grafana dashboard, as the JSON that Grafana imports: one row per question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH = 24  # of Grafana's grid
SOURCE = {"type": "prometheus", "uid": "${source}"}
RANGE = "$__rate_interval"


@dataclass(frozen=True, slots=True)
class Panel:
    """`draws` are pairs of PromQL and what each line is called; `unit` is one of Grafana's."""

    title: str
    draws: Sequence[tuple[str, str]]
    unit: str = "short"
    kind: str = "timeseries"
    width: int = 8
    about: str = ""


def _rate(metric: str, by: str, matching: str = "") -> str:
    return f"sum by ({by}) (rate({metric}_total{matching}[{RANGE}]))"


def _quantiles(
    metric: str, by: str = "", matching: str = "", quantiles: tuple[float, ...] = (0.5, 0.95)
) -> list[tuple[str, str]]:
    labels, name = (f"le, {by}", f" {{{{{by}}}}}") if by else ("le", "")
    return [
        (
            f"histogram_quantile({quantile}, sum by ({labels}) (rate({metric}_bucket{matching}[{RANGE}])))",
            f"{round(100 * quantile)} %{name}",
        )
        for quantile in quantiles
    ]


ROWS: tuple[tuple[str, tuple[Panel, ...]], ...] = (
    (
        "Can agents work?",
        (
            Panel("Ready", [("cordboard_ready", "")], kind="stat", width=3),
            Panel("SIP Server", [("cordboard_sip_server_reachable", "")], kind="stat", width=3),
            Panel("GWS", [("cordboard_gws_reachable", "")], kind="stat", width=3),
            Panel("Draining", [("cordboard_draining", "")], kind="stat", width=3),
            Panel("Calls now", [("cordboard_calls", "")], kind="stat", width=4),
            Panel("Agents that can be called", [("cordboard_reachable_dns", "")], kind="stat", width=4),
            Panel("Doctor: failed", [('cordboard_doctor_findings{state="failed"}', "")], kind="stat", width=4),
        ),
    ),
    (
        "Calls",
        (
            Panel("Calls in progress", [("cordboard_calls", "calls")]),
            Panel(
                "Calls that ended",
                [(_rate("cordboard_calls_ended", "made_by, outcome"), "{{made_by}}: {{outcome}}")],
                "cps",
            ),
            Panel("Calls that failed", [(_rate("cordboard_calls_failed", "cause"), "{{cause}}")], "cps"),
            Panel(
                "INVITEs refused", [(_rate("cordboard_calls_refused", "side, status"), "{{side}} {{status}}")], "cps"
            ),
            Panel("Until it rings", _quantiles("cordboard_call_setup_seconds", "made_by", '{until="ringing"}'), "s"),
            Panel(
                "Until it is answered", _quantiles("cordboard_call_setup_seconds", "made_by", '{until="answered"}'), "s"
            ),
        ),
    ),
    (
        "Sound",
        (
            Panel("From answer to sound", _quantiles("cordboard_answer_to_audio_seconds"), "s"),
            Panel(
                "Mean opinion score: the worst tenth, the median",
                _quantiles("cordboard_call_mos", "direction", quantiles=(0.1, 0.5)),
            ),
            Panel("Loss", _quantiles("cordboard_call_loss", "direction"), "percentunit"),
            Panel("Jitter", _quantiles("cordboard_call_jitter_seconds", "direction"), "s"),
            Panel("Load of media workers", [("cordboard_media_load", "worker {{worker}}")], "percentunit"),
            Panel(
                "Full, or nothing from the trunk",
                [
                    ("cordboard_trunk_gone_calls", "trunk gone"),
                    (_rate("cordboard_calls_shed", "job"), "shed per second"),
                ],
            ),
        ),
    ),
    (
        "Agents and SIP Server",
        (
            Panel(
                "DNs",
                [
                    ("cordboard_configured_dns", "set up"),
                    ("cordboard_pages", "softphones"),
                    ("cordboard_registered_dns", "registered"),
                    ("cordboard_reachable_dns", "can be called"),
                ],
            ),
            Panel(
                "Registrations",
                [
                    (_rate("cordboard_registration_failures", "status"), "failed {{status}}"),
                    (_rate("cordboard_registrations_wiped", "job"), "wiped"),
                ],
                "cps",
            ),
            Panel(
                "SIP: dialogs and transactions",
                [
                    ("cordboard_sip_sessions", "dialogs {{side}}"),
                    ("cordboard_sip_transactions", "transactions {{side}}"),
                ],
            ),
            Panel("Messages of no use", [(_rate("cordboard_malformed_messages", "side"), "{{side}}")], "cps", width=12),
            Panel("Changes of SIP Server", [("increase(cordboard_failovers_total[1h])", "in an hour")], width=12),
        ),
    ),
    (
        "GWS",
        (
            Panel(
                "Requests of pages",
                [(_rate("cordboard_gws_requests", "route, status"), "{{route}} {{status}}")],
                "reqps",
            ),
            Panel("How long GWS takes", _quantiles("cordboard_gws_seconds", "route"), "s"),
            Panel("No answer", [(_rate("cordboard_gws_failures", "job"), "requests")], "cps"),
            Panel("One plane later than the other", _quantiles("cordboard_cti_lag_seconds", "later"), "s", width=12),
            Panel("Planes disagree", [(_rate("cordboard_plane_disagreements", "name"), "{{name}}")], "cps", width=12),
        ),
    ),
    (
        "The process",
        (
            Panel("Processor", [(f"rate(process_cpu_seconds_total[{RANGE}])", "cores")], width=6),
            Panel("Memory", [("process_resident_memory_bytes", "resident")], "bytes", width=6),
            Panel(
                "Days until certificates end",
                [("(cordboard_certificate_expires_timestamp_seconds - time()) / 86400", "{{certificate}}")],
                width=6,
            ),
            Panel("Open files", [("process_open_fds", "open"), ("process_max_fds", "most")], width=6),
        ),
    ),
)


def dashboard() -> dict[str, Any]:
    """The whole, for Grafana 9 and later; the data source is chosen when it is looked at."""
    return {
        "title": "Cordboard",
        "uid": "cordboard",
        "tags": ["cordboard"],
        "timezone": "browser",
        "schemaVersion": 37,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [{"name": "source", "label": "Data source", "type": "datasource", "query": "prometheus"}]
        },
        "panels": list(_placed()),
    }


def _placed() -> Iterator[dict[str, Any]]:
    """The panels in rows from left to right, with their numbers and places."""
    number = top = 0
    for title, panels in ROWS:
        number, left, height = number + 1, 0, 0
        yield {
            "type": "row",
            "id": number,
            "title": title,
            "gridPos": {"h": 1, "w": WIDTH, "x": 0, "y": top},
            "panels": [],
        }
        top += 1
        for panel in panels:
            if left + panel.width > WIDTH:
                top, left, height = top + height, 0, 0
            number, height = number + 1, max(height, 4 if panel.kind == "stat" else 8)
            place = {"h": 4 if panel.kind == "stat" else 8, "w": panel.width, "x": left, "y": top}
            yield _drawn(panel, number, place)
            left += panel.width
        top += height


def _drawn(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    targets = [
        {"refId": chr(65 + index), "expr": expression, "legendFormat": name or "__auto", "datasource": SOURCE}
        for index, (expression, name) in enumerate(panel.draws)
    ]
    return {
        "type": panel.kind,
        "id": number,
        "title": panel.title,
        "datasource": SOURCE,
        "gridPos": place,
        "targets": targets,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
    }
