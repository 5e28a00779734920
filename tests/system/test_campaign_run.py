"""A small campaign from the command line: made, run into a casebook, and judged."""

import json
from pathlib import Path

import pytest
from casebooks import search_for_few

from cathartes.cli.main import main
from cathartes.errors import OutputError
from cathartes.pipeline.campaign_score import sites_after_sorties
from cathartes.store.open import open_casebook

SMALL = (
    "--seed", "3", "--sorties", "2", "--weeks", "1", "--cubes", "1", "--log-every", "2",
    "--lines", "80", "--samples", "80", "--cells-east", "2", "--cells-north", "2", "--hidden", "1",
    "--registered", "1", "--unregistered", "0", "--beyond", "0", "--quiet",
)  # fmt: skip


def test_a_campaign_is_made_run_and_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Growth's last row is the score of the casebook itself: both are made of the same flights."""
    monkeypatch.setenv("CATHARTES_CASEBOOK", str(tmp_path / "cases"))
    out = tmp_path / "c"
    assert main(["simulate", "campaign", str(out), *SMALL]) == 0
    assert main(["mandate", "add", str(out / "mandate.geojson")]) == 0
    for plan in sorted(out.glob("plans/*")):
        assert main(["plan", "add", str(plan)]) == 0
    search_for_few(out)
    sorties = [str(path) for path in sorted(out.glob("sorties/*"))]
    assert main(["run", *sorties]) in {0, 4}
    capsys.readouterr()
    figures = tmp_path / "figures"
    words = ["evaluate", "campaign", str(out), "--growth", "--plots", str(figures), "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert sorted(path.name for path in figures.iterdir()) == ["growth.png", "reliability.png"]
    assert [step["n_sorties"] for step in told["growth"]] == [1, 2]
    areas = [step["looked_km2"] for step in told["growth"]]
    assert 0.0 < areas[0] <= areas[1] < 1.0
    last, pooled = told["growth"][-1], told["pooled"]
    assert last.keys() == pooled.keys()
    assert (last["n_sites"], last["n_found"], last["n_false"]) == (
        pooled["n_sites"], pooled["n_found"], pooled["n_false"],
    )  # fmt: skip
    with open_casebook(tmp_path / "cases") as opened:
        kept = {site.id: site for site in opened.casebook.ranked_sites(limit=1000)}
        alone = sites_after_sorties(out, opened)
    assert {site.id for site in alone[2]} == set(kept)
    for site in alone[2]:
        assert site.probability == pytest.approx(kept[site.id].probability, abs=1e-9)
    blocked = out / "truth.json" / "figures"
    assert (
        main(["evaluate", "campaign", str(out), "--plots", str(blocked)]) == OutputError.exit_code
    )
    assert "name a folder that you may write in with --plots" in capsys.readouterr().err
    assert main(["evaluate", "campaign", str(out)]) == 0
    said = capsys.readouterr().out
    assert "Looked at" in said
    assert "Expected calibration error" in said or "among 0 sites" in said
