"""Playing a checkpoint in its environment and recording what happened."""
