"""The workstation's face on HTTP: pages, their data, and what they load."""
