"""Decisions and authority: mandates, plans, the audit chain; pure rules, no database."""
