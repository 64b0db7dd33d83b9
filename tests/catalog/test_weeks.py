"""Working weeks: true lengths, nights, holidays, two teams."""

from datetime import date, time, timedelta

from catalog.identifiers import EmployerId, EstablishmentId
from catalog.places import Break, Establishment, ShiftPattern, WorkSchedule
from catalog.weeks import WorkWeek, work_weeks

HOUR = 3_600_000
PARIS = Establishment(EstablishmentId("e"), EmployerId("f"), "Atelier", "Europe/Paris", "FR", None)
WORKDAYS = frozenset(range(1, 6))
DAY = ShiftPattern("day", WORKDAYS, time(8), time(17), (Break(time(12), time(13)),))


def hours(week: WorkWeek) -> float:
    return sum(piece.length for piece in week.pieces) / HOUR


def test_week_of_ascension_day_has_four_days_of_eight_hours() -> None:
    before, week = work_weeks(WorkSchedule((DAY,)), PARIS, date(2026, 5, 5), date(2026, 5, 17))
    assert (before.monday, week.monday) == (date(2026, 5, 4), date(2026, 5, 11))
    assert hours(before) == 32  # 8 May
    assert hours(week) == 32  # 14 May
    assert week.start == before.end


def test_sunday_night_shift_is_of_the_week_it_starts_in_and_closes_it_later() -> None:
    night = ShiftPattern("night", frozenset({7}), time(22), time(6))
    (week,) = work_weeks(WorkSchedule((night,)), PARIS, date(2026, 3, 2), date(2026, 3, 8))
    assert week.pieces[0].end - week.end == 6 * HOUR
    assert week.closed == week.pieces[0].end


def test_week_of_the_clock_change_has_its_true_length() -> None:
    night = ShiftPattern("night", frozenset({6}), time(22), time(6))
    (week,) = work_weeks(WorkSchedule((night,)), PARIS, date(2026, 3, 28), date(2026, 3, 28))
    assert hours(week) == 7
    assert week.end - week.start == 167 * HOUR


def test_two_teams_a_day_have_no_common_week() -> None:
    early = ShiftPattern("early", WORKDAYS, time(5), time(13))
    late = ShiftPattern("late", WORKDAYS, time(13), time(21))
    assert work_weeks(WorkSchedule((early, late)), PARIS, date(2026, 3, 2), date(2026, 3, 8)) == []


def test_weeks_nobody_works_in_are_left_out() -> None:
    closed = frozenset(date(2026, 8, 3) + timedelta(days=k) for k in range(14))
    weeks = work_weeks(WorkSchedule((DAY,), closed=closed), PARIS, date(2026, 7, 27), date(2026, 8, 23))
    assert [week.monday for week in weeks] == [date(2026, 7, 27), date(2026, 8, 17)]
