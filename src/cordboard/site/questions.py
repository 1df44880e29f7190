"""What a new site's administrator is asked, and what is an answer to each question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cordboard.config import kinds
from cordboard.config.kinds import Wrong
from cordboard.config.settings import SETTINGS
from cordboard.site import dn_ranges
from cordboard.site.answers import Answers
from cordboard.site.errors import SiteProblem

ACME = "acme"
_KINDS = {each.name: each.declared.kind for each in SETTINGS}


@dataclass(frozen=True, slots=True)
class Question:
    """`read` gives the answer as written in the settings; it raises `Wrong`.

    `default` is told from what was answered before; None: there is none. `asked` is whether the question is one at all,
    `useless` why it is none. `fits` raises `Wrong` for an answer that contradicts another one.
    """

    name: str
    text: str
    read: Callable[[str], str]
    default: Callable[[Mapping[str, str]], str | None] = lambda _: None
    asked: Callable[[Mapping[str, str]], bool] = lambda _: True
    help: str = ""
    useless: str = ""
    fits: Callable[[str, Mapping[str, str]], None] = lambda _, __: None

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")


def _of(setting: str, *, needed: bool = True) -> Callable[[str], str]:
    """As the kind of a setting reads it."""

    def read(text: str) -> str:
        if needed and not text.strip():
            raise Wrong("is needed", _KINDS[setting].example)
        return str(_KINDS[setting].read(text.strip()))

    return read


def _listen(text: str) -> str:
    """This machine's own address; the port is 5060 where none is given."""
    try:
        found = kinds.split_address(text.strip())
        kinds.host("192.0.2.10").read(found.host)
    except ValueError:
        raise Wrong("is not this machine's IP address", '"192.0.2.10" or "192.0.2.10:5060"') from None
    if found.host in ("0.0.0.0", "::"):
        raise Wrong("is every address of this machine; SIP Server needs one", '"192.0.2.10"')
    return str(_KINDS["gateway.sip"].read(str(found if found.port else f"{found}:5060")))


def _media_address(text: str) -> str:
    found = str(kinds.host("192.0.2.10").read(text.strip()))
    if found in ("0.0.0.0", "::"):
        raise Wrong("is every address of this machine; browsers need one", '"192.0.2.10"')
    return found


def _certificate(text: str) -> str:
    return ACME if text.strip().lower() == ACME else _of("site.certificate")(text)


def _agents(text: str) -> str:
    if not text.strip():
        raise Wrong("is needed", '"5001-5020 5030"')
    try:
        return dn_ranges.written(dn_ranges.read([text]))
    except SiteProblem as problem:
        raise Wrong("cannot be: " + "; ".join(problem.problems), '"5001-5020 5030"') from None


def _truth(text: str) -> str:
    word = text.strip().lower()
    if word not in ("y", "yes", "n", "no"):
        raise Wrong("is not yes or no")
    return "yes" if word.startswith("y") else "no"


def _own(given: Mapping[str, str]) -> bool:
    return given.get("certificate") != ACME


def _is_acme(given: Mapping[str, str]) -> bool:
    return not _own(given)


def _is_another_dn(answer: str, given: Mapping[str, str]) -> None:
    if answer and answer == given.get("probe_dn"):
        raise Wrong("is the DN that calls; the one that answers must be another", '"5020"')


