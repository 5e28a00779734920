"""The casebook: one database beside a store of evidence, behind one interface."""
