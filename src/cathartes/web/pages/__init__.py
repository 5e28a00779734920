"""The workstation's pages, a module each."""
