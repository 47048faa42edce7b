"""Renderers: data in, text out, one format a module."""
