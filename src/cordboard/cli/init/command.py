"""`cordboard init`: the two files of a new site, from answers or flags."""

from __future__ import annotations

import secrets
import shlex
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import click

from cordboard.access.password_hash import SALT, hashed
from cordboard.cli.agents.files import PASSWORD_LENGTH, SETTINGS_MODE, checked, owner_of, random_text, reason
from cordboard.cli.running import give_up
from cordboard.config import ConfigError, Settings
from cordboard.config.files import SECRETS_MODE, secrets_path
from cordboard.config.kinds import Wrong
from cordboard.site.agents import Texts
from cordboard.site.answers import Answers, Chance
from cordboard.site.errors import SiteProblem
from cordboard.site.keeping import Kept, alone, backed_up, write_all
from cordboard.site.new_site import new_site
from cordboard.site.questions import ACME, QUESTIONS, Question, Questionnaire, told

NAME = "cordboard.toml"
FILES = ("certificate", "certificate_key")
SECRET_LENGTH = 48  # 285 bits
_ELSEWHERE = "192.0.2.1"  # an address that nobody has (RFC 5737); nothing is sent there


def _flags(command: Callable[..., None]) -> Callable[..., None]:
    for question in reversed(QUESTIONS):
        words = question.text.rstrip("?") + (f"; {question.help}" if question.help else "") + "."
        kind = question.read("yes") if question.name in ("turn", "sip_passwords") else ""
        if kind:
            flag = f"{question.flag}/--no-{question.name.replace('_', '-')}"
            command = click.option(flag, question.name, default=None, help=words)(command)
        elif question.name != "acme_contact":
            command = click.option(question.flag, question.name, metavar="TEXT", help=words)(command)
    return command


@click.command()
@click.argument("directory", default=".", type=click.Path(file_okay=False))
@_flags
@click.option("--acme", metavar="CONTACT", help="Have the certificate from an ACME authority; CONTACT may be empty.")
@click.option("--yes", is_flag=True, help="Ask nothing: what no flag says has its default.")
@click.option("--force", is_flag=True, help="Make new files where there are some; the old ones are kept beside them.")
def init(directory: str, acme: str | None, yes: bool, force: bool, **flags: object) -> None:
    """Write cordboard.toml and its secrets for a site into DIRECTORY, which is this one if none is named."""
    place = Path(directory).absolute()
    _demand_room(place, force)
    questionnaire = Questionnaire({"own_address": own_address()})
    if not questionnaire.given["own_address"]:
        questionnaire.given.clear()
    try:
        given = _given(flags, acme)
        questionnaire.take(given)
        _demand_files(questionnaire, given)
        if yes:
            questionnaire.take_defaults()
        else:
            _ask(questionnaire)
        answers = questionnaire.answers(str(place))
    except SiteProblem as problem:
        give_up(problem.problems)
    except click.Abort:
        flags_instead = "" if sys.stdin.isatty() else " There is nobody to ask: give flags, and --yes."
        click.echo(f"\nNothing was written.{flags_instead}", err=True)
        raise SystemExit(1) from None
    password = random_text(PASSWORD_LENGTH)
    texts = new_site(answers, _chance(answers, password, questionnaire.given["sip_passwords"] == "yes"))
    settings, backups = _write(place, texts, force)
    click.echo(_told(place, answers, settings, backups, password))


