"""The rules: a TOML file a clause (docs/extending-clauses.md tells how to write one)."""
