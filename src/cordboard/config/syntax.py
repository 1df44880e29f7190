"""A file that is no TOML: where, and what is wrong, in words for who wrote it by hand."""

from __future__ import annotations

import re

_SYNTAX = (  # tomllib's words, and plainer ones
    (r"invalid value", r'here stands no value; text is written in straight quotes, "like this"'),
    (r"cannot overwrite a value", r"this key is there already"),
    (r"cannot declare \('(.+)',\) twice", r"[\1] is there already; write its settings below the first one"),
    (r"unescaped '\\' in a string", r"a backslash in a text must be doubled, or the text be in single quotes"),
    (r"""expected ["']+""", r"a quote is opened and not closed"),
)


def syntax_problem(name: str, text: str, message: str) -> str:
    """What `tomllib` says of a file called `name`, with its line, in words for people."""
    place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    if place is None:
        return f"{name}: not TOML: {message}"
    what = message[: place.start()]
    what = what[:1].lower() + what[1:]
    what = next((re.sub(word, plain, what) for word, plain in _SYNTAX if re.fullmatch(word, what)), what)
    if not place[1] and what == _SYNTAX[0][1]:
        what = "the value is missing, or not closed"
    if place[1]:
        return f"{name}:{place[1]}: not TOML: {what} (column {place[2]})"
    return f"{name}:{text.rstrip().count(chr(10)) + 1}: not TOML: {what} (at the end of the file)"
