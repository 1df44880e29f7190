"""The reference page of the metrics, made from their declarations."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import Histogram
from prometheus_client.metrics import MetricWrapperBase

from cordboard.observe.metrics import Metrics

_HEAD = """\
# Metrics

What `/metrics` on `[metrics] listen` gives to Prometheus. No label holds a number, a name or an address. This page is
made from the source by `make reference`; what to look at first is in [observe](observe.md).

| metric | type | labels | |
|---|---|---|---|
"""
_PROCESS = """
## The process

`process_cpu_seconds_total`, `process_resident_memory_bytes`, `process_virtual_memory_bytes`, `process_open_fds`,
`process_max_fds` and `process_start_time_seconds` are those of Prometheus' own client, of the gateway's process; media
workers are processes of their own, with `cordboard_media_load`.

## Buckets

"""


def declared(metrics: Metrics) -> Iterator[tuple[str, MetricWrapperBase]]:
    """Each metric under the name that Prometheus sees, in the order of the source."""
    for each in vars(metrics).values():
        if isinstance(each, MetricWrapperBase):
            (described,) = each.describe()
            yield described.name + ("_total" if described.type == "counter" else ""), each


def page() -> str:
    """`docs/metrics.md`."""
    metrics = Metrics()
    rows, buckets = [], []
    for name, each in declared(metrics):
        (described,) = each.describe()
        labels = ", ".join(f"`{label}`" for label in each._labelnames)
        rows.append(f"| `{name}` | {described.type} | {labels} | {described.documentation} |")
        if isinstance(each, Histogram):
            bounds = ", ".join(f"{bound:g}" for bound in each._kwargs["buckets"])
            buckets.append(f"* `{name}`: {bounds}")
    return _HEAD + "\n".join(rows) + "\n" + _PROCESS + "\n".join(buckets) + "\n"


def write(directory: Path) -> None:
    """Write it below the project's directory."""
    (directory / "docs" / "metrics.md").write_text(page())


if __name__ == "__main__":
    write(Path(sys.argv[1]))
