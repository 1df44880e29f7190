"""The report of a run: a line while it goes on, and at its end a table with percentiles and a plot, as text. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import plotille

from cordboard.phone.load.figures import Figures, Measure, Sample, percentile

SHARES = (("median", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
PLOT_WIDTH = 68  # characters
PLOT_HEIGHT = 12  # lines
LATELY = 10.0  # seconds: what the progress line looks back on
PLOTTED = (Measure.AUDIO, Measure.REGISTER)  # the first that there is


def progress(figures: Figures, elapsed: float) -> str:
    """How it stands after `elapsed` seconds, in one line."""
    parts = [f"{int(elapsed) // 60:02}:{int(elapsed) % 60:02}"]
    if figures.agents:
        parts.append(f"{figures.registered} of {figures.agents} agents registered")
    if figures.calls_begun:
        parts.append(f"{figures.calls_up} calls up, {figures.calls_done} done")
    for measure in PLOTTED:
        lately = figures.lately(measure, elapsed - LATELY)
        if lately:
            parts.append(f"{measure} p95 {milliseconds(percentile(lately, 0.95))}")
            break
    parts.append(f"{figures.failed_in_all} failed" if figures.failed_in_all else "none failed")
    return "  ".join(parts)


def report(title: str, figures: Figures, seconds: float) -> str:
    """Everything that was measured in `seconds`."""
    parts = [title, _counts(figures, seconds), _table(figures), _failures(figures)]
    parts += [_plot(measure, figures.series[measure]) for measure in PLOTTED if measure in figures.series][:1]
    return "\n\n".join(part for part in parts if part) + "\n"


def milliseconds(seconds: float) -> str:
    """For people: `44.4 ms`, from a second on `1.2 s`; `-` where nothing was measured."""
    if math.isnan(seconds):
        return "-"
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def _counts(figures: Figures, seconds: float) -> str:
    lines = [f"{'agents registered':<28}{figures.registered} of {figures.agents}"]
    if figures.calls_begun:
        rate = figures.calls_done / seconds if seconds else 0.0
        lines.append(f"{'calls completed':<28}{figures.calls_done} of {figures.calls_begun} ({rate:.1f} a second)")
    if figures.packets_received:
        lines.append(f"{'packets of sound lost':<28}{figures.packets_lost} ({figures.loss:.4%})")
    lines.append(f"{'took':<28}{seconds:.1f} s")
    return "\n".join(lines)


def _table(figures: Figures) -> str:
    """One line for each measure, in the order in which a call goes through them."""
    rows = [f"{'':<28}{'count':>8}" + "".join(f"{name:>11}" for name, _ in SHARES)]
    for measure in Measure:
        values = figures.values(measure)
        if values:
            cells = "".join(f"{milliseconds(percentile(values, share)):>11}" for _, share in SHARES)
            rows.append(f"{measure:<28}{len(values):>8}{cells}")
    return "\n".join(rows) if len(rows) > 1 else ""


def _failures(figures: Figures) -> str:
    rows = [f"{count:>8}  {why}" for why, count in figures.failures.most_common()]
    return "\n".join(["failed:", *rows]) if rows else "nothing failed"


def _plot(measure: Measure, samples: Sequence[Sample]) -> str:
    """The samples over the time of the run."""
    times = [sample.at for sample in samples]
    values = [sample.value * 1000 for sample in samples]
    figure = plotille.Figure()
    figure.width, figure.height, figure.with_colors = PLOT_WIDTH, PLOT_HEIGHT, False
    figure.x_label, figure.y_label = "s", "ms"
    figure.register_label_formatter(float, _label)
    figure.set_x_limits(min_=0.0, max_=max(*times, 1.0))
    figure.set_y_limits(min_=0.0, max_=max(*values, 1.0))
    figure.scatter(times, values)
    return f"{measure}, over the run\n{figure.show()}"


_Formatter = Callable[..., str]


def _label(value: float, chars: int, delta: float, left: bool = False) -> str:
    text = f"{value:.0f}" if delta >= 1 else f"{value:.1f}"
    return text.ljust(chars) if left else text.rjust(chars)