def own_address() -> str:
    """The IP address of this machine towards others; "" where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((_ELSEWHERE, 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])


# --- answers


def _given(flags: dict[str, object], acme: str | None) -> dict[str, str]:
    given = {name: _answer(value) for name, value in flags.items() if value is not None}
    if acme is not None:
        if given.get("certificate"):
            raise SiteProblem(["--acme: gets a certificate itself; leave --certificate out"])
        given |= {"certificate": ACME, "acme_contact": acme}
    return given


def _answer(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _demand_files(questionnaire: Questionnaire, given: dict[str, str]) -> None:
    problems = []
    for name in FILES:
        if name in given and questionnaire.given[name] != ACME and (wrong := _no_file(questionnaire.given[name])):
            problems.append(f"--{name.replace('_', '-')}: {told(questionnaire.given[name], wrong)}")
    if problems:
        raise SiteProblem(problems)


def _no_file(answer: str) -> Wrong | None:
    """A file may be still to come, but what is there is to be one."""
    there = Path(answer)
    return Wrong("is no file", '"/etc/cordboard/phone.pem"') if there.exists() and not there.is_file() else None


def _ask(questionnaire: Questionnaire) -> None:
    """Ask what is open, one after the other; a wrong answer is asked again, with the reason."""
    while open_ones := questionnaire.open():
        question = open_ones[0]
        default = question.default(questionnaire.given)
        hint = f" ({question.help})" if question.help else ""
        questionnaire.given[question.name] = click.prompt(
            question.text.rstrip("?") + hint + ("?" if question.text.endswith("?") else ""),
            default=default,
            show_default=bool(default),
            value_proc=_reader(questionnaire, question),
        )


def _reader(questionnaire: Questionnaire, question: Question) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            answer = questionnaire.read(question, text)
            if question.name in FILES and answer != ACME and (wrong := _no_file(answer)):
                raise wrong
            return answer
        except Wrong as wrong:
            raise click.UsageError(told(text, wrong)) from None

    return read


def _chance(answers: Answers, password: str, with_passwords: bool) -> Chance:
    return Chance(
        token=random_text(SECRET_LENGTH),
        turn=random_text(SECRET_LENGTH),
        admin_hash=hashed(password, secrets.token_bytes(SALT)),
        sip_server_passwords={dn: random_text(PASSWORD_LENGTH) for dn in answers.agents} if with_passwords else {},
    )


# --- files


def _demand_room(place: Path, force: bool) -> None:
    file = place / NAME
    there = [path for path in (file, secrets_path(file)) if path.exists() or path.is_symlink()]
    if there and not force:
        give_up([f"{path}: is there already; --force makes a new one and keeps this one beside it" for path in there])
    if strange := [path for path in there if not path.is_file()]:
        give_up([f"{path}: is {_kind_of(path)}; take it away, or name another directory" for path in strange])


def _kind_of(path: Path) -> str:
    return "a directory" if path.is_dir() else "a link that leads nowhere" if path.is_symlink() else "no file"


def _write(place: Path, texts: Texts, force: bool) -> tuple[Settings, list[Path]]:
    file = place / NAME
    backups: dict[Path, Path] = {}
    try:
        settings = checked(str(file), texts)
        _make(place)
        with alone(place):
            _demand_room(place, force)
            for path in (file, secrets_path(file)):
                if path.exists():
                    backups[path] = backed_up(path)
            write_all(
                [
                    Kept(secrets_path(file), texts.secrets, SECRETS_MODE, owner_of(settings.site.user)),
                    Kept(file, texts.settings, SETTINGS_MODE),
                ]
            )
    except ConfigError as error:
        give_up(error.problems)
    except OSError as error:
        for path, backup in backups.items():
            if path.samefile(backup):  # it is there as it was
                backup.unlink()
        give_up([f"{place}: nothing was written there, because it cannot be: {reason(error)}"])
    return settings, list(backups.values())


def _make(place: Path) -> None:
    """The directory, which the user that Cordboard runs as must be able to enter."""
    if not place.is_dir():
        place.mkdir(parents=True)
        place.chmod(0o755)


def _told(place: Path, answers: Answers, settings: Settings, backups: list[Path], password: str) -> str:
    file = place / NAME
    named, secret = shlex.quote(str(file)), shlex.quote(str(secrets_path(file)))
    user = settings.site.user
    lines = [f"Written: {file}", f"         {secrets_path(file)} (secrets, mode 0600)"]
    lines += [f"Kept:    {backup}" for backup in backups]
    lines += [
        "",
        f"The admin page's user is {settings.admin.local_user}, the password {password}",
        "(shown this once; `cordboard admin password` makes another one).",
        "",
        "Next:",
    ]
    steps = [
        f"set the options of the agents' DNs in Genesys: cordboard agents options --config {named}",
        f"write the configuration of nginx, systemd and the others: cordboard render --config {named} DIRECTORY",
        "put those files in place and start the services, as the output of render says",
        f"see whether all of it works: cordboard doctor --config {named}",
    ]
    if not answers.acme:
        missing = [path for path in (answers.certificate, answers.certificate_key) if not Path(path).exists()]
        if missing:
            steps.insert(0, f"put the certificate there: {' and '.join(missing)}")
    if owner_of(user) is None:
        steps.insert(0, f"make the user {user}, who must own the secrets: chown {user} {secret}")
    return "\n".join([*lines, *(f"  {number}. {step}" for number, step in enumerate(steps, 1))])
