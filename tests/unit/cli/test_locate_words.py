"""What `locate` says on the terminal."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from cathartes.cli.locate import _metres
from cathartes.cli.main import main
from cathartes.simulate.flights import FlightKind, FlightSettings, simulate_flight


def test_a_rate_stands_before_the_reason_why_there_is_no_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = simulate_flight(501, FlightSettings(kind=FlightKind.PUFFS)).log
    start = int(np.flatnonzero(np.abs(log.altitude_agl_m - 10.0) < 0.1)[0])
    rows = [
        f"{datetime.fromtimestamp(log.time_unix_s[k], UTC).isoformat()},{log.longitude_deg[k]:.7f},"
        f"{log.latitude_deg[k]:.7f},{log.altitude_agl_m[k]:.2f},{log.concentration_ppm[0, k]:.4f},"
        f"{log.wind_speed_m_s[k]:.2f},{log.wind_from_deg[k] % 360:.1f}"
        for k in range(start, start + 190)
    ]
    header = (
        "time_utc,longitude_deg,latitude_deg,altitude_agl_m,methane_ppm,wind_speed_m_s,"
        "wind_from_deg"
    )
    (tmp_path / "flight.csv").write_text("\n".join([header, *rows]), "utf-8")
    assert main(["locate", str(tmp_path / "flight.csv"), "--out", str(tmp_path / "out"), "-q"]) == 0
    said = capsys.readouterr().out
    assert "methane: cannot locate, one transect; in all" in said
    assert "kg/h (" in said.partition(": gas was seen")[0]


@pytest.mark.parametrize(
    ("length_m", "said"),
    [(0.034, "0.034"), (0.5, "0.5"), (4.26, "4.3"), (26.4, "26"), (130, "130")],
)
def test_no_axis_is_zero_metres(length_m: float, said: str) -> None:
    assert _metres(length_m) == said
