"""What `bench/relay.py` measures with: the engines, the calls that load them, one measurement."""
