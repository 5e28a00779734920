"""What pages and the interface for machines show: frozen values made of the casebook."""