QUESTIONS: tuple[Question, ...] = (
    Question("sip_server", "Genesys SIP Server (host:port)", _of("sip_server.address")),
    Question(
        "sip_server_backup",
        "Its backup, if there is one (host:port)",
        _of("sip_server.backup", needed=False),
        lambda _: "",
        help="empty for none",
    ),
    Question("gws", "Genesys Web Services, as this machine reaches it (URL)", _of("gws.url")),
    Question("public_name", "The name that agents' browsers open", _of("site.public_name")),
    Question(
        "certificate",
        "Its certificate with chain (PEM file), or acme to have one from an ACME authority",
        _certificate,
        lambda _: "/etc/cordboard/phone.pem",
    ),
    Question(
        "certificate_key",
        "The certificate's key (PEM file)",
        _of("site.certificate_key"),
        lambda _: "/etc/cordboard/phone.key",
        _own,
        useless="acme gets certificate and key",
    ),
    Question(
        "acme_contact",
        "Mail address for the ACME authority's warnings",
        _of("site.acme_contact", needed=False),
        lambda _: "",
        _is_acme,
        useless="it belongs to --acme",
    ),
    Question(
        "listen",
        "This machine's IP address towards SIP Server",
        _listen,
        lambda given: given.get("own_address"),
        help="port 5060 if none is given",
    ),
    Question(
        "media_address",
        "The IP address at which browsers and SIP Server reach the sound",
        _media_address,
        lambda given: kinds.split_address(given["listen"]).host if "listen" in given else None,
    ),
    Question("agents", "The agents' DNs", _agents, help='for instance "5001-5020 5030"'),
    Question(
        "sip_passwords",
        "Random passwords for the DNs, because SIP Server asks for them (authenticate-requests)?",
        _truth,
        lambda _: "no",
    ),
    Question(
        "turn",
        "A TURN server (coturn) on this machine, for agents behind firewalls?",
        _truth,
        lambda _: "yes",
    ),
    Question(
        "probe_dn",
        "A DN that belongs to nobody, by which the doctor tries registering",
        _of("doctor.probe_dn", needed=False),
        lambda _: "",
        help="empty for none",
    ),
    Question(
        "answering_dn",
        "Another one, which it calls to hear whether there is sound",
        _of("doctor.answering_dn", needed=False),
        lambda _: "",
        lambda given: bool(given.get("probe_dn")),
        help="empty for none",
        useless="it belongs to --probe-dn",
        fits=_is_another_dn,
    ),
)
BY_NAME: Mapping[str, Question] = MappingProxyType({each.name: each for each in QUESTIONS})


@dataclass(slots=True)
class Questionnaire:
    """The answers so far, by the name of the question; `own_address` is this machine's, if it is known."""

    given: dict[str, str] = field(default_factory=dict)

    def take(self, flags: Mapping[str, str]) -> None:
        """The answers that were given as flags. Raises `SiteProblem` with all that is wrong with them."""
        problems = []
        for question in QUESTIONS:
            if question.name in flags:
                try:
                    self.given[question.name] = self.read(question, flags[question.name])
                except Wrong as wrong:
                    problems.append(f"{question.flag}: {told(flags[question.name], wrong)}")
        problems += [
            f"{question.flag}: is of no use here; {question.useless}"
            for question in QUESTIONS
            if question.name in self.given and not question.asked(self.given)
        ]
        if problems:
            raise SiteProblem(problems)

    def read(self, question: Question, text: str) -> str:
        """The answer as written in the settings. Raises `Wrong`."""
        answer = question.read(text)
        question.fits(answer, self.given)
        return answer

    def open(self) -> list[Question]:
        """The questions that are not answered yet, and are some."""
        return [each for each in QUESTIONS if each.name not in self.given and each.asked(self.given)]

    def take_defaults(self) -> None:
        """Answer what is open by its default. Raises `SiteProblem` for what has none."""
        missing = []
        for question in self.open():
            default = question.default(self.given)
            if default is None:
                missing.append(f"{question.flag}: is missing; it has no default")
            else:
                self.given[question.name] = question.read(default)
        if missing:
            raise SiteProblem(missing)

    def answers(self, directory: str) -> Answers:
        """All of them; each question has been answered."""
        given = self.given
        acme = _is_acme(given)
        agents = dn_ranges.read([given["agents"]])
        of_the_doctor = (given["probe_dn"], given.get("answering_dn", ""))
        return Answers(
            sip_server=given["sip_server"],
            sip_server_backup=given["sip_server_backup"],
            gws=given["gws"],
            public_name=given["public_name"],
            certificate="" if acme else given["certificate"],
            certificate_key="" if acme else given["certificate_key"],
            acme=acme,
            acme_contact=given["acme_contact"] if acme else "",
            listen=given["listen"],
            media_address=given["media_address"],
            agents=agents + tuple(dn for dn in of_the_doctor if dn and dn not in agents),
            probe_dn=of_the_doctor[0],
            answering_dn=of_the_doctor[1],
            turn=given["turn"] == "yes",
            directory=directory,
        )


def told(text: str, wrong: Wrong) -> str:
    """`"x" is not host:port; right would be "sip.example:5060"`."""
    shown = kinds.quoted(text) if text.strip() else "this"
    return f"{shown} {wrong.why}" + (f"; right would be {wrong.right}" if wrong.right else "")
