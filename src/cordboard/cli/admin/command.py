"""`cordboard admin password`: the line that gives the admin page an account of its own."""

from __future__ import annotations

import secrets
import sys

import click

from cordboard.access.password_hash import SALT, hashed

LEAST = 12  # characters


@click.group()
def admin() -> None:
    """The admin page."""


@admin.command()
def password() -> None:
    """Ask for a password and print its hash for [admin] password_hash.

    It is asked for without echo, or read from standard input where that is no terminal.
    """
    if sys.stdin.isatty():
        given = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        given = sys.stdin.readline().rstrip("\n")
    if len(given) < LEAST:
        print(f"the password must have {LEAST} characters or more", file=sys.stderr)
        raise SystemExit(2)
    print(f'password_hash = "{hashed(given, secrets.token_bytes(SALT))}"')
