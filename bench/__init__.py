"""Measurements, each with a make target of its own; run as `python -m bench.NAME` from the project's folder."""
