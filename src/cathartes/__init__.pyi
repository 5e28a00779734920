from cathartes.cli.diagnosis import doctor as doctor
from cathartes.detect.settings import DetectSettings as DetectSettings
from cathartes.errors import CathartesError as CathartesError
from cathartes.locate.settings import LocateSettings as LocateSettings
from cathartes.pipeline.answers import answers_list as answers_list
from cathartes.pipeline.answers import answers_read as answers_read
from cathartes.pipeline.audit import audit_head as audit_head
from cathartes.pipeline.audit import audit_list as audit_list
from cathartes.pipeline.audit import audit_show as audit_show
from cathartes.pipeline.audit import audit_verify as audit_verify
from cathartes.pipeline.authority import mandate_add as mandate_add
from cathartes.pipeline.authority import mandate_list as mandate_list
from cathartes.pipeline.authority import mandate_revoke as mandate_revoke
from cathartes.pipeline.authority import mandate_show as mandate_show
from cathartes.pipeline.authority import plan_add as plan_add
from cathartes.pipeline.authority import plan_list as plan_list
from cathartes.pipeline.boresight import FlightLine as FlightLine
from cathartes.pipeline.boresight import boresight as boresight
from cathartes.pipeline.campaign_score import evaluate_campaign as evaluate_campaign
from cathartes.pipeline.casebook_keeping import casebook_backup as casebook_backup
from cathartes.pipeline.casebook_keeping import casebook_check as casebook_check
from cathartes.pipeline.casebook_keeping import casebook_create as casebook_create
from cathartes.pipeline.casebook_keeping import casebook_digest as casebook_digest
from cathartes.pipeline.casebook_keeping import casebook_migrate as casebook_migrate
from cathartes.pipeline.casebook_keeping import casebook_restore as casebook_restore
from cathartes.pipeline.delivery import DeliverySettings as DeliverySettings
from cathartes.pipeline.demo import demo as demo
from cathartes.pipeline.demo_campaign import demo_campaign as demo_campaign
from cathartes.pipeline.evaluate import evaluate as evaluate
from cathartes.pipeline.findings import emitters_import as emitters_import
from cathartes.pipeline.findings import emitters_list as emitters_list
from cathartes.pipeline.findings import observations_list as observations_list
from cathartes.pipeline.findings import observations_show as observations_show
from cathartes.pipeline.findings import profile_show as profile_show
from cathartes.pipeline.findings import profile_use as profile_use
from cathartes.pipeline.findings import sites_list as sites_list
from cathartes.pipeline.findings import sites_rebuild as sites_rebuild
from cathartes.pipeline.findings import sites_show as sites_show
from cathartes.pipeline.gas_library import working_library as library
from cathartes.pipeline.georeference import GeoreferenceSettings as GeoreferenceSettings
from cathartes.pipeline.georeference import georeference as georeference
from cathartes.pipeline.keys import key_backup as key_backup
from cathartes.pipeline.keys import key_create as key_create
from cathartes.pipeline.keys import key_export as key_export
from cathartes.pipeline.keys import key_import_sender as key_import_sender
from cathartes.pipeline.keys import key_list as key_list
from cathartes.pipeline.keys import key_pin as key_pin
from cathartes.pipeline.keys import key_restore as key_restore
from cathartes.pipeline.keys import key_revoke as key_revoke
from cathartes.pipeline.keys import key_rotate as key_rotate
from cathartes.pipeline.keys import key_show as key_show
from cathartes.pipeline.keys import key_tokens as key_tokens
from cathartes.pipeline.library import library_compare as library_compare
from cathartes.pipeline.library import library_fetch as library_fetch
from cathartes.pipeline.library import library_import as library_import
from cathartes.pipeline.library import library_list as library_list
from cathartes.pipeline.library import library_plot as library_plot
from cathartes.pipeline.library import library_show as library_show
from cathartes.pipeline.location import locate as locate
from cathartes.pipeline.log_inspection import inspect_log as inspect_log
from cathartes.pipeline.outcomes import outcomes as outcomes
from cathartes.pipeline.outcomes import outcomes_csv as outcomes_csv
from cathartes.pipeline.outcomes import outcomes_plot as outcomes_plot
from cathartes.pipeline.outgoing import release_deliver as release_deliver
from cathartes.pipeline.outgoing import release_send as release_send
from cathartes.pipeline.partner_facts import PartnerFacts as PartnerFacts
from cathartes.pipeline.partner_facts import facts_of as partner_facts
from cathartes.pipeline.partner_facts import read_partner_file as read_partner_file
from cathartes.pipeline.partners import partner_add as partner_add
from cathartes.pipeline.partners import partner_disable as partner_disable
from cathartes.pipeline.partners import partner_keys as partner_keys
from cathartes.pipeline.partners import partner_list as partner_list
from cathartes.pipeline.partners import partner_profile as partner_profile
from cathartes.pipeline.partners import partner_show as partner_show
from cathartes.pipeline.people import user_add as user_add
from cathartes.pipeline.people import user_disable as user_disable
from cathartes.pipeline.people import user_list as user_list
from cathartes.pipeline.people import user_password as user_password
from cathartes.pipeline.people import user_role as user_role
from cathartes.pipeline.purge import purge as purge
from cathartes.pipeline.release_draft import Wording as Wording
from cathartes.pipeline.release_draft import sender_named as sender_named
from cathartes.pipeline.release_draft import sender_of_keys as sender_of_keys
from cathartes.pipeline.releases import release_approve as release_approve
from cathartes.pipeline.releases import release_draft as release_draft
from cathartes.pipeline.releases import release_drop as release_drop
from cathartes.pipeline.releases import release_list as release_list
from cathartes.pipeline.releases import release_preview as release_preview
from cathartes.pipeline.releases import release_recall as release_recall
from cathartes.pipeline.releases import release_redraft as release_redraft
from cathartes.pipeline.releases import release_refuse as release_refuse
from cathartes.pipeline.releases import release_show as release_show
from cathartes.pipeline.releases import release_submit as release_submit
from cathartes.pipeline.releases import release_update as release_update
from cathartes.pipeline.reports import observations_report as observations_report
from cathartes.pipeline.reports import sites_report as sites_report
from cathartes.pipeline.respond import respond as respond
from cathartes.pipeline.reviewed import review_list as review_list
from cathartes.pipeline.reviewed import review_show as review_show
from cathartes.pipeline.run import run as run
from cathartes.pipeline.scan import ScanSettings as ScanSettings
from cathartes.pipeline.scan import scan as scan
from cathartes.pipeline.sign_in import Who as Who
from cathartes.pipeline.simulated import simulate as simulate
from cathartes.pipeline.simulated_campaign import simulate_campaign as simulate_campaign
from cathartes.pipeline.together import scan_together as scan_together
from cathartes.pipeline.together_settings import TogetherSettings as TogetherSettings
from cathartes.pipeline.verification import verify as verify
from cathartes.pipeline.watch import Inbox as Inbox
from cathartes.pipeline.watch import WatchSettings as WatchSettings
from cathartes.pipeline.watch import watch as watch
from cathartes.products.summary import read_summary as read_summary
from cathartes.products.together import read_together as read_together
from cathartes.scenes.air_file import read_air_table as read_air_table
from cathartes.scenes.cube import Cube as Cube
from cathartes.scenes.instrument import load_instrument as load_instrument
from cathartes.scenes.logs.open import read_gas_log as read_gas_log
from cathartes.scenes.open import open_cube as open_cube
from cathartes.scenes.options import OpenOptions as OpenOptions
from cathartes.scenes.wind.gridded import read_gridded_wind as read_gridded_wind
from cathartes.scenes.wind.open import read_wind as read_wind
from cathartes.simulate.campaign_settings import CampaignSettings as CampaignSettings
from cathartes.simulate.folder import read_truth as read_truth
from cathartes.simulate.presets import preset_settings as preset_settings
from cathartes.simulate.scene import simulate_scene as simulate_scene
from cathartes.simulate.settings import read_scene_settings as read_scene_settings
from cathartes.spectra.readers import read_spectra as read_spectra
from cathartes.store.open import open_casebook as open_casebook
from cathartes.web.serve import serve as serve
from cathartes.web.settings import ServeSettings as ServeSettings

