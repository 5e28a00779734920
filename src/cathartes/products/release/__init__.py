"""What goes to a partner: files that are made from the content of a release, and that alone."""
