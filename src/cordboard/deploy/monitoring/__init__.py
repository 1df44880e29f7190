"""Prometheus and Grafana for a site: what is scraped, what alerts, what is drawn."""

from __future__ import annotations

import json

from cordboard.config import Settings
from cordboard.deploy.monitoring.dashboard import dashboard
from cordboard.deploy.monitoring.rules import RULES
from cordboard.deploy.rendering import Rendered
from cordboard.deploy.template import fill

RULES_FILE = "/etc/prometheus/cordboard.rules.yml"


def render(settings: Settings) -> list[Rendered]:
    """Nothing where [metrics] listen is empty: then there is nothing to ask."""
    if not settings.metrics.listen:
        return []
    scrape = fill("monitoring/prometheus.yml", rules=RULES_FILE, target=str(settings.metrics.listen))
    return [
        Rendered(
            "monitoring/prometheus.yml", scrape, note="Take rule_files and scrape_configs over into prometheus.yml"
        ),
        Rendered(
            "monitoring/cordboard.rules.yml",
            fill("monitoring/rules.yml", rules=RULES),
            place=RULES_FILE,
            note=f"promtool check rules {RULES_FILE} && systemctl reload prometheus",
        ),
        Rendered(
            "monitoring/grafana-dashboard.json",
            json.dumps(dashboard(), indent=2) + "\n",
            note="Grafana: Dashboards, New, Import",
            comment="",
        ),
    ]
