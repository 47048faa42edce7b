"""From findings with a successor to edits: planned file by file, shown as one diff, applied all or nothing."""
