"""Customers of the lab: who calls, who is called, what they say and what they hear."""

from cordboard.lab.customers.customers import CustomerCall, Customers, CustomersSettings, TooManyCalls

__all__ = ["CustomerCall", "Customers", "CustomersSettings", "TooManyCalls"]
