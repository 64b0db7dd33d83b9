"""Numbers as people type them on the command line."""

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any, get_args, get_type_hints

import pytest
import typer

from tests.vigie.running import vigie
from vigie.cli import app
from vigie.commands.options import number


def commands(group: typer.Typer) -> Iterator[Callable[..., Any]]:
    yield from (command.callback for command in group.registered_commands if command.callback)
    for below in group.registered_groups:
        if below.typer_instance is not None:
            yield from commands(below.typer_instance)


def test_every_number_of_the_command_line_is_read_by_one_function() -> None:
    seen = 0
    for command in commands(app):
        hints = get_type_hints(command, include_extras=True)
        for name in inspect.signature(command).parameters:
            kind, *infos = get_args(hints[name]) or (hints[name],)
            if float in (get_args(kind) or (kind,)):
                assert [info.parser for info in infos] == [number], f"{command.__name__}: {name}"
                seen += 1
    assert seen > 30


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("50,5", 50.5),
        ("50.5", 50.5),
        ("-5", -5.0),
        ("\u22125,5", -5.5),
        (",5", 0.5),
        ("0,125", 0.125),
        ("1,5e-3", 1.5e-3),
    ],
)
def test_decimal_commas_are_read(typed: str, value: float) -> None:
    assert number(typed) == value


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("1,234", "a decimal comma or a thousand? Write 1.234 or 1234"),
        ("1.234,5", '"1.234,5" is no number; write 50.5 or 50,5'),
        ("abc", '"abc" is no number; write 50.5 or 50,5'),
        ("1_000", "is no number"),
        ("", "is no number"),
    ],
)
def test_what_is_no_number_is_told(typed: str, says: str) -> None:
    with pytest.raises(typer.BadParameter, match=re.escape(says)):
        number(typed)


def test_typed_on_the_command_line() -> None:
    assert "50.5 ppm = 193.4 mg/m3" in vigie("measure", "gas", "50,5", "ppm", "-s", "toluene").stdout
    assert "expected 0 to 50 °C" in vigie("measure", "heat", "--temperature", "-5", "--humidity", "50", code=2).stderr
    mistake = vigie("measure", "co2", "abc", code=2).stderr
    assert "'PPM': \"abc\" is no number; write 50.5 or 50,5" in mistake.replace("│", "")
