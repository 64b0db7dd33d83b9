"""The catalog's own data files, read strictly: a key nobody expects is an error, so no typing mistake goes unseen."""

import csv
import hashlib
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Any

from catalog.errors import CatalogError
from catalog.suggest import did_you_mean

_DATA = files("catalog") / "data"


class Table:
    """One TOML table that remembers where it stands and which of its keys were asked for."""

    def __init__(self, filename: str, path: str, content: dict[str, Any]) -> None:
        self._filename = filename
        self._path = path
        self._content = content
        self._asked: list[str] = []

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        self._asked.append(key)
        return key in self._content

    def text(self, key: str, default: str | None = None) -> str:
        """A string that is not empty."""
        value = self._value(key, default)
        if not isinstance(value, str) or not value:
            raise self.error(key, f"is {value!r}; expected a text")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """A number."""
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(key, f"is {value!r}; expected a number")
        if not isfinite(value):
            raise self.error(key, f"is {value!r}; expected a number that is finite")
        return float(value)

    def table(self, key: str) -> "Table":
        """A table under this one."""
        value = self._value(key, None)
        if not isinstance(value, dict):
            raise self.error(key, f"is {value!r}; expected a table such as {{ relative = 0.1, absolute = 0 }}")
        return Table(self._filename, self._at(key), value)

    def tables(self, key: str) -> "list[Table]":
        """The tables of an array ``[[key]]``, at least one."""
        value = self._value(key, None)
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            raise self.error(key, f"is {value!r}; expected one or more [[{key}]] tables")
        self.close()
        return [Table(self._filename, f"{self._at(key)}[{i}]", item) for i, item in enumerate(value)]

    def close(self) -> None:
        """Refuse keys nobody asked for; call it when everything was read."""
        for key in self._content:
            if key not in self._asked:
                raise self.error(key, f"is not a key here; {did_you_mean(key, list(dict.fromkeys(self._asked)))}")

    def error(self, key: str, problem: str) -> CatalogError:
        """An error that says where the key stands."""
        return CatalogError(f"{self._filename}: {self._at(key)} {problem}")

    def _at(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _value(self, key: str, default: object) -> object:
        self._asked.append(key)
        if key not in self._content and default is None:
            raise self.error(key, f"is missing; add {key} = …")
        return self._content.get(key, default)


def toml_table(name: str, text: str) -> Table:
    """The root table of a TOML text; ``name`` stands in front of every error."""
    try:
        return Table(name, "", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"{name}: {error}; mend the TOML syntax there") from None


def load_toml(name: str) -> Table:
    """The root table of a TOML file in ``catalog/data``."""
    return toml_table(name, (_DATA / name).read_text(encoding="utf-8"))


def toml_names(folder: str) -> list[str]:
    """Names of the TOML files in a folder of ``catalog/data``, sorted."""
    return sorted(f"{folder}/{item.name}" for item in (_DATA / folder).iterdir() if item.name.endswith(".toml"))


def csv_rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of a CSV file in ``catalog/data``, as texts."""
    yield from csv.DictReader((_DATA / name).read_text(encoding="utf-8").splitlines())


@cache
def data_digest(name: str) -> str:
    """SHA-256 of a file in ``catalog/data``, hexadecimal: what of the software's own data a number rests on."""
    return hashlib.sha256((_DATA / name).read_bytes()).hexdigest()
