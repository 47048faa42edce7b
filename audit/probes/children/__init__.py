"""Programs that run inside a probe, in the audited repository's interpreter: standard library only."""
