"""Composes what the ledger keeps: runs written as they end, and read again beside the reports of phases."""
