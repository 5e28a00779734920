"""Cathartes finds, from the air, the places on the ground that give off telling vapours."""

from cathartes.on_demand import names_on_demand

__version__ = "0.1.0"

_PLACES = {
    "CathartesError": "cathartes.errors:CathartesError",
    "Cube": "cathartes.scenes.cube:Cube",
    "DetectSettings": "cathartes.detect.settings:DetectSettings",
    "FlightLine": "cathartes.pipeline.boresight:FlightLine",
    "GeoreferenceSettings": "cathartes.pipeline.georeference:GeoreferenceSettings",
    "LocateSettings": "cathartes.locate.settings:LocateSettings",
    "OpenOptions": "cathartes.scenes.options:OpenOptions",
    "ScanSettings": "cathartes.pipeline.scan:ScanSettings",
    "TogetherSettings": "cathartes.pipeline.comparison:TogetherSettings",
    "boresight": "cathartes.pipeline.boresight:boresight",
    "casebook": "cathartes.store.open:open_casebook",
    "casebook_backup": "cathartes.pipeline.casebook_keeping:casebook_backup",
    "casebook_check": "cathartes.pipeline.casebook_keeping:casebook_check",
    "casebook_create": "cathartes.pipeline.casebook_keeping:casebook_create",
    "casebook_digest": "cathartes.pipeline.casebook_keeping:casebook_digest",
    "casebook_migrate": "cathartes.pipeline.casebook_keeping:casebook_migrate",
    "casebook_restore": "cathartes.pipeline.casebook_keeping:casebook_restore",
    "demo": "cathartes.pipeline.demo:demo",
    "doctor": "cathartes.cli.diagnosis:doctor",
    "evaluate": "cathartes.pipeline.evaluate:evaluate",
    "georeference": "cathartes.pipeline.georeference:georeference",
    "inspect_log": "cathartes.pipeline.log_inspection:inspect_log",
    "library": "cathartes.pipeline.gas_library:working_library",
    "library_compare": "cathartes.pipeline.library:library_compare",
    "library_fetch": "cathartes.pipeline.library:library_fetch",
    "library_import": "cathartes.pipeline.library:library_import",
    "library_list": "cathartes.pipeline.library:library_list",
    "library_plot": "cathartes.pipeline.library:library_plot",
    "library_show": "cathartes.pipeline.library:library_show",
    "load_instrument": "cathartes.scenes.instrument:load_instrument",
    "locate": "cathartes.locate",
    "open_cube": "cathartes.scenes.open:open_cube",
    "preset_settings": "cathartes.simulate.presets:preset_settings",
    "read_air_table": "cathartes.scenes.air_file:read_air_table",
    "read_gas_log": "cathartes.scenes.logs.open:read_gas_log",
    "read_gridded_wind": "cathartes.scenes.wind.gridded:read_gridded_wind",
    "read_scene_settings": "cathartes.simulate.settings:read_scene_settings",
    "read_spectra": "cathartes.spectra.readers:read_spectra",
    "read_summary": "cathartes.products.summary:read_summary",
    "read_together": "cathartes.products.together:read_together",
    "read_truth": "cathartes.simulate.folder:read_truth",
    "read_wind": "cathartes.scenes.wind.open:read_wind",
    "scan": "cathartes.pipeline.scan:scan",
    "scan_together": "cathartes.pipeline.together:scan_together",
    "simulate": "cathartes.simulate",
    "simulate_scene": "cathartes.simulate.scene:simulate_scene",
}

__all__ = ["__version__", *_PLACES]  # noqa: PLE0604  # keys are strings

__getattr__ = names_on_demand(__name__, _PLACES)
