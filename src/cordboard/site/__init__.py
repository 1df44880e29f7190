"""Writing `cordboard.toml` and its secrets: texts in, texts out; only `keeping` touches files."""
