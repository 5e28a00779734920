"""Damaged flight logs are read as far as they go, or refused by an error of ours: never a crash."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.errors import InputError
from cathartes.scenes.records.autopilot import fixes_of, wind_estimate_of
from cathartes.scenes.records.dataflash import read_dataflash
from cathartes.scenes.records.ulog import read_ulog

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "scenes"))
from test_flight_logs import ardupilot, px4

PX4, ARDUPILOT = px4(), ardupilot()


@pytest.mark.parametrize(("whole", "read"), [(PX4, read_ulog), (ARDUPILOT, read_dataflash)])
@given(st.data())
def test_cut_and_damaged_files_never_crash(whole, read, data):
    content = bytearray(whole[: data.draw(st.integers(8, len(whole)))])
    place = st.one_of(st.integers(8, 600), st.integers(8, len(whole) - 1))  # most of all the head
    damage = st.tuples(place, st.integers(0, 255))
    for place, byte in data.draw(st.lists(damage, max_size=6)):
        if place < len(content):
            content[place] = byte
    try:
        record = read(Path("damaged"), bytes(content))
        fixes = fixes_of(record)
        wind_estimate_of(record)
    except InputError:
        return
    assert (fixes.time_unix_s[1:] > fixes.time_unix_s[:-1]).all()
