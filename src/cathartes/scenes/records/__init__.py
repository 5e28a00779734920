"""Time series out of files: columns with times, as logs of gas and of wind both are."""
