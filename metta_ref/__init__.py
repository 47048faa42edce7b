"""A compact reference reinforcement-learning system, exact enough to be checked against.

Importing the package costs nothing: numpy and torch are imported by the subpackages that need them.
"""
