"""The only place that runs code of the audited repository: in a copy, bounded, and without a trace."""
