"""Import contracts judged by import-linter on our own import graph; nothing is imported until one exists."""
