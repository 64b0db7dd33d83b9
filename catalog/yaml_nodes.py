"""Strict YAML for files people write: every problem is kept with its line, and they are told together.

Scalars are taken as they stand in the file, never as YAML guesses them: ``08:00`` is a time and not 480, ``NO`` is a
country and not false, ``0123`` keeps its zero. A key nobody asked for, or given twice, is a problem.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import yaml

from catalog.suggest import did_you_mean

T = TypeVar("T")

_NULLS = ("", "~", "null", "Null", "NULL")
_MISSING = object()


class Misread(ValueError):  # noqa: N818 - says what went wrong with one text, and how to mend it; always caught here
    """A text that is not what was expected; the message is the mend, or empty for the kind's own."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """What a text must be.

    Attributes
    ----------
    expected : str
        For the message: ``expected …``.
    parse : callable
        Text → value; raises :class:`Misread` with the mend.
    stand_in : T
        Goes on in place of a value that could not be read, so that reading finds the next problem too.
    mend : str
        When the parser says none.
    """

    expected: str
    parse: Callable[[str], T]
    stand_in: T
    mend: str = "write it so"


@dataclass(slots=True)
class Problems:
    """What is wrong with a file, one line each."""

    filename: str
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, message: str) -> None:
        """Keep a problem of a line (counted from 1)."""
        if (line, message) not in self.found:
            self.found.append((line, message))

    def messages(self) -> tuple[str, ...]:
        """``file:line: message`` in the order of lines."""
        return tuple(f"{self.filename}:{line}: {message}" for line, message in sorted(self.found, key=lambda p: p[0]))


@dataclass(frozen=True, slots=True)
class Text:
    """One scalar as it stands in the file."""

    value: str
    path: str
    line: int
    problems: Problems

    def read(self, kind: Kind[T]) -> T:
        """The value of the kind, or its stand-in when there is a problem."""
        try:
            return kind.parse(self.value)
        except Misread as error:
            self.problem(kind.expected, str(error) or kind.mend)
            return kind.stand_in

    def problem(self, expected: str, mend: str) -> None:
        """Say that the text is not what was expected."""
        found = f'is "{self.value}"' if self.value else "is empty"
        self.problems.add(self.line, f"{self.path} {found}; expected {expected}; {mend}")


class Item:
    """One mapping of the file: reads its keys, remembers which were asked for."""

    def __init__(self, node: yaml.MappingNode, path: str, problems: Problems) -> None:
        self.path = path
        self.line = node.start_mark.line + 1
        self.problems = problems
        self._asked: list[str] = []
        self._lines: dict[str, int] = {}
        self._values: dict[str, yaml.Node] = {}
        for key, value in node.value:
            self._keep(key, value)

    def _keep(self, key: yaml.Node, value: yaml.Node) -> None:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            self.problems.add(line, f"{self.path or 'the file'} has a key that is no word; expected name: value")
        elif key.value in self._values:
            first = self._lines[key.value]
            self.problems.add(
                line, f"{self.at(key.value)} is given twice (first on line {first}); expected once; remove one"
            )
        else:
            self._values[key.value] = value
            self._lines[key.value] = line

    def at(self, key: str) -> str:
        """Path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def line_of(self, key: str) -> int:
        """Line of a key, or of the mapping when the key is not there."""
        return self._lines.get(key, self.line)

    def names(self) -> list[str]:
        """Every key there is, for mappings whose keys are data."""
        self._asked += self._values
        return list(self._values)

    def has(self, key: str) -> bool:
        """Whether the key is there with a value."""
        return self._node(key) is not None

    def raw(self, key: str) -> str:
        """The scalar as it stands in the file, empty when there is none."""
        node = self._node(key)
        return node.value.strip() if isinstance(node, yaml.ScalarNode) else ""

    def read(self, key: str, kind: Kind[T], default: T | object = _MISSING) -> T:
        """The value of a key; a missing key is a problem unless there is a default."""
        node = self._node(key)
        if node is None:
            if default is not _MISSING:
                return default  # type: ignore[return-value]  # the sentinel is excluded on the line above
            state = "is empty" if key in self._values else "is missing"
            self.problems.add(self.line_of(key), f"{self.at(key)} {state}; expected {kind.expected}; add {key}: …")
            return kind.stand_in
        if not isinstance(node, yaml.ScalarNode):
            self._not(key, node, kind.expected, "write one value after the colon")
            return kind.stand_in
        return self._text(node, self.at(key)).read(kind)

    def texts(self, key: str) -> list[Text]:
        """Scalars of a list, or the one scalar that stands in its place; none when the key is missing."""
        node = self._node(key)
        if node is None:
            return []
        if isinstance(node, yaml.ScalarNode):
            return [self._text(node, self.at(key))]
        if isinstance(node, yaml.SequenceNode) and all(isinstance(part, yaml.ScalarNode) for part in node.value):
            return [self._text(part, f"{self.at(key)}[{i}]") for i, part in enumerate(node.value)]
        self._not(key, node, "a list of values", "write [a, b, c]")
        return []

    def needed_texts(self, key: str, expected: str, mend: str) -> list[Text]:
        """Like :meth:`texts`, but a missing key and an empty list are problems."""
        node = self._node(key)
        if node is None or (isinstance(node, yaml.SequenceNode) and not node.value):
            state = "is missing" if key not in self._values else "is empty"
            self.problems.add(self.line_of(key), f"{self.at(key)} {state}; expected {expected}; {mend}")
            return []
        return self.texts(key)

    def item(self, key: str, expected: str) -> "Item | None":
        """The mapping under a key, None when it is missing or something else (then a problem)."""
        node = self._node(key)
        if node is None:
            return None
        if not isinstance(node, yaml.MappingNode):
            self._not(key, node, expected, "write its keys on the lines below, two spaces further right")
            return None
        return Item(node, self.at(key), self.problems)

    def needed_item(self, key: str, expected: str) -> "Item | None":
        """Like :meth:`item`, but a missing key is a problem."""
        if self._node(key) is None:
            self.problems.add(self.line_of(key), f"{self.at(key)} is missing; expected {expected}; add {key}: …")
        return self.item(key, expected)

    def items(self, key: str, expected: str) -> "list[Item]":
        """The mappings of a list; none when the key is missing."""
        node = self._node(key)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self._not(key, node, f"a list of {expected}", "start each with a dash: - id: …")
            return []
        found = []
        for i, part in enumerate(node.value):
            path = f"{self.at(key)}[{i}]"
            if isinstance(part, yaml.MappingNode):
                found.append(Item(part, path, self.problems))
            else:
                line = part.start_mark.line + 1
                self.problems.add(line, f"{path} is {_shown(part)}; expected one of the {expected}; write its keys")
        return found

    def problem(self, key: str, expected: str, mend: str) -> None:
        """Say that a value is not what was expected, though its kind is right."""
        Text(self.raw(key), self.at(key), self.line_of(key), self.problems).problem(expected, mend)

    def close(self) -> None:
        """Say which keys nobody asked for; call it when everything was read."""
        for key, line in self._lines.items():
            if key not in self._asked:
                known = dict.fromkeys(self._asked)
                self.problems.add(line, f"{self.at(key)} is not a key here; {did_you_mean(key, known)}")

    def _node(self, key: str) -> yaml.Node | None:
        """The node of a key; None when it is missing, empty or null."""
        self._asked.append(key)
        node = self._values.get(key)
        if isinstance(node, yaml.ScalarNode) and node.style is None and node.value in _NULLS:
            return None
        return node

    def _text(self, node: yaml.ScalarNode, path: str) -> Text:
        return Text(node.value.strip(), path, node.start_mark.line + 1, self.problems)

    def _not(self, key: str, node: yaml.Node, expected: str, mend: str) -> None:
        line = node.start_mark.line + 1
        self.problems.add(line, f"{self.at(key)} is {_shown(node)}; expected {expected}; {mend}")


def read_document(text: str, problems: Problems, expected: str) -> Item | None:
    """The mapping a YAML text is, or None with the reason among the problems."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = error.problem or error.context or "it is no YAML"
        mend = "check the indentation, the colons and the quotes there (spaces, never tabs)"
        problems.add(mark.line + 1 if mark else 1, f"cannot be read as YAML: {what}; {mend}")
        return None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 1
        problems.add(line, "has a character that is no text; expected YAML in UTF-8; remove it")
        return None
    except RecursionError:
        problems.add(1, f"is nested too deeply; expected {expected}; see the example in the documentation")
        return None
    if not isinstance(node, yaml.MappingNode):
        shown = "empty" if node is None else _shown(node)
        problems.add(1, f"is {shown}; expected {expected}; see the example in the documentation")
        return None
    return Item(node, "", problems)


def _shown(node: yaml.Node) -> str:
    """What a node is, for a message."""
    if isinstance(node, yaml.ScalarNode):
        return f'"{node.value}"' if node.value else "empty"
    return "a list" if isinstance(node, yaml.SequenceNode) else "a group of keys"


def texts_of(items: Iterable[Text], kind: Kind[T]) -> list[T]:
    """Every text read as one kind."""
    return [item.read(kind) for item in items]
