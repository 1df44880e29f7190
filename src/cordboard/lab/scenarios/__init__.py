"""Scenarios: customers who call the lab on a schedule, and an account of every one of them."""
