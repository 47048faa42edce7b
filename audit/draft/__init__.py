"""Drafts the first rules of a repository from what is so today: values in, text out; nothing is judged here."""
