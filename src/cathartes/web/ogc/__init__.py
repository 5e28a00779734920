"""OGC API - Features, Part 1: what a GIS reads of sites, detections and looks."""
