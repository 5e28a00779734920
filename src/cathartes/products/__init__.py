"""What goes out: rasters, plume files, the summary, the picture, and the folder that holds them.

`scan.write_scan` writes all of it; `folder.OutputFolder` makes it whole or not there at all. The
contract is in `docs/reference/output-folder.md`.
"""
