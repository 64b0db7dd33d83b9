"""Exposures keep their history: unchanged ones stay, changed ones get a revision, vanished ones say so."""

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from catalog.identifiers import ZoneId
from dsp.exposure import Measure, WindowKind
from rules.decision import Decision, exposure_key
from store.errors import StoreError
from store.exposures import EXPOSURE_COLUMNS, ExposureStore, PutResult, Recomputed, Revisions
from tests.store.worlds import DAY, HOUR, NOON, assessment, episode, exposure

A1 = ZoneId("a1")


@pytest.fixture
def store(tmp_path: Path) -> ExposureStore:
    return ExposureStore(tmp_path / "exposures")


def test_exposure_comes_back_with_its_limit_and_its_parts(store: ExposureStore) -> None:
    one = exposure()
    result = store.put(A1, [one], {exposure_key(one): assessment(one)}, timezone="Europe/Paris", readings_version=7)
    assert result == PutResult(1, 0, 0, 0)
    row = store.read().row(0, named=True)
    assert list(row) == [*EXPOSURE_COLUMNS, "revision", "withdrawn", "computed_at", "readings_version"]
    assert one.uncertainty is not None
    assert row["uncertainty"] == one.uncertainty.combined
    assert (row["u_instrument"], row["u_place"]) == (30.0, 80.0)
    assert (row["limit"], row["limit_source"], row["decision"]) == (800.0, "RSDT art. 64", "exceedance_indicated")
    assert (row["rule"], row["level"], row["probability"]) == ("co2-air", "guide", 0.97)
    assert (row["revision"], row["readings_version"], row["withdrawn"]) == (1, 7, False)
    assert (row["day"], row["start"].timestamp() * 1000) == (date(2026, 3, 29), NOON)


def test_day_is_the_local_one_the_window_starts_on(store: ExposureStore) -> None:
    midnight = NOON - 14 * HOUR  # 2026-03-28T22:00Z: in Paris still the 28th, 23:00
    store.put(A1, [exposure(start=midnight), exposure(start=midnight + HOUR)], {}, timezone="Europe/Paris")
    assert store.read()["day"].to_list() == [date(2026, 3, 28), date(2026, 3, 29)]


def test_day_is_empty_rather_than_wrong_when_nobody_said_where(store: ExposureStore) -> None:
    store.put(A1, [exposure()], {})
    assert store.read()["day"].to_list() == [None]


def test_the_same_again_makes_no_revision(store: ExposureStore) -> None:
    both = [exposure(), exposure(value=None, measure=Measure.TIME_ABOVE, threshold=1000.0)]
    store.put(A1, both, {}, readings_version=1)
    assert store.put(A1, both, {}, readings_version=2) == PutResult(0, 0, 2, 0)
    assert store.read()["readings_version"].to_list() == [1, 1]


def test_changed_value_gets_a_revision_and_the_old_one_stays_readable(store: ExposureStore) -> None:
    store.put(A1, [exposure(value=812.0), exposure(start=NOON + DAY)], {})
    assert store.put(A1, [exposure(value=813.0), exposure(start=NOON + DAY)], {}) == PutResult(0, 1, 1, 0)
    assert store.read().select("value", "revision").rows() == [(813.0, 2), (812.0, 1)]
    assert store.read(end=NOON + 1, revisions=Revisions.ALL)["value"].to_list() == [812.0, 813.0]


def test_value_that_becomes_insufficient_is_a_change(store: ExposureStore) -> None:
    store.put(A1, [exposure(value=812.0)], {})
    assert store.put(A1, [exposure(value=None)], {}).changed == 1
    assert store.read()["value"].to_list() == [None]


def test_another_limit_is_a_change(store: ExposureStore) -> None:
    one = exposure()
    store.put(A1, [one], {exposure_key(one): assessment(one)})
    changed = assessment(one, Decision.INCONCLUSIVE)
    assert store.put(A1, [one], {exposure_key(one): changed}).changed == 1


def test_window_that_is_computed_no_more_is_withdrawn_once_and_can_come_back(store: ExposureStore) -> None:
    today, tomorrow = exposure(), exposure(start=NOON + DAY)
    store.put(A1, [today, tomorrow], {})
    assert store.put(A1, [today], {}) == PutResult(0, 0, 1, 1)
    assert len(store.read()) == 1
    assert store.put(A1, [today], {}) == PutResult(0, 0, 1, 0)
    assert store.put(A1, [today, tomorrow], {}) == PutResult(0, 1, 1, 0)
    history = store.read(start=NOON + DAY, revisions=Revisions.ALL)
    assert history.select("revision", "withdrawn").rows() == [(1, False), (2, True), (3, False)]


