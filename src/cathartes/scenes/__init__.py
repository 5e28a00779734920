"""Scenes: radiance cubes, their readers (one module a format), geometry and radiometry."""
