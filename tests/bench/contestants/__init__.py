"""Trainings that race against each other, each a program that `racing.py` starts."""
