"""The two files of a site on disk: reading, checking and replacing them."""

from __future__ import annotations

import pwd
import secrets
import string
from pathlib import Path

from cordboard.cli.running import give_up
from cordboard.config import ConfigError, Settings, parse
from cordboard.config.files import (
    LARGEST_FILE,
    SECRETS_MODE,
    secrets_path,
    secrets_text,
    settings_text,
    without_waiting,
)
from cordboard.site.agent_list import LARGEST_LIST
from cordboard.site.agents import Texts, listed
from cordboard.site.keeping import Kept, mode_of, write_all

SETTINGS_MODE = 0o644
PASSWORD_LENGTH = 24  # 142 bits
ALPHABET = string.ascii_letters + string.digits  # which need no quoting in any file


def read(file: str) -> Texts:
    """The texts of a site, which are settings without a mistake; else ends the process."""
    try:
        texts = Texts(settings_text(file), secrets_text(secrets_path(file)) or "")
        checked(file, texts)
    except ConfigError as error:
        give_up(error.problems)
    return texts


def checked(file: str, texts: Texts) -> Settings:
    """The settings that the texts make; secrets that are elsewhere are not fetched. Raises `ConfigError`."""
    beside = str(secrets_path(file))
    for name, text in ((file, texts.settings), (beside, texts.secrets)):
        if len(text.encode()) > LARGEST_FILE:
            why = f"would have more than {LARGEST_FILE} bytes, which is not read; take fewer agents"
            raise ConfigError([f"{name}: {why}"])
    return parse(texts.settings, file, secrets=texts.secrets or None, secrets_name=beside, fetch=False)


def fetched(file: str, texts: Texts) -> Settings:
    """The settings with all secrets; ends the process where one cannot be had."""
    try:
        beside = str(secrets_path(file))
        return parse(texts.settings, file, secrets=texts.secrets or None, secrets_name=beside)
    except ConfigError as error:
        give_up(error.problems)


def list_text(file: str) -> str:
    """The text of a list of agents; ends the process where it is none."""
    try:
        with open(file, "rb", opener=without_waiting) as opened:
            content = opened.read(LARGEST_LIST + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        give_up([f"{file}: {reason(error)}"])
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        give_up([f'{file}:{line}: not UTF-8 text; spreadsheets write it as "CSV UTF-8"'])
    if len(content) > LARGEST_LIST:
        give_up([f"{file}: more than {LARGEST_LIST} bytes; this is no list of agents"])
    return text


def write(file: str, before: Texts, texts: Texts, user: str) -> None:
    """Replace what differs; new secrets belong to `user`, where root makes them. Ends the process if it cannot."""
    path, beside = Path(file), secrets_path(file)
    files: list[Kept] = []
    if texts.secrets != before.secrets:
        files.append(Kept(beside, texts.secrets, SECRETS_MODE, owner_of(user)))
    if texts.settings != before.settings:
        files.append(Kept(path, texts.settings, mode_of(path, SETTINGS_MODE)))
    if len(listed(texts)) > len(listed(before)):  # after a crash between both, no secret is without its agent
        files.reverse()
    try:
        write_all(files)
    except OSError as error:
        give_up([f"{path}: nothing was changed, because it cannot be written: {reason(error)}"])


def owner_of(user: str) -> tuple[int, int] | None:
    """User and group of a user of this machine."""
    try:
        found = pwd.getpwnam(user)
    except KeyError:
        return None
    return found.pw_uid, found.pw_gid


def reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def random_text(length: int) -> str:
    """A secret of so many characters."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
