"""What Prometheus and Grafana get is of this product: each metric exists, with the labels that are asked for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cordboard.config import Address, lab_settings
from cordboard.deploy.monitoring import render
from cordboard.deploy.monitoring.dashboard import WIDTH, dashboard
from cordboard.deploy.monitoring.rules import RULES
from cordboard.observe import Metrics
from cordboard.observe.reference import declared

FILES = {
    each.path.partition("/")[2]: each.text
    for each in render(lab_settings({"metrics.listen": Address("127.0.0.1", 9095)}))
}
DRAWN = [target["expr"] for panel in dashboard()["panels"] for target in panel.get("targets", ())]
EXPRESSIONS = [rule.expression for rule in RULES] + [each.replace("$__rate_interval", "5m") for each in DRAWN]
OURS = re.compile(r"\b(?:cordboard|process)_\w+")
GIVEN_BY_PROMETHEUS = {"le", "job"}


def known() -> dict[str, set[str]]:
    """Each series that is served, with its labels."""
    metrics = Metrics()
    found = {}
    for name, each in declared(metrics):
        labels = set(each._labelnames)
        suffixes = ("_bucket", "_sum", "_count") if each._type == "histogram" else ("",)
        found |= {name + suffix: labels for suffix in suffixes}
    return found | {family.name: set() for family in metrics.registry.collect() if family.name.startswith("process_")}


def test_every_metric_exists() -> None:
    names = known() | {"process_cpu_seconds_total": set()}
    asked = {name for expression in EXPRESSIONS for name in OURS.findall(expression)}
    assert len(asked) > 30
    assert asked - names.keys() == set()


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_labels_are_those_of_the_metric(expression: str) -> None:
    names = known()
    there = set.union(GIVEN_BY_PROMETHEUS, *(names.get(name, set()) for name in OURS.findall(expression)))
    grouped = {label.strip() for each in re.findall(r"by \(([^)]*)\)", expression) for label in each.split(",")}
    matched = set(re.findall(r"(\w+)!?=~?\"", expression))
    assert (grouped | matched) - there == set()


def test_texts_of_alerts_use_labels_that_are_there() -> None:
    for rule in RULES:
        used = set(re.findall(r"\$labels\.(\w+)", rule.summary + rule.do))
        grouped = {
            label.strip() for each in re.findall(r"by \(([^)]*)\)", rule.expression) for label in each.split(",")
        }
        own = set.union(set(), *(known().get(name, set()) for name in OURS.findall(rule.expression)))
        assert used <= (grouped or own), rule.name


def test_every_metric_of_quality_and_time_is_drawn() -> None:
    histograms = {name for name in known() if name.endswith("_bucket")}
    assert histograms - {name for each in DRAWN for name in OURS.findall(each)} == set()


def test_panels_lie_side_by_side() -> None:
    taken = set()
    for panel in dashboard()["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= WIDTH
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


def test_files() -> None:
    assert json.loads(FILES["grafana-dashboard.json"])["title"] == "Cordboard"
    assert '"127.0.0.1:9095"' in FILES["prometheus.yml"]
    assert render(lab_settings()) == []


def test_promtool_takes_rules_and_configuration(tmp_path: Path) -> None:
    """Prometheus' own checker; the drawn expressions as rules, too."""
    promtool = shutil.which("promtool")
    assert promtool, "promtool is missing; `scripts/machine test` installs it"
    rules = tmp_path / "cordboard.rules.yml"
    rules.write_text(FILES["cordboard.rules.yml"])
    drawn = tmp_path / "drawn.yml"
    records = [{"record": f"drawn:{index}", "expr": each} for index, each in enumerate(EXPRESSIONS)]
    drawn.write_text(json.dumps({"groups": [{"name": "drawn", "rules": records}]}))
    configuration = tmp_path / "prometheus.yml"
    configuration.write_text(FILES["prometheus.yml"].replace("/etc/prometheus/cordboard.rules.yml", str(rules)))
    for arguments in (("check", "rules", rules, drawn), ("check", "config", configuration)):
        said = subprocess.run([promtool, *arguments], capture_output=True, text=True, timeout=30)
        assert said.returncode == 0, said.stdout + said.stderr
