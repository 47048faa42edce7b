"""From findings and evidence to verdicts, root causes and the gate."""
