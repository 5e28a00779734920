"""Wind: its history as values, its one convention, its profile with height, and its readers."""
