"""Turns engineering documents into statements; what cannot be turned into a predicate is kept, with the reason."""
