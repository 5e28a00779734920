"""Gas-sensor logs: values, readers (one module a format), baseline, drift, lag."""
