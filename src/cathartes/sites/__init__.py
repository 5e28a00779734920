"""Detections and looks of many flights joined into places, with evidence that can be read."""
