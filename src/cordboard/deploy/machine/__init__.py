"""The machine itself: its units, containers, firewall and logs."""
