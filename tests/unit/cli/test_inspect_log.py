"""The words of ``cathartes inspect-log``."""

import json

import pytest

from cathartes.cli.main import main

HEADER = "time_utc,longitude_deg,latitude_deg,altitude_agl_m,methane_ppm"


@pytest.fixture
def flight(tmp_path):
    path = tmp_path / "flight.csv"
    rows = [
        f"2026-05-12T10:{s // 60:02d}:{s % 60:02d}Z,{7.1 + s * 5e-5:.5f},46.8,{20 + s % 3},"
        f"{2 + 0.01 * (s * 7 % 11):.2f}"
        for s in range(240)
    ]
    path.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    return path


def test_what_was_understood_is_said(flight, capsys):
    assert main(["inspect-log", str(flight)]) == 0
    out = capsys.readouterr().out
    assert "flight: 240 rows, 2026-05-12T10:00:00.000Z to 2026-05-12T10:03:59.000Z" in out
    assert "heights 20.0 to 22.0 m above ground" in out
    assert "No wind in the log." in out
    assert "methane: delay not known: 0 pairs of neighbouring passes" in out


def test_flags_are_shown_and_the_same_in_json(flight, capsys):
    text = flight.read_text().replace(",46.8,", ",,", 3)
    flight.write_text(text)
    assert main(["inspect-log", str(flight)]) == 0
    assert "no position: 3 of 240 rows have no position" in capsys.readouterr().out
    assert main(["inspect-log", str(flight), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["n_rows"] == 237
    assert told["flags"][0]["kind"] == "no position"
    assert told["gases"][0]["behaviour"]["chemical"] == "methane"
    assert told["wind"] is None


def test_bad_input_leaves_with_its_code(flight, capsys):
    flight.write_text(flight.read_text().replace("altitude_agl_m", "altitude"))
    assert main(["inspect-log", str(flight)]) == 13
    assert "altitude does not say above what" in capsys.readouterr().err
