"""What happens in a call, by topic, each a part of the one table of `basic.BasicCall`."""
