// What a thing on the map is, in words: for the list beside the map, and for the chosen one.

import { _, number } from "../texts.js";

const PAGES = {
  site: ({ id }) => ["/sites/", id, _("Open the site")],
  detection: ({ id }) => ["/detections/", id, _("Open the detection")],
  source: ({ properties }) => ["/detections/", properties.detection_id, _("Open the detection")],
  look: ({ id }) => ["/observations/", id, _("Open the look")],
  track: ({ id }) => ["/observations/", id, _("Open the look")],
};
const percent = (share) => {
  if (share > 0.99) return "> 99 %";
  return share < 0.01 ? "< 1 %" : `${number(100 * share, 2)} %`;
};
const day = (moment) => (moment ? moment.slice(0, 10) : _("time not known"));
const minute = (moment) => (moment ? `${moment.slice(0, 16).replace("T", " ")} UTC` : _("not known"));
/** Return a chemical's name as it is said. */
export const chemicalName = (name) => (name === "unknown" ? _("outside the library") : _(name.replaceAll("_", " ")));
const names = (chemicals) => chemicals.map(chemicalName).join(", ") || _("no chemical known");
const place = ({ geometry }) => {
  const [longitude, latitude] = geometry.coordinates;
  return `${latitude.toFixed(4)}°, ${longitude.toFixed(4)}°`;
};

/** Return the outcome of a look in words. */
export function outcomeOf(told) {
  return {
    detections: _("Something was found"),
    "nothing found": _("Nothing was found"),
    inconclusive: _("Inconclusive"),
  }[told];
}

const trackOf = (told) =>
  ({
    sensor: _("Track of a gas sensor"),
    camera: _("Track of the camera"),
    swath: _("Middle of what a cube looks at"),
  })[told];

/** Return a thing's heading and second line. */
export function summary(feature) {
  const { id, properties: of } = feature;
  switch (of.what) {
    case "site":
      return [`${names(of.chemicals)} · ${percent(of.probability)}`,
        `${place(feature)} · ${day(of.last_seen_utc)}`];
    case "detection":
      return [`${chemicalName(of.chemical)}${of.snr === null ? "" : ` · ${_("SNR {snr}", { snr: number(of.snr, 2) })}`}`, minute(of.seen_utc)];
    case "source":
      return [_("Source: {chemical}", { chemical: chemicalName(of.chemical) }), minute(of.seen_utc)];
    case "look":
      return [outcomeOf(of.outcome), `${of.sortie_id} ${of.name} · ${minute(of.began_utc)}`];
    case "track":
      return [trackOf(of.of), `${of.sortie_id} ${of.name} · ${minute(of.began_utc)}`];
    case "emitter":
      return [of.name || id, `${of.kind} · ${names(of.chemicals)}`];
    case "mandate":
      return [_("Mandate {id}", { id }), of.authority];
    case "plan":
      return [_("Flight plan {id}", { id }), minute(of.begins_utc)];
    default:
      return [id, ""];
  }
}

/** Return what is known of a thing as pairs of word and value. */
export function details({ id, properties: of }) {
  switch (of.what) {
    case "site":
      return [
        [_("Site"), id],
        [_("Probability"), `${percent(of.probability)} (${percent(of.probability_low)} – ${percent(of.probability_high)})`],
        [_("Chemicals"), names(of.chemicals)],
        [_("Seen"), _("in {n} of {looks} looks", { n: number(of.n_detections), looks: number(of.n_looks) })],
        [_("Last seen"), minute(of.last_seen_utc)],
        ...(of.explained_by ? [[_("Explained by"), of.explained_by]] : []),
      ];
    case "detection":
      return [
        [_("Detection"), id],
        [_("Likeliest chemical"), chemicalName(of.chemical)],
        [_("SNR"), of.snr === null ? _("not known") : number(of.snr)],
        [_("Seen"), minute(of.seen_utc)],
      ];
    case "source":
      return [
        [_("Source"), id],
        [_("Chemical"), chemicalName(of.chemical)],
        [_("There, if the detection is real"), percent(of.probability)],
        [_("Outline"), _("holds the source with 90 %")],
        [_("Seen"), minute(of.seen_utc)],
      ];
    case "look":
      return [
        [_("Look"), `${of.sortie_id} ${of.name}`],
        [_("Outcome"), outcomeOf(of.outcome)],
        ...(of.reason ? [[_("Why"), of.reason]] : []),
        [_("Began"), minute(of.began_utc)],
      ];
    case "track":
      return [[_("Shown"), trackOf(of.of)], [_("Look"), `${of.sortie_id} ${of.name}`], [_("Began"), minute(of.began_utc)]];
    case "emitter":
      return [[_("Lawful emitter"), id], [_("Kind"), of.kind], [_("Chemicals"), names(of.chemicals)], [_("Says who"), of.source]];
    case "mandate":
      return [
        [_("Authority"), of.authority],
        [_("Valid"), `${minute(of.valid_from_utc)} – ${minute(of.valid_until_utc)}`],
        [_("Now"), of.is_revoked ? _("revoked") : of.is_valid ? _("in force") : _("not in force")],
      ];
    case "plan":
      return [
        [_("Planned"), `${minute(of.begins_utc)} – ${minute(of.ends_utc)}`],
        [_("Platform"), of.platform],
        [_("Mandate"), of.mandate_id],
        ...(of.note ? [[_("Note"), of.note]] : []),
      ];
    default:
      return [];
  }
}

/** Return the address of a thing's page and the words that lead there; null if it has none. */
export function pageOf(feature) {
  const told = PAGES[feature.properties.what]?.(feature);
  return told ? { address: told[0] + encodeURIComponent(told[1]), told: told[2] } : null;
}
