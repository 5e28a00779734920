"""What is true about a made-up campaign, as ``truth.json`` holds it.

The file is described in ``docs/reference/campaign-folder.md``.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from cathartes.errors import InputError
from cathartes.simulate.campaign import Spell, Standing
from cathartes.simulate.campaign_kinds import Rates
from cathartes.simulate.campaign_settings import CampaignSettings

SCHEMA = "cathartes/campaign/1"
Ring = tuple[tuple[float, float], ...]
"""Corners (longitude, latitude) [deg] of an area without holes."""


@dataclass(frozen=True, slots=True)
class TruePlace:
    """A place that gives something off.

    Attributes
    ----------
    id, kind, standing
    longitude_deg, latitude_deg
    usual
        Gases and their usual rates while it works, [kg h-1].
    duty
        Share of the campaign's time in which it works.
    spells
        When it works, in order of time.
    """

    id: str
    kind: str
    standing: Standing
    longitude_deg: float
    latitude_deg: float
    usual: Rates
    duty: float
    spells: tuple[Spell, ...]


@dataclass(frozen=True, slots=True)
class TrueLook:
    """A cube or a log.

    Attributes
    ----------
    sortie_id, name
        As in the sortie's file.
    kind
        ``cube`` or ``log``.
    start_utc
    footprint
        Ground that it shows, inside the mandate or not.
    rates
        Of each place that lies in it: gases and rates just then, none while it rests, [kg h-1].
    snr_max
        Of each place whose plume is in a cube: greatest optimal SNR of a pixel, see
        `cathartes.simulate.truth.Truth`.
    """

    sortie_id: str
    name: str
    kind: str
    start_utc: datetime
    footprint: Ring
    rates: dict[str, Rates]
    snr_max: dict[str, float]


@dataclass(frozen=True, slots=True)
class CampaignTruth:
    """Everything that is true about a campaign.

    Attributes
    ----------
    settings
        What it was made from.
    mandate_id
    begins_utc, ends_utc
    mandate
        Area in which collecting is allowed.
    places
    looks
        In order of time.
    files
        All files of the folder but this one, relative, with forward slashes.
    """

    settings: CampaignSettings
    mandate_id: str
    begins_utc: datetime
    ends_utc: datetime
    mandate: Ring
    places: tuple[TruePlace, ...]
    looks: tuple[TrueLook, ...]
    files: tuple[str, ...]

    @property
    def sortie_ids(self) -> tuple[str, ...]:
        """Sorties in order of time."""
        return tuple(dict.fromkeys(look.sortie_id for look in self.looks))


_TRUTH = TypeAdapter(CampaignTruth)


def dump_campaign_truth(truth: CampaignTruth) -> str:
    """Return the text of ``truth.json``."""
    content = {"schema": SCHEMA, **_TRUTH.dump_python(truth, mode="json")}
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def parse_campaign_truth(text: str, origin: str) -> CampaignTruth:
    """Return what a ``truth.json`` says.

    Parameters
    ----------
    origin
        Where the text is from, for messages.

    Raises
    ------
    InputError
        If it is of another schema, or damaged.
    """
    try:
        content = json.loads(text)
        found = content.pop("schema", None) if isinstance(content, dict) else None
        if found != SCHEMA:
            raise InputError(
                f"{origin} has schema {found!r}; this version reads {SCHEMA!r}: simulate the "
                "campaign again."
            )
        return _TRUTH.validate_python(content)
    except (ValidationError, json.JSONDecodeError) as error:
        raise InputError(
            f"{origin} is damaged ({str(error).splitlines()[0]}); simulate the campaign again."
        ) from error
