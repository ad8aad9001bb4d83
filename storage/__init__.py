"""The archive: schema, texts by hash, snapshots and versions, drift, queries, export. Knows nothing of HTTP."""
