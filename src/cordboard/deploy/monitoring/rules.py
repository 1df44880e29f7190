"""The alerts: what is to be looked at, for how long it must last, and what to do then."""

from __future__ import annotations

from dataclasses import dataclass

CRITICAL, WARNING = "critical", "warning"  # agents cannot work; somebody should look today


@dataclass(frozen=True, slots=True)
class Rule:
    """One alert. `expression` is PromQL, `lasting` as Prometheus writes durations, `do` what helps."""

    name: str
    expression: str
    lasting: str
    severity: str
    summary: str
    do: str


def _quantile(quantile: float, metric: str, by: str = "", matching: str = "", over: str = "30m") -> str:
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({quantile}, sum by ({labels}) (rate({metric}_bucket{matching}[{over}])))"


_EXPECTED = "busy|given up|no answer|rejected"  # how calls end without anybody's mistake

RULES = (
    Rule(
        "CordboardDown",
        'up{job="cordboard"} == 0',
        "1m",
        CRITICAL,
        "Cordboard does not answer Prometheus",
        "systemctl status cordboard; journalctl -u cordboard",
    ),
    Rule(
        "CordboardNotReady",
        "cordboard_ready == 0 and cordboard_draining == 0",
        "2m",
        CRITICAL,
        "Agents cannot work",
        "/readyz and the admin page tell why; cordboard doctor tells how to mend it",
    ),
    Rule(
        "CordboardSipServerUnreachable",
        "cordboard_sip_server_reachable == 0",
        "1m",
        CRITICAL,
        "No SIP Server answers",
        "cordboard doctor --only sip; is SIP Server running, does a firewall keep its UDP away?",
    ),
    Rule(
        "CordboardGwsUnreachable",
        "cordboard_gws_reachable == 0",
        "2m",
        CRITICAL,
        "GWS does not answer",
        "cordboard doctor --only gws; agents who are signed in keep their phone, CTI is away",
    ),
    Rule(
        "CordboardFailover",
        "increase(cordboard_failovers_total[10m]) > 0",
        "",
        WARNING,
        "The other SIP Server is in use",
        "Look at the SIP Server that was left; registrations have moved by themselves",
    ),
    Rule(
        "CordboardAgentsNotReachable",
        "cordboard_pages > 4 and cordboard_reachable_dns < 0.9 * cordboard_pages",
        "5m",
        WARNING,
        "One softphone in ten or more cannot be called",
        "The admin page's list of agents, filter Not reachable, tells why for each",
    ),
    Rule(
        "CordboardRegistrationFailures",
        "sum by (status) (increase(cordboard_registration_failures_total[10m])) > 5",
        "",
        WARNING,
        "SIP Server refuses registrations with {{ $labels.status }}",
        "401, 403, 407: password of the DN; 404: the DN is not there; 408: no answer (docs/registration.md)",
    ),
    Rule(
        "CordboardRegistrationsWiped",
        "increase(cordboard_registrations_wiped_total[10m]) > 3",
        "",
        WARNING,
        "Somebody else de-registers agents' DNs",
        "A second gateway, an old softphone, or Asterisk registers the same DNs; a DN has one registrar",
    ),
    Rule(
        "CordboardCallsBroken",
        'increase(cordboard_calls_ended_total{outcome="broken"}[15m]) > 0',
        "",
        WARNING,
        "A call broke inside the gateway",
        "The log has its traceback under 'call broken', the admin page its trace; report both",
    ),
    Rule(
        "CordboardCallsFail",
        f'sum(increase(cordboard_calls_failed_total{{cause!~"{_EXPECTED}"}}[15m]))'
        " > 0.05 * sum(increase(cordboard_calls_ended_total[15m])) + 2",
        "5m",
        WARNING,
        "More than one call in twenty fails",
        "cordboard_calls_failed_total by cause, and the admin page's records, tell which",
    ),
    Rule(
        "CordboardPoorSound",
        f"{_quantile(0.25, 'cordboard_call_mos', 'direction')} < 3.6",
        "10m",
        WARNING,
        "A quarter of the calls sound bad ({{ $labels.direction }})",
        "from_page: the agents' network; from_trunk: SIP Server's side. Loss and jitter tell more",
    ),
    Rule(
        "CordboardLateAudio",
        f"{_quantile(0.95, 'cordboard_answer_to_audio_seconds')} > 1",
        "10m",
        WARNING,
        "Agents wait for sound after answering",
        "ICE and DTLS take long: TURN, UDP blocked, or a busy media worker; cordboard doctor --only media,turn",
    ),
    Rule(
        "CordboardSlowSetUp",
        _quantile(0.95, "cordboard_call_setup_seconds", matching='{made_by="trunk",until="ringing"}') + " > 2",
        "10m",
        WARNING,
        "Softphones ring late",
        "Pages answer slowly, or the gateway is busy; look at a trace",
    ),
    Rule(
        "CordboardCtiLag",
        f"{_quantile(0.95, 'cordboard_cti_lag_seconds', 'change, later')} > 2",
        "10m",
        WARNING,
        "SIP and GWS tell of {{ $labels.change }} more than two seconds apart; {{ $labels.later }} is late",
        "gws: GWS or its way to CometD is slow; sip: SIP Server's messages are late or repeated",
    ),
    Rule(
        "CordboardPlanesDisagree",
        "sum by (name) (increase(cordboard_plane_disagreements_total[15m])) > 5",
        "",
        WARNING,
        "SIP and GWS say different things of calls: {{ $labels.name }}",
        "docs/softphone.md tells what each name means",
    ),
    Rule(
        "CordboardGwsSlow",
        f"{_quantile(0.95, 'cordboard_gws_seconds', 'route', over='15m')} > 2",
        "10m",
        WARNING,
        "GWS is slow ({{ $labels.route }})",
        "cordboard doctor --only gws; agents feel it at each button of Workspace",
    ),
    Rule(
        "CordboardMediaBusy",
        "max(cordboard_media_load) > 0.7",
        "5m",
        WARNING,
        "A media worker is busy",
        "Give it more cores and [media] workers, or another machine",
    ),
    Rule(
        "CordboardCallsShed",
        "increase(cordboard_calls_shed_total[10m]) > 0 or cordboard_media_shedding == 1",
        "",
        CRITICAL,
        "Calls are refused because the media engine is full",
        "Give it more cores and [media] workers, or another machine",
    ),
    Rule(
        "CordboardTrunkGone",
        "cordboard_trunk_gone_calls > 2",
        "2m",
        WARNING,
        "Calls hear nothing from SIP Server's side",
        "A firewall or a route on the way to the customers' media; cordboard doctor --only media",
    ),
    Rule(
        "CordboardCertificateEnds",
        "cordboard_certificate_expires_timestamp_seconds - time() < 14 * 86400",
        "1h",
        WARNING,
        "The certificate for {{ $labels.certificate }} ends within two weeks",
        "Renew it; with ACME look why it was not renewed. It is read anew by itself",
    ),
    Rule(
        "CordboardOpenFiles",
        "process_open_fds > 0.8 * process_max_fds",
        "5m",
        WARNING,
        "Cordboard will soon have too many open files",
        "LimitNOFILE= of cordboard.service",
    ),
    Rule(
        "CordboardDrainForgotten",
        "cordboard_draining == 1",
        "4h",
        WARNING,
        "Cordboard has been draining for hours",
        "Stop it, or take calls again on the admin page",
    ),
)
