"""The pages: each role's first page, and the settings."""
