"""What of a made-up campaign was looked at: the ground, and the places on it."""

from collections.abc import Collection

from shapely import Point, Polygon, unary_union

from cathartes.scenes.local_frame import LocalFrame
from cathartes.simulate.campaign_score import Looked, LookedPlace
from cathartes.simulate.campaign_truth import CampaignTruth, Ring


def campaign_frame(truth: CampaignTruth) -> LocalFrame:
    """Return the metric frame about the mandate's middle."""
    middle = Polygon(truth.mandate).centroid
    return LocalFrame(middle.x, middle.y)


def looked_so_far(
    truth: CampaignTruth, done: Collection[tuple[str, str]], n_sorties: int
) -> Looked:
    """Return what the first sorties looked at, in metres of `campaign_frame`.

    Parameters
    ----------
    done
        (sortie's id, name) of the observations that came to a conclusion; others looked at nothing.
    n_sorties
        So many sorties in order of time.
    """
    frame = campaign_frame(truth)
    flown = set(truth.sortie_ids[:n_sorties])
    looks = [
        look
        for look in truth.looks
        if look.sortie_id in flown and (look.sortie_id, look.name) in done
    ]
    mandate = _area(frame, truth.mandate)
    ground = unary_union([_area(frame, look.footprint) for look in looks]) & mandate
    places, elsewhere = [], []
    for place in truth.places:
        east, north = frame.to_east_north(place.longitude_deg, place.latitude_deg)
        east_m, north_m = float(east), float(north)
        rates = [look.rates[place.id] for look in looks if place.id in look.rates]
        if rates and ground.intersects(Point(east_m, north_m)):
            working = sum(bool(then) for then in rates)
            places.append(
                LookedPlace(place.id, place.standing, east_m, north_m, len(rates), working)
            )
        else:
            elsewhere.append((east_m, north_m))
    return Looked(len(flown), ground, tuple(places), tuple(elsewhere))


def _area(frame: LocalFrame, ring: Ring) -> Polygon:
    longitude_deg, latitude_deg = zip(*ring, strict=True)
    east_m, north_m = frame.to_east_north(longitude_deg, latitude_deg)
    return Polygon(list(zip(east_m.tolist(), north_m.tolist(), strict=True)))
