"""An evaluation as content for JSON: members may be added, none taken away."""

from collections.abc import Sequence
from dataclasses import fields

from cathartes.pipeline.evaluate import Evaluation, SceneEvaluation
from cathartes.simulate.outcomes import Share
from cathartes.simulate.score import SnrBin


def pooled_dict(evaluation: Evaluation) -> dict[str, object]:
    """Return an evaluation as content for JSON."""
    pooled = evaluation.pooled
    return {
        "n_scenes": pooled.n_scenes,
        "n_pixels": pooled.n_pixels,
        "n_found": pooled.n_found,
        "n_missed": pooled.n_missed,
        "n_invisible": pooled.n_invisible,
        "n_false": pooled.n_false,
        "n_extra": pooled.n_extra,
        "false_per_megapixel": pooled.false_per_megapixel,
        "n_identified": pooled.n_identified,
        "n_other_of_mixture": pooled.n_other_of_mixture,
        "confusion": [
            {"true": true, "said": said, "count": count}
            for (true, said), count in pooled.confusion.items()
        ],
        "false_alarm_probability": pooled.false_alarm_probability,
        "detection": _bins(pooled.detection),
        "n_too_small": pooled.n_too_small,
        "within_1_sd": pooled.within_1_sd,
        "within_2_sd": pooled.within_2_sd,
        "mean_ratio": pooled.mean_ratio,
        "relative_rmse": pooled.relative_rmse,
        "n_clean_pixels": pooled.n_clean_pixels,
        "false_per_clean_megapixel": pooled.false_per_clean_megapixel,
        "pixels": {
            "threshold": pooled.pixels.threshold,
            "n_clean": pooled.pixels.n_clean,
            "detection": _bins(pooled.pixels.bins),
            "auc": pooled.pixels.auc,
        },
        "columns": pooled.columns,
        "plumes_by_snr": pooled.plumes.bins,
        "names": {
            field.name: _share(getattr(pooled.plumes, field.name))
            for field in fields(pooled.plumes)
            if field.name != "bins"
        },
        "names_by_probability": pooled.naming,
        "false_by_chance": pooled.chance,
        "gases": [
            {
                "gas": gas.gas,
                "n_scenes": gas.n_scenes,
                "auc": gas.auc,
                "detection": _bins(gas.detection),
                "column": gas.column,
            }
            for gas in pooled.gases
        ],
        "scenes": [_scene_dict(scene) for scene in evaluation.scenes],
    }


def _scene_dict(scene: SceneEvaluation) -> dict[str, object]:
    return {
        "name": scene.name,
        "plumes": [
            {
                "true_id": plume.truth.id,
                "true_gases": [{"name": n, "peak_ppm_m": peak} for n, peak in plume.truth.gases],
                "snr_max": plume.truth.snr_max,
                "is_visible": plume.is_visible,
                "is_named": plume.is_named,
                "column_density_true_ppm_m": plume.column_density_true_ppm_m,
                "found": None if plume.found is None else plume.found.model_dump(mode="json"),
            }
            for plume in scene.plumes
        ],
        "false": [plume.model_dump(mode="json") for plume in scene.false],
        "extra": [
            {"holds_it": extra.holds_it, "found": extra.found.model_dump(mode="json")}
            for extra in scene.extra
        ],
        "not_searched": scene.not_searched,
        "score": scene.score.to_dict(),
    }


def _bins(bins: Sequence[SnrBin]) -> list[dict[str, float | int]]:
    return [
        {
            "snr_from": one.snr_from,
            "snr_to": one.snr_to,
            "n_pixels": one.n_pixels,
            "probability": one.detection_probability,
        }
        for one in bins
    ]


def _share(share: Share) -> dict[str, float | int]:
    return {"count": share.count, "of": share.of, "share": share.share}
