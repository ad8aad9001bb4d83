"""The card of an exported data set: what is in it, how to read it, and under which terms."""

CARD = """---
license: cc0-1.0
pretty_name: AI licenses and their drift
tags:
- licenses
- terms-of-service
configs:
- config_name: drift
  data_files: drift/*/*.parquet
- config_name: versions
  data_files: versions/*/*.parquet
- config_name: documents
  data_files: documents/*/*.parquet
- config_name: clauses
  data_files: clauses/*/*.parquet
- config_name: texts
  data_files: texts/*/*.parquet
- config_name: catalog
  data_files: catalog/snapshot_date={date}/part-{snapshot:06}.parquet
---
# AI licenses and their drift

Exported by licensedrift; the last snapshot in it is {snapshot}, of {date}. Times are ISO 8601 in UTC, hashes SHA-256.

| table | a row is |
|---|---|
| `drift` | one aspect that changed between two versions, with direction and evidence; below it one a clause |
| `versions` | the state of a subject between two changes; `valid_to` as it was when the row was written |
| `version_ends` | the end of an interval that was closed since: it replaces `valid_to` and `until` of that version |
| `documents` | one text of a version: its role, place and hashes |
| `texts` | the stored text of a document, by its hash; quotations are offsets into it |
| `clauses` | one clause of a text: quotation, offsets, typed values (JSON), the rules that found it |
| `learned` | a text that the rules know beside their catalogue, since it was met at its license's home |
| `catalog`, `systems`, `findings`, `snapshots` | as of the snapshot of the partition, whole |
| `contents` | the bytes of a document whose text was taken out of them (pages, PDFs) |
| `subjects`, `version_subjects`, `event_subjects` | identities, for `licensedrift import-hub DIR` |
| `dumps` | what an imported dump of the Hub could not tell, for the same |

Every table is partitioned by `snapshot_date`. All but the whole ones (`subjects`, `learned` and `dumps` are whole too)
are to be read over all partitions together. Of `subjects` only the newest is kept.

```sql
select * from read_parquet('drift/*/*.parquet', hive_partitioning = true) where substantive = 1;
```

The facts (which text was where, what changed, which clauses it holds) are under CC0-1.0. The texts in `texts` and the
quotations belong to their authors and are here as evidence.
"""
