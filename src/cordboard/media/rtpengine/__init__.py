"""rtpengine as media engine: its ng protocol, its daemons, its calls."""
