"""Shifts and local days: holidays, nights, breaks and changes of clocks."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.identifiers import EmployerId, EstablishmentId
from catalog.places import Break, Establishment, ShiftPattern, WorkSchedule
from catalog.schedule import Interval, Shift, instant_of, local_days, shifts

HOUR = 3_600_000
WEEK = frozenset(range(1, 8))


def site(timezone: str = "Europe/Paris", subdivision: str | None = None, country: str = "FR") -> Establishment:
    return Establishment(EstablishmentId("site"), EmployerId("firm"), "Site", timezone, country, subdivision)


def pattern(
    start: str, end: str, *breaks: str, days: frozenset[int] = WEEK, breaks_count: bool = False
) -> ShiftPattern:
    pauses = tuple(Break(*(time.fromisoformat(part) for part in pause.split("-"))) for pause in breaks)
    return ShiftPattern("shift", days, time.fromisoformat(start), time.fromisoformat(end), pauses, breaks_count)


def on(day: date, *patterns: ShiftPattern, where: Establishment | None = None) -> list[Shift]:
    return shifts(WorkSchedule(patterns, works_on_holidays=True), where or site(), day, day)


def utc(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


NIGHT = pattern("22:00", "06:00")
MARCH, OCTOBER = date(2026, 3, 28), date(2026, 10, 24)
"""Saturdays before the clocks change in Europe."""


def test_day_shift_is_laid_out_in_local_time() -> None:
    (winter,) = on(date(2026, 1, 15), pattern("08:00", "16:00"))
    (summer,) = on(date(2026, 7, 15), pattern("08:00", "16:00"))
    assert (winter.start, winter.end) == (utc("2026-01-15 07:00"), utc("2026-01-15 15:00"))
    assert (summer.start, summer.end) == (utc("2026-07-15 06:00"), utc("2026-07-15 14:00"))


def test_night_shift_has_seven_hours_in_march_and_nine_in_october() -> None:
    assert [shift.worked / HOUR for shift in on(MARCH, NIGHT)] == [7]
    assert [shift.worked / HOUR for shift in on(OCTOBER, NIGHT)] == [9]
    assert [shift.worked / HOUR for shift in on(date(2026, 3, 27), NIGHT)] == [8]


def test_night_shift_overseas_never_changes() -> None:
    reunion = site("Indian/Reunion", "974")
    assert [shift.worked / HOUR for day in (MARCH, OCTOBER) for shift in on(day, NIGHT, where=reunion)] == [8, 8]


def test_night_shift_belongs_to_the_day_it_starts_on() -> None:
    (shift,) = on(date(2026, 1, 15), NIGHT)
    assert shift.day == date(2026, 1, 15)
    assert shift.end == utc("2026-01-16 05:00")


def test_shift_to_midnight_and_round_the_clock() -> None:
    (evening,) = on(date(2026, 1, 15), pattern("16:00", "00:00"))
    (whole,) = on(date(2026, 1, 15), pattern("00:00", "00:00"))
    assert (evening.worked, whole.worked) == (8 * HOUR, 24 * HOUR)
    assert [shift.worked / HOUR for shift in on(date(2026, 3, 29), pattern("00:00", "00:00"))] == [23]


def test_start_the_clock_skips_is_the_moment_it_jumps() -> None:
    (shift,) = on(date(2026, 3, 29), pattern("02:30", "10:00"))
    assert shift.start == utc("2026-03-29 01:00")
    assert shift.worked == 7 * HOUR


def test_shift_wholly_in_the_skipped_hour_did_not_happen() -> None:
    assert on(date(2026, 3, 29), pattern("02:00", "02:45")) == []


def test_time_that_happens_twice_is_the_first() -> None:
    (shift,) = on(date(2026, 10, 25), pattern("02:30", "10:00"))
    assert shift.start == utc("2026-10-25 00:30")
    assert shift.worked == 8.5 * HOUR


def test_following_shifts_neither_overlap_nor_leave_a_hole_when_clocks_change() -> None:
    for day in (MARCH, OCTOBER):
        for middle in ("01:45", "02:00", "02:30", "03:00", "03:15"):
            first, second = sorted(
                on(day, pattern("22:00", middle)) + on(day + timedelta(days=1), pattern(middle, "06:00")),
                key=lambda shift: shift.start,
            )
            assert first.end == second.start


def test_break_out_leaves_two_pieces() -> None:
    (shift,) = on(date(2026, 1, 15), pattern("08:00", "17:00", "12:00-13:00"))
    assert shift.pieces == (
        Interval(utc("2026-01-15 07:00"), utc("2026-01-15 11:00")),
        Interval(utc("2026-01-15 12:00"), utc("2026-01-15 16:00")),
    )
    assert shift.worked == 8 * HOUR


def test_break_that_counts_leaves_one_piece() -> None:
    (shift,) = on(date(2026, 1, 15), pattern("08:00", "17:00", "12:00-13:00", breaks_count=True))
    assert shift.pieces == (Interval(shift.start, shift.end),)


def test_break_at_an_edge_or_touching_another_leaves_no_empty_piece() -> None:
    (shift,) = on(date(2026, 1, 15), pattern("08:00", "12:00", "08:00-08:15", "10:00-10:15", "10:15-10:30"))
    assert [piece.length / HOUR for piece in shift.pieces] == [1.75, 1.5]


def test_break_after_midnight_in_a_night_shift() -> None:
    (shift,) = on(date(2026, 1, 15), pattern("22:00", "06:00", "02:00-02:30"))
    assert shift.pieces[0].end == utc("2026-01-16 01:00")
    (shift,) = on(date(2026, 1, 15), pattern("22:00", "06:00", "23:45-00:15"))
    assert [piece.length / HOUR for piece in shift.pieces] == [1.75, 5.75]


@pytest.mark.parametrize("pause", ["01:45-02:15", "02:00-02:30", "02:30-03:00", "03:00-03:30"])
def test_break_keeps_its_length_when_clocks_change(pause: str) -> None:
    assert [shift.worked / HOUR for shift in on(MARCH, pattern("22:00", "06:00", pause))] == [6.5]
    assert [shift.worked / HOUR for shift in on(OCTOBER, pattern("22:00", "06:00", pause))] == [8.5]


def test_public_holidays_and_closed_days_are_out() -> None:
    weekdays = WorkSchedule(
        (pattern("08:00", "16:00", days=frozenset(range(1, 6))),), closed=frozenset({date(2026, 5, 15)})
    )
    days = [shift.day.day for shift in shifts(weekdays, site(), date(2026, 5, 11), date(2026, 5, 17))]
    assert days == [11, 12, 13], "Ascension on the 14th, a bridge day on the 15th, then a week-end"


def test_people_who_work_on_holidays_do() -> None:
    always = WorkSchedule((pattern("08:00", "16:00"),), works_on_holidays=True)
    assert len(shifts(always, site(), date(2026, 12, 25), date(2026, 12, 25))) == 1


@pytest.mark.parametrize(
    ("day", "subdivision", "works"),
    [
        (date(2026, 12, 26), None, True),
        (date(2026, 12, 26), "57", False),
        (date(2026, 12, 26), "6AE", False),
        (date(2026, 4, 3), None, True),
        (date(2026, 4, 3), "Alsace", False),
        (date(2026, 12, 20), None, True),
        (date(2026, 12, 20), "974", False),
        (date(2026, 7, 14), "974", False),
    ],
)
def test_holidays_of_alsace_moselle_and_overseas(day: date, subdivision: str | None, works: bool) -> None:
    found = shifts(WorkSchedule((pattern("08:00", "16:00"),)), site(subdivision=subdivision), day, day)
    assert bool(found) is works


def test_night_shift_before_a_holiday_is_worked_and_the_one_of_the_holiday_is_not() -> None:
    found = shifts(WorkSchedule((NIGHT,)), site(), date(2026, 12, 24), date(2026, 12, 25))
    assert [shift.day for shift in found] == [date(2026, 12, 24)]


def test_shifts_come_in_order_of_start() -> None:
    found = shifts(WorkSchedule((pattern("14:00", "22:00"), pattern("06:00", "14:00"))), site(), MARCH, OCTOBER)
    assert [shift.start for shift in found] == sorted(shift.start for shift in found)


def test_local_days_of_23_and_25_hours() -> None:
    assert [day.length / HOUR for _, day in local_days("Europe/Paris", utc("2026-03-29"), utc("2026-03-29 12:00"))] == [
        23
    ]
    assert [day.length / HOUR for _, day in local_days("Europe/Paris", utc("2026-10-25"), utc("2026-10-25 12:00"))] == [
        25
    ]
    assert [
        day.length / HOUR for _, day in local_days("Indian/Reunion", utc("2026-03-29"), utc("2026-03-29 12:00"))
    ] == [24]


def test_local_day_that_starts_at_one_in_the_morning() -> None:
    # Lebanon's clocks go forward at midnight: 2024-03-31 has no 00:00.
    ((day, whole),) = local_days("Asia/Beirut", utc("2024-03-31 10:00"), utc("2024-03-31 11:00"))
    assert (day, whole.length / HOUR) == (date(2024, 3, 31), 23)


def test_local_day_that_never_was() -> None:
    # Samoa skipped 2011-12-30 to change sides of the date line.
    found = [day for day, _ in local_days("Pacific/Apia", utc("2011-12-30 00:00"), utc("2011-12-31 00:00"))]
    assert found == [date(2011, 12, 29), date(2011, 12, 31)]


def test_instant_at_midnight_belongs_to_the_day_before() -> None:
    midnight = utc("2026-01-15 23:00")
    assert [day for day, _ in local_days("Europe/Paris", midnight - 1, midnight)] == [date(2026, 1, 15)]
    assert [day for day, _ in local_days("Europe/Paris", midnight, midnight + 1)] == [date(2026, 1, 16)]
    assert local_days("Europe/Paris", midnight, midnight) == []


ZONES = st.sampled_from(
    ["Europe/Paris", "Europe/Brussels", "Indian/Reunion", "America/Martinique", "America/Miquelon", "Pacific/Noumea"]
)
DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))


@settings(max_examples=150)
@given(ZONES, DAYS, st.integers(0, 40), st.integers(0, 86_399_999), st.integers(1, 86_400_000))
def test_local_days_tile_the_time_they_cover(zone: str, first: date, days: int, into: int, more: int) -> None:
    start = instant_of(datetime.combine(first, time()), ZoneInfo(zone)) + into
    end = start + days * 24 * HOUR + more
    found = local_days(zone, start, end)
    assert found[0][1].start <= start < found[0][1].end
    assert found[-1][1].start < end <= found[-1][1].end
    assert all(one.end == other.start for (_, one), (_, other) in pairwise(found))
    assert sum(day.length for _, day in found) == found[-1][1].end - found[0][1].start
    assert {day.length / HOUR for _, day in found} <= {23, 24, 25}
    assert local_days(zone, found[0][1].start, found[-1][1].end) == found, "days asked for by midnights are those days"


@settings(max_examples=200)
@given(ZONES, DAYS, TIMES, TIMES, st.lists(st.tuples(TIMES, TIMES), max_size=3), st.booleans())
def test_pieces_lie_inside_their_shift_in_order(
    zone: str, day: date, start: time, end: time, pauses: list[tuple[time, time]], breaks_count: bool
) -> None:
    breaks = tuple(Break(*pause) for pause in pauses)
    made = on(day, ShiftPattern("s", WEEK, start, end, breaks, breaks_count), where=site(zone))
    for shift in made:
        assert shift.day == day
        assert 0 < shift.end - shift.start <= 25 * HOUR
        assert all(piece.length > 0 for piece in shift.pieces)
        edges = [shift.start, *(edge for piece in shift.pieces for edge in (piece.start, piece.end)), shift.end]
        assert edges == sorted(edges)
        if breaks_count or not pauses:
            assert shift.worked == shift.end - shift.start


@settings(max_examples=150)
@given(
    ZONES,
    st.builds(datetime.combine, DAYS, st.times()),
    st.builds(datetime.combine, DAYS, st.times()),
)
def test_instants_keep_the_order_of_the_wall_clock(zone: str, one: datetime, other: datetime) -> None:
    early, late = sorted((one, other))
    assert instant_of(early, ZoneInfo(zone)) <= instant_of(late, ZoneInfo(zone))


@given(st.integers(0, 240), st.integers(0, 240))
def test_instants_keep_the_order_while_clocks_change(one: int, other: int) -> None:
    for day in (date(2026, 3, 29), date(2026, 10, 25)):
        midnight = datetime.combine(day, time())
        early, late = (midnight + timedelta(minutes=minutes) for minutes in sorted((one, other)))
        assert instant_of(early, ZoneInfo("Europe/Paris")) <= instant_of(late, ZoneInfo("Europe/Paris"))
