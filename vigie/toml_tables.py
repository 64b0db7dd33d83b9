"""Tables of ``vigie.toml`` as frozen dataclasses: known keys, values of their kind, every mistake told in one line."""

import difflib
import types
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from vigie.errors import UsageError

_T = TypeVar("_T")
_TYPE_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table stands, for whoever mends it.

    Attributes
    ----------
    file : str
    section : str
        As in brackets, such as ``notifications.smtp``; with its number where there are several.
    """

    file: str
    section: str

    def __str__(self) -> str:
        return f"{self.file}: [{self.section}]"

    def below(self, name: str) -> "Place":
        """A table inside this one."""
        return Place(self.file, f"{self.section}.{name}")


def read_table(base: _T, table: Mapping[str, Any], place: Place) -> _T:
    """What a table says on top of what holds without it.

    Parameters
    ----------
    base : frozen dataclass
        The defaults; its fields are texts, numbers, truths, enums, lists (tuples) of those, dataclasses, lists of
        dataclasses, or mappings from names to any of these.
    table : mapping
        As read from the file.
    place : Place

    Raises
    ------
    UsageError
        A key that is none, or a value of another kind, or one the dataclass itself refuses with a ValueError.
    """
    known = {entry.name: getattr(base, entry.name) for entry in fields(base)}  # type: ignore[arg-type]
    values = _values(type(base), table, place, known)
    with _refused(place):
        return replace(base, **values)  # type: ignore[type-var]


def _new_table(kind: type[Any], table: Mapping[str, Any], place: Place) -> Any:
    """One of several tables of a kind; fields without a default must be there."""
    known = {entry.name: "" if entry.default is MISSING else entry.default for entry in fields(kind)}
    values = _values(kind, table, place, known)
    missing = [each.name for each in fields(kind) if each.default is MISSING and each.name not in values]
    if missing:
        raise UsageError(f"{place} {missing[0]} is missing; give it a value")
    with _refused(place):
        return kind(**values)


def _values(kind: type[Any], table: Mapping[str, Any], place: Place, known: Mapping[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    for key in table:
        if key not in known:
            raise UsageError(f"{place} {key} is not a setting; {meant(key, known)}")
    return {key: _value(hints[key], value, place, key, known[key]) for key, value in table.items()}


@contextmanager
def _refused(place: Place) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise UsageError(f"{place} {error}") from None


def meant(word: str, known: Iterable[str]) -> str:
    """The nearest known word, or all of them.

    Examples
    --------
    >>> meant("embeded", ["embedded", "url"]), meant("colour", ["embedded", "url"])
    ('did you mean embedded?', 'expected one of: embedded, url')
    """
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1)
    return f"did you mean {close[0]}?" if close else f"expected one of: {', '.join(names)}"


def _value(kind: Any, value: Any, place: Place, key: str, default: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum(kind, value, place, key)
    if is_dataclass(kind) and isinstance(kind, type):
        if not isinstance(value, dict):
            raise UsageError(f"{place} {key} is {value!r}; expected a section: [{place.below(key).section}]")
        inside = place.below(key)
        return _new_table(kind, value, inside) if default is None else read_table(default, value, inside)
    if get_origin(kind) is tuple:
        return _list(get_args(kind)[0], value, place, key)
    if get_origin(kind) is Mapping:
        return _mapping(get_args(kind)[1], value, place, key)
    fits = isinstance(value, (int, float)) if kind is float else type(value) is kind
    if not fits or isinstance(value, bool) is not (kind is bool):
        such = f" such as {default!r}" if kind is not bool and default not in ("", None) else ""
        raise UsageError(f"{place} {key} is {value!r}; expected {_TYPE_WORDS[kind]}{such}")
    return kind(value)


def _enum(kind: type[Enum], value: Any, place: Place, key: str) -> Enum:
    words = [str(member.value) for member in kind]
    if not isinstance(value, str) or value not in words:
        raise UsageError(f"{place} {key} is {value!r}; {meant(str(value), words)}")
    return kind(value)


def _list(kind: Any, value: Any, place: Place, key: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        example = f"[[{place.below(key).section}]]" if is_dataclass(kind) else f"a list such as {key} = []"
        raise UsageError(f"{place} {key} is {_short(value)}; expected {example}")
    if is_dataclass(kind):
        return tuple(_value(kind, item, place, f"{key} {number}", None) for number, item in enumerate(value, start=1))
    return tuple(_value(kind, item, place, key, None) for item in value)


def _mapping(kind: Any, value: Any, place: Place, key: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{place} {key} is {value!r}; expected a section: [{place.below(key).section}]")
    inside = place.below(key)
    return types.MappingProxyType({name: _value(kind, item, inside, name, None) for name, item in value.items()})


def _short(value: Any) -> str:
    return "a section" if isinstance(value, dict) else repr(value)
