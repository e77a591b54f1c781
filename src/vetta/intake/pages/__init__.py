"""The pages of the import door: upload, mapping, check, import, batches, repair, undo."""
