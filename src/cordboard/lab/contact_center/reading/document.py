"""The whole file: agents, sounds, routing points, and what they say of each other."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from cordboard.config.location import locate
from cordboard.lab.contact_center.people import Person
from cordboard.lab.contact_center.plan import ContactCenter, accelerated
from cordboard.lab.contact_center.reading.fields import Fields, Problems, WrongFile
from cordboard.lab.contact_center.reading.points import References, no_answer, routing_point
from cordboard.lab.contact_center.strategy import MUSIC, Sound

BUILT_IN = "default.toml"
LARGEST_FILE = 1_000_000
LONGEST = 3600.0
TYPES_OF_CALL = ("inbound", "internal", "outbound")
AGENT_EXAMPLE = '{ name = "Anna Berg", groups = ["Sales"], skills = { english = 9 } }'
SOUND_EXAMPLE = "[[523, 0.2], [659, 0.4]]: Hz and seconds, 0 Hz for a pause"


def load(path: str) -> ContactCenter:
    """Read a file. Raises `WrongFile`."""
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST_FILE + 1)
        text = content.decode()
    except OSError as error:
        raise WrongFile([f"{path}: {(error.strerror or 'cannot be read').lower()}"]) from None
    except UnicodeDecodeError:
        raise WrongFile([f"{path}: not UTF-8 text"]) from None
    if len(content) > LARGEST_FILE:
        raise WrongFile([f"{path}: more than {LARGEST_FILE} bytes; this is no contact centre"])
    return parse(text, path)


@cache
def built_in() -> ContactCenter:
    """The contact centre that the lab has without a file."""
    return parse(resources.files("cordboard.lab.contact_center").joinpath(BUILT_IN).read_text(), BUILT_IN)


def parse(text: str, name: str = "contact-center.toml") -> ContactCenter:
    """Read the text of a file called `name`. Raises `WrongFile`."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise WrongFile([f"{name}: not TOML: {error}"]) from None
    problems = Problems(name, locate(text))
    center = _center(Fields(document, (), problems, "a file of tables"))
    problems.raise_if_any()
    return center


def _center(document: Fields) -> ContactCenter:
    types = document.texts("business_calls", '["inbound", "outbound"]')
    for each in set(types or ()) - set(TYPES_OF_CALL):
        document.note("business_calls", f"there is no type {each!r}; there are {', '.join(TYPES_OF_CALL)}")
    people = {dn: _person(dn, fields) for dn, fields in document.tables("agents", AGENT_EXAMPLE).items()}
    _name_once(people, document)
    sounds = {MUSIC.name: MUSIC, **_sounds(document)}
    points = document.tables("routing_points", "{ steps = [{ music = true }, { select = {} }] }")
    center = ContactCenter(people, {}, sounds)
    references = References(center, frozenset(points))
    factor = document.number("acceleration", 1.0, 0.1, 1000, "times as fast") or 1.0
    document.done()
    whole = ContactCenter(
        people,
        {number: routing_point(number, fields, references) for number, fields in points.items()},
        sounds,
        frozenset(TYPES_OF_CALL if types is None else types),
    )
    return whole if factor == 1.0 else accelerated(whole, factor)


def _person(dn: str, fields: Fields) -> Person:
    if not dn.isascii() or not dn.isdigit():
        fields.problems.note(fields.path, "an agent is named by the number of a DN, for example 5001")
    user_name = fields.text("user", f"agent{dn}", '"agent5001"')
    first, _, last = fields.text("name", f"Agent {dn}", '"Anna Berg"').partition(" ")
    person = Person(
        user_name=user_name,
        password=fields.text("password", user_name),
        dn=dn,
        place=fields.text("place", f"Place_{dn}", '"Place_5001"'),
        first_name=first,
        last_name=last,
        employee_id=fields.text("employee_id", f"E{dn}", '"E5001"'),
        groups=fields.texts("groups", '["Sales", "Support"]') or (),
        skills=_skills(fields),
        is_supervisor=fields.truth("supervisor", False),
        wrap_up_time=fields.number("wrap_up_time", None, 0, LONGEST, "seconds"),
        no_answer=no_answer(fields),
    )
    fields.done()
    return person


def _skills(fields: Fields) -> dict[str, int]:
    skills = fields.inner("skills", "{ english = 9 }")
    levels = {name: skills.whole(name, 0, 0, 100) or 0 for name in skills.names}
    skills.done()
    return levels


def _name_once(people: dict[str, Person], document: Fields) -> None:
    for what in ("user_name", "place"):
        seen: dict[str, str] = {}
        for dn, person in people.items():
            value = getattr(person, what)
            if value in seen:
                words = what.replace("_", " ")
                document.problems.note(("agents", dn), f"the {words} {value!r} is that of {seen[value]} already")
            seen.setdefault(value, dn)


def _sounds(document: Fields) -> dict[str, Sound]:
    sounds = document.inner("sounds", "{ welcome = [[523, 0.2]] }")
    return {name: _sound(name, sounds) for name in sounds.names}


def _sound(name: str, sounds: Fields) -> Sound:
    value = sounds.checked(name, [], _is_sound, SOUND_EXAMPLE)
    if name == MUSIC.name:
        sounds.note(name, "this name is taken by the lab's own melody; right would be another")
    return Sound(name, tuple((float(frequency), float(seconds)) for frequency, seconds in value))


def _is_sound(value: object) -> bool:
    def right(pair: object) -> bool:
        return (
            isinstance(pair, list)
            and len(pair) == 2
            and all(isinstance(each, int | float) and not isinstance(each, bool) for each in pair)
            and (pair[0] == 0 or 50 <= pair[0] <= 3500)
            and 0 < pair[1] <= 60
        )

    return isinstance(value, list) and bool(value) and all(right(pair) for pair in value)
