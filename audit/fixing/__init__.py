"""Composes `audit fix`: findings planned into changes, held against a second check before anything is written."""
