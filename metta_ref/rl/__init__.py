"""Recurrent proximal policy optimisation."""
