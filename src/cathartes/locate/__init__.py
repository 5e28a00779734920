"""From plume maps and gas logs to sources: where, how much an hour, how sure."""

from cathartes.on_demand import call_on_demand

call_on_demand(__name__, "cathartes.pipeline.location:locate")
