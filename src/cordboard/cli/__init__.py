"""One file per verb of the command line; the only place that puts lab, gateway and desk together."""
