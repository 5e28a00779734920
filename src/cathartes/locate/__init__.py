"""From plume maps and gas logs to sources: where, how much an hour, how sure."""