# `library` is listed here because it bears another name where it stands. `simulate` is a package
# that can be called: only the call is seen here; `from cathartes.simulate import ...` still works.
__all__ = [
    "CampaignSettings",
    "CathartesError",
    "Cube",
    "DeliverySettings",
    "DetectSettings",
    "FlightLine",
    "GeoreferenceSettings",
    "Inbox",
    "LocateSettings",
    "OpenOptions",
    "PartnerFacts",
    "ScanSettings",
    "ServeSettings",
    "TogetherSettings",
    "WatchSettings",
    "Who",
    "Wording",
    "__version__",
    "answers_list",
    "answers_read",
    "audit_head",
    "audit_list",
    "audit_show",
    "audit_verify",
    "boresight",
    "casebook_backup",
    "casebook_check",
    "casebook_create",
    "casebook_digest",
    "casebook_migrate",
    "casebook_restore",
    "demo",
    "demo_campaign",
    "doctor",
    "emitters_import",
    "emitters_list",
    "evaluate",
    "evaluate_campaign",
    "georeference",
    "inspect_log",
    "key_backup",
    "key_create",
    "key_export",
    "key_import_sender",
    "key_list",
    "key_pin",
    "key_restore",
    "key_revoke",
    "key_rotate",
    "key_show",
    "key_tokens",
    "library",
    "library_compare",
    "library_fetch",
    "library_import",
    "library_list",
    "library_plot",
    "library_show",
    "load_instrument",
    "locate",
    "mandate_add",
    "mandate_list",
    "mandate_revoke",
    "mandate_show",
    "observations_list",
    "observations_report",
    "observations_show",
    "open_casebook",
    "open_cube",
    "outcomes",
    "outcomes_csv",
    "outcomes_plot",
    "partner_add",
    "partner_disable",
    "partner_facts",
    "partner_keys",
    "partner_list",
    "partner_profile",
    "partner_show",
    "plan_add",
    "plan_list",
    "preset_settings",
    "profile_show",
    "profile_use",
    "purge",
    "read_air_table",
    "read_gas_log",
    "read_gridded_wind",
    "read_partner_file",
    "read_scene_settings",
    "read_spectra",
    "read_summary",
    "read_together",
    "read_truth",
    "read_wind",
    "release_approve",
    "release_deliver",
    "release_draft",
    "release_drop",
    "release_list",
    "release_preview",
    "release_recall",
    "release_redraft",
    "release_refuse",
    "release_send",
    "release_show",
    "release_submit",
    "release_update",
    "respond",
    "review_list",
    "review_show",
    "run",
    "scan",
    "scan_together",
    "sender_named",
    "sender_of_keys",
    "serve",
    "simulate",
    "simulate_campaign",
    "simulate_scene",
    "sites_list",
    "sites_rebuild",
    "sites_report",
    "sites_show",
    "user_add",
    "user_disable",
    "user_list",
    "user_password",
    "user_role",
    "verify",
    "watch",
]

__version__: str
