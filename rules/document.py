"""Strict reading of a YAML document: every mistake with its line, nothing guessed, nothing ignored."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import TypeVar

import yaml

from catalog.suggest import did_you_mean

E = TypeVar("E", bound=Enum)

_NULL = "tag:yaml.org,2002:null"
_NUMBER = re.compile(r"[-+]?\d{1,15}(\.\d{1,15})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(slots=True)
class Mistakes:
    """What is wrong with a file, in the order it was found."""

    filename: str
    messages: list[str] = field(default_factory=list)

    def told(self, node: yaml.Node, text: str) -> str:
        """The line a person reads about a mistake at a node."""
        return f"{self.filename}:{node.start_mark.line + 1}: {text}"

    def add(self, node: yaml.Node, text: str) -> None:
        """Note a mistake at the line of a node."""
        self.messages.append(self.told(node, text))


class Record:
    """A mapping of the document, read field by field; a field that is wrong is noted and a stand-in is returned."""

    def __init__(self, node: yaml.MappingNode, path: str, mistakes: Mistakes, fields: Iterable[str]) -> None:
        self.node = node
        self.path = path
        self._mistakes = mistakes
        self._nodes: dict[str, yaml.Node] = {}
        known = tuple(fields)
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name not in known:
                mistakes.add(key, f'"{name}" is no field of {path or "a rule pack"}; {did_you_mean(name, known)}')
            elif name in self._nodes:
                mistakes.add(key, f"{self.at(name)} is given twice; expected it once; remove one")
            else:
                self._nodes[name] = value

    def at(self, name: str) -> str:
        """Path of a field, as a person writes it."""
        return f"{self.path}.{name}" if self.path else name

    @property
    def place(self) -> str:
        """Where it stands, ``file:line``."""
        return f"{self._mistakes.filename}:{self.node.start_mark.line + 1}"

    @property
    def filename(self) -> str:
        """The file it is read from."""
        return self._mistakes.filename

    @property
    def mistakes_noted(self) -> int:
        """How many mistakes its file has so far."""
        return len(self._mistakes.messages)

    @property
    def fields(self) -> tuple[str, ...]:
        """The known fields that are there, empty ones too."""
        return tuple(self._nodes)

    def has(self, name: str) -> bool:
        """Whether the field is there and not empty."""
        node = self._nodes.get(name)
        return node is not None and node.tag != _NULL

    def is_mapping(self, name: str) -> bool:
        """Whether the field is there and is a mapping."""
        return isinstance(self._nodes.get(name), yaml.MappingNode)

    def told(self, name: str, text: str) -> str:
        """The line a person reads about a mistake at a field (or at the record where the field is absent)."""
        return self._mistakes.told(self._nodes.get(name, self.node), f"{self.at(name)} {text}")

    def mistake(self, name: str, text: str) -> None:
        """Note a mistake at a field; the text starts with its path."""
        self._mistakes.messages.append(self.told(name, text))

    def text(self, name: str) -> str:
        """A text that is not empty."""
        node = self._needed(name, "a text")
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            self.mistake(name, f"is {_shown(node)}; expected a text")
            return ""
        return " ".join(node.value.split())

    def number(self, name: str) -> float:
        """A number, written plainly; what YAML 1.1 also takes for one (1:30, 0x10, .inf) is refused."""
        node = self._needed(name, "a number")
        if node is None:
            return 0.0
        if not isinstance(node, yaml.ScalarNode) or not _NUMBER.fullmatch(node.value):
            self.mistake(name, f"is {_shown(node)}; expected a number with a decimal point")
            return 0.0
        return float(node.value)

    def share(self, name: str) -> float:
        """A number from 0 to 1."""
        value = self.number(name)
        if not 0.0 <= value <= 1.0:
            self.mistake(name, f"is {value:g}; expected a share from 0 to 1 (write 0.75 for 75 %)")
        return value

    def count(self, name: str) -> int:
        """A whole number of at least 1."""
        value = self.number(name)
        if self.has(name) and (value != int(value) or value < 1):
            self.mistake(name, f"is {value:g}; expected a whole number of at least 1")
            return 1
        return int(value)

    def day(self, name: str) -> date:
        """A date, YYYY-MM-DD."""
        node = self._needed(name, "a date YYYY-MM-DD")
        if isinstance(node, yaml.ScalarNode) and _DAY.fullmatch(node.value):
            try:
                return date.fromisoformat(node.value)
            except ValueError:
                pass
        if node is not None:
            self.mistake(name, f"is {_shown(node)}; expected a date YYYY-MM-DD")
        return date.min

    def choice(self, name: str, kind: type[E]) -> E:
        """One of the values of an enum."""
        node = self._needed(name, one_of(kind))
        return next(iter(kind)) if node is None else self._choice(name, node, kind)

    def choices(self, name: str, kind: type[E]) -> tuple[E, ...]:
        """A list, not empty, of values of an enum."""
        return tuple(self._choice(name, node, kind) for node in self.nodes(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """A text, or a list of texts."""
        node = self._nodes.get(name)
        if isinstance(node, yaml.SequenceNode):
            items = self.nodes(name)
            for item in items:
                if not isinstance(item, yaml.ScalarNode):
                    self._mistakes.add(item, f"{self.at(name)} has {_shown(item)} in it; expected texts only")
            return tuple(item.value for item in items if isinstance(item, yaml.ScalarNode))
        one = self.text(name)
        return (one,) if one else ()

    def nodes(self, name: str) -> list[yaml.Node]:
        """The items of a list that is not empty."""
        node = self._needed(name, "a list")
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.mistake(name, f"is {_shown(node)}; expected a list with at least one item")
            return []
        return list(node.value)

    def record(self, name: str, fields: Iterable[str]) -> "Record | None":
        """A mapping inside this one."""
        node = self._needed(name, "a mapping")
        if node is None:
            return None
        if not isinstance(node, yaml.MappingNode):
            self.mistake(name, f"is {_shown(node)}; expected a mapping with {', '.join(fields)}")
            return None
        return Record(node, self.at(name), self._mistakes, fields)

    def entries(self, name: str) -> "list[Entry]":
        """The entries of a mapping whose keys the writer chooses, each key once."""
        node = self._needed(name, "a mapping")
        if node is None:
            return []
        if not isinstance(node, yaml.MappingNode) or not node.value:
            self.mistake(name, f"is {_shown(node)}; expected a mapping with at least one entry")
            return []
        found: dict[str, Entry] = {}
        for key, value in node.value:
            written = key.value if isinstance(key, yaml.ScalarNode) else ""
            if not written or written in found:
                told = f'"{written}" twice' if written else _shown(key)
                self._mistakes.add(key, f"{self.at(name)} has {told} as a name; expected each name once; remove one")
                continue
            found[written] = Entry(written, key, value, f"{self.at(name)}.{written}", self._mistakes)
        return list(found.values())

    def records(self, name: str, fields: tuple[str, ...]) -> list["Record"]:
        """A list of mappings inside this one."""
        found = []
        for index, node in enumerate(self.nodes(name)):
            path = f"{self.at(name)}[{index}]"
            if isinstance(node, yaml.MappingNode):
                found.append(Record(node, path, self._mistakes, fields))
            else:
                self._mistakes.add(node, f"{path} is {_shown(node)}; expected a mapping with {', '.join(fields)}")
        return found

    def _needed(self, name: str, expected: str) -> yaml.Node | None:
        node = self._nodes.get(name)
        if node is None:
            self._mistakes.add(self.node, f"{self.at(name)} is missing; expected {expected}; add it")
        return node

    def _choice(self, name: str, node: yaml.Node, kind: type[E]) -> E:
        written = node.value if isinstance(node, yaml.ScalarNode) else None
        for member in kind:
            if member.value == written:
                return member
        hint = did_you_mean(str(written), [str(member.value) for member in kind])
        self._mistakes.add(node, f"{self.at(name)} is {_shown(node)}; expected {one_of(kind)}; {hint}")
        return next(iter(kind))


@dataclass(frozen=True, slots=True)
class Entry:
    """One named entry of a mapping."""

    name: str
    key: yaml.Node
    value: yaml.Node
    path: str
    _mistakes: Mistakes

    def mistake(self, text: str) -> None:
        """Note a mistake at the entry; the text starts with its path."""
        self._mistakes.add(self.key, f"{self.path} {text}")

    def text(self) -> str:
        """The entry's text, not empty."""
        if isinstance(self.value, yaml.ScalarNode) and self.value.tag != _NULL and self.value.value.strip():
            return " ".join(self.value.value.split())
        self.mistake(f"is {_shown(self.value)}; expected a text")
        return ""

    def mapping(self, fields: Iterable[str]) -> yaml.MappingNode | None:
        """The entry's mapping, not empty."""
        if isinstance(self.value, yaml.MappingNode) and self.value.value:
            return self.value
        self.mistake(f"is {_shown(self.value)}; expected a mapping with some of {', '.join(fields)}")
        return None

    def record(self, node: yaml.MappingNode, fields: Iterable[str]) -> Record:
        """A mapping read in the place of the entry."""
        return Record(node, self.path, self._mistakes, fields)


def compose(text: str, mistakes: Mistakes, fields: tuple[str, ...]) -> Record | None:
    """The document's root mapping; None, with the mistake noted, when the text is no YAML mapping."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        problem = error.problem or error.context or "cannot be read"
        mistakes.messages.append(f"{mistakes.filename}:{line}: this is no YAML: {problem}; mend the line and try again")
        return None
    except yaml.YAMLError as error:
        mistakes.messages.append(f"{mistakes.filename}:1: this is no YAML: {' '.join(str(error).split())}")
        return None
    if not isinstance(root, yaml.MappingNode):
        found = "empty" if root is None else _shown(root)
        mistakes.messages.append(
            f"{mistakes.filename}:1: the file is {found}; expected a mapping with {', '.join(fields)}"
        )
        return None
    return Record(root, "", mistakes, fields)


def one_of(kind: type[Enum]) -> str:
    """The values of an enum, as a person may write them."""
    return "one of " + ", ".join(str(member.value) for member in kind)


def _shown(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return "empty" if node.tag == _NULL else f'"{node.value}"'
    return "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"