def test_recomputing_one_day_leaves_the_others_alone(store: ExposureStore) -> None:
    store.put(A1, [exposure(start=NOON + i * DAY) for i in range(3)], {})
    one_day = [Recomputed("a1", "d1", NOON + DAY, NOON + 2 * DAY)]
    assert store.put(A1, [], {}, recomputed=one_day) == PutResult(0, 0, 0, 1)
    assert store.put(A1, [exposure(value=1.0)], {}, recomputed=[]) == PutResult(0, 1, 0, 0)
    assert len(store.read()) == 2


def test_put_for_one_zone_never_touches_another(store: ExposureStore) -> None:
    store.put(ZoneId("b1"), [exposure("b1")], {})
    store.put(A1, [exposure()], {})
    store.put(A1, [], {})
    assert store.read()["zone"].to_list() == ["b1"]
    with pytest.raises(ValueError, match="rows of b1"):
        store.put(A1, [exposure("b1")], {})


def test_open_campaign_that_grows_keeps_its_row(store: ExposureStore) -> None:
    first = exposure(window=WindowKind.CAMPAIGN, end=NOON + DAY)
    store.put(A1, [first], {})
    assert store.put(A1, [replace(first, end=NOON + 2 * DAY)], {}).changed == 1
    assert len(store.read()) == 1
    assert store.read(start=NOON + DAY)["revision"].to_list() == [2]
    store.put(A1, [replace(first, end=NOON + DAY)], {})
    assert store.read(start=NOON + DAY).is_empty(), "an earlier revision is not taken for the current one"


def test_filters_narrow_and_nothing_asked_is_nothing(store: ExposureStore) -> None:
    store.put(A1, [exposure(), exposure(quantity="laeq"), exposure(measure=Measure.P95)], {})
    assert len(store.read(["a1"], quantities=["co2"], measures=["p95"], window_kinds=["shift"], kits=["k1"])) == 1
    assert store.read([]).is_empty()
    assert store.read(["a1"], quantities=[]).is_empty()
    assert store.read(["zz"]).is_empty()


def test_thresholds_tell_rows_apart(store: ExposureStore) -> None:
    above = [exposure(measure=Measure.TIME_ABOVE, threshold=t) for t in (1000.0, 1500.0)]
    store.put(A1, above, {})
    assert store.put(A1, above, {}).unchanged == 2
    revisions = store.revisions_of([exposure_key(e) for e in [*above, exposure()]])
    assert revisions == {exposure_key(e): 1 for e in above}


def test_the_same_exposure_twice_in_one_put_is_an_error(store: ExposureStore) -> None:
    with pytest.raises(StoreError, match="computed twice"):
        store.put(A1, [exposure(), exposure()], {})


def test_value_that_is_no_number_is_an_error(store: ExposureStore) -> None:
    with pytest.raises(StoreError, match="not finite"):
        store.put(A1, [exposure(value=math.nan)], {})
    assert store.read().is_empty()


def test_episodes_have_revisions_too(store: ExposureStore) -> None:
    assert store.put_exceedances(A1, [episode(), episode(start=NOON + DAY)]) == PutResult(2, 0, 0, 0)
    longer = [episode(minutes=25), episode(start=NOON + DAY)]
    assert store.put_exceedances(A1, longer, readings_version=3) == PutResult(0, 1, 1, 0)
    assert store.put_exceedances(A1, longer[:1]) == PutResult(0, 0, 1, 1)
    assert store.read_exceedances(["a1"])["revision"].to_list() == [2]


def test_many_puts_leave_few_files_and_every_revision(store: ExposureStore) -> None:
    for i in range(60):
        store.put(A1, [exposure(value=float(i))], {}, at=NOON + i)
    assert len(store._exposures._table.snapshot().files) < 48
    assert store.read(revisions=Revisions.ALL)["revision"].to_list() == list(range(1, 61))
    assert store.read()["value"].to_list() == [59.0]


def test_table_is_read_by_other_engines(store: ExposureStore, tmp_path: Path) -> None:
    store.put(A1, [exposure()], {})
    assert pl.read_delta(str(tmp_path / "exposures" / "exposures"))["zone"].to_list() == ["a1"]
