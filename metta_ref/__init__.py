"""A compact reference reinforcement-learning system, exact enough to be checked against.

To be read in the order in which a run meets it: `config` (settings, the grammar of `key=value`, where runs live),
`envs` (tasks behind one vector interface), `agents` (networks behind one interface), `checkpoint` (state as files,
chosen and read again), `rl` (the trainer and what it is made of), `eval` (the database of episodes and its statistics),
`sim` (policies played into it), `tools` (the command line, `metta_ref.tools.train` first).

Importing the package costs nothing: numpy and torch are imported by the subpackages that need them.
"""
