"""Templates: files beside this module in which every value has gone through a quoting function."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateError

from cordboard.deploy.quoting import FILTERS, Quoted, Unquotable
from cordboard.deploy.rendering import RenderProblem


class Unquoted(TypeError):
    """A template wrote a text as it is: a mistake in the template."""


def fill(template: str, /, **values: object) -> str:
    """The text of `templates/<template>` with these values. Raises `RenderProblem` for a value it cannot take."""
    try:
        return _environment().get_template(template).render(values)
    except Unquotable as error:
        raise RenderProblem([f"{template}: {error}"]) from None
    except TemplateError as error:
        raise AssertionError(f"{template}: {error}") from error


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("cordboard.deploy"),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_only_quoted,
    )
    made.filters.update(FILTERS)
    return made


def _only_quoted(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, Quoted | int | float):
        raise Unquoted(f"{value!r} is in no language; give it to a filter: {', '.join(FILTERS)}")
    return value
