"""The tables of the archive, as migrations: each runs once, in a transaction with its own record.

A version and a document say nothing twice: hashes, commits and Hub ids are stored as bytes (the views of
`storage/views.py` show them as hexadecimal), and an interval is closed by writing its `valid_to` once.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from storage import lineage, words

migrations = Migrations("licensedrift")


def _run_script(db: Database, script: str) -> None:
    # executescript() would commit the migration's transaction, so: one statement at a time.
    for statement in script.split(";\n"):
        if statement.strip():
            db.conn.execute(statement)


# Bytes by hash, and what the rules say of them.
TEXTS = """
create table blob (
    id integer primary key,
    sha256 blob not null unique,
    size integer not null,
    codec integer not null,         -- storage/blobs.py: 0 as it is, 1 zstd, 2 zstd against `base`
    base integer references blob(id),
    depth integer not null default 0,
    data blob not null
) strict;
create table git_blob (             -- git's own name of a file's bytes: known bytes are not fetched again
    oid blob primary key,
    blob integer not null references blob(id)
) strict, without rowid;
create table rules (id integer primary key, version text not null unique) strict;
create table analysis (
    text integer not null references blob(id),
    rules integer not null references rules(id),
    license text,
    spdx text,
    edition text,
    similarity real not null default 0,
    altered integer not null default 0,
    licenses text,                  -- JSON
    nearest text,                   -- JSON
    primary key (text, rules)
) strict, without rowid;
create table clause (
    text integer not null references blob(id),
    rules integer not null references rules(id),
    clause text not null,
    quote text not null,
    quote_start integer not null,
    quote_end integer not null,
    section text,
    parameters text not null        -- JSON
) strict;
create index clause_text on clause(text, rules);
create index clause_name on clause(clause);
create table learned (              -- texts met at their license's own home teach the archive's catalogue
    license text not null,
    text integer not null references blob(id),
    edition text,
    source text not null,
    learned_in integer not null,
    primary key (license, text)
) strict, without rowid;
"""

# Refreshes, and what one of them has staged but not yet recorded.
RUNS = """
create table run (
    id integer primary key,
    started_at text not null,
    finished_at text,
    status text not null,           -- running, complete, partial, failed, interrupted
    scope text not null,            -- all, only
    subjects integer not null default 0,
    changed integer not null default 0,
    events integer not null default 0,
    requests text not null default '{}',
    bytes integer not null default 0,
    failures text not null default '[]',
    tool_version text not null,
    rules_version text not null
) strict;
create table pending (
    key blob primary key,           -- kind and identity: of a subject seen twice in a run the newest counts
    run integer not null references run(id),
    modified text not null,
    body blob not null              -- MessagePack, storage/records.py
) strict;
create table state (name text primary key, value text not null) strict, without rowid;
create table watch (                -- one row a walk: all of a kind, one author, the ids
    id integer primary key,
    name text not null unique,
    seen_in integer references run(id)
) strict;
"""

# Subjects, their versions and documents, and the current state.
SUBJECTS = """
create table subject (
    id integer primary key,
    kind text not null,
    hub_id blob,                    -- the Hub's _id (12 bytes), for terms 'Service/Type'; null: never there
    name text not null,
    unique (kind, hub_id)
) strict;
create index subject_name on subject(name, kind);
create table former_name (
    name text not null,
    kind text not null,
    subject integer not null references subject(id),
    until integer not null references run(id),
    primary key (name, kind, subject, until)
) strict, without rowid;
create table version (
    id integer primary key,
    subject integer not null references subject(id),
    valid_from integer references run(id),
    valid_to integer references run(id),
    since text,
    until text,
    origin text not null default 'refresh',
    sha blob,
    bundle_hash blob not null,
    availability text not null,
    gated text not null,
    license_claimed text,
    license_name text,
    license_link text,
    license_tags text,              -- JSON
    base_model text,                -- JSON
    card_error text,
    files_read integer not null default 1  -- 0: of a list only, its files still wait to be read
) strict;
create index version_subject on version(subject, valid_from);
create index version_to on version(valid_to) where valid_to is not null;
create table document (
    id integer primary key,
    subject integer not null references subject(id),
    role text not null,
    place text not null,
    content integer not null references blob(id),
    text integer not null references blob(id),
    size integer not null,
    etag text,
    oid blob,
    revision blob,
    fetched_at text,
    committed_at text,
    problem text,
    headers text,                   -- JSON, of a page
    extractor text                  -- the version that made `text`; null: it is simply the decoded bytes
) strict;
create index document_subject on document(subject);
create index document_text on document(text);
create table version_document (
    version integer not null references version(id),
    document integer not null references document(id),
    primary key (version, document)
) strict, without rowid;
create index version_document_document on version_document(document);
create table current (
    subject integer primary key references subject(id),
    version integer not null references version(id),
    watch integer references watch(id),
    seen_in integer references run(id),
    first_run integer not null references run(id),
    changed_run integer not null references run(id),
    row_hash blob,
    sha blob,
    files_behind integer not null default 0,
    last_modified text,
    created_at text,
    modality text,
    parameters integer,
    downloads integer,
    has_weights integer,
    unavailable_since text,
    gone_at text,
    license_found text,
    edition text,
    similarity real,
    openness text not null default 'unknown'
) strict;
create index current_behind on current(files_behind) where files_behind = 1;
create index current_found on current(license_found) where license_found is not null;
create index current_openness on current(openness) where openness <> 'unknown';
create index current_unavailable on current(unavailable_since) where unavailable_since is not null;
"""

# Events, findings, systems.
DRIFT = """
create table event (
    id integer primary key,
    parent integer references event(id),
    run integer references run(id),
    at text not null,
    subject integer not null references subject(id),
    version integer references version(id),
    kind text not null,
    role text,
    direction text not null,
    substantive integer not null,
    flip integer not null default 0,
    clause text,
    before text,
    after text,
    before_text blob,               -- SHA-256 of the stored text
    after_text blob,
    evidence_before text,           -- JSON
    evidence_after text,            -- JSON
    rules_version text not null
) strict;
create index event_run on event(run);
create index event_subject on event(subject, at);
create index event_at on event(at);
create index event_parent on event(parent) where parent is not null;
create index event_clause on event(clause) where clause is not null;
create table finding (
    id integer primary key,
    subject integer not null references subject(id),
    valid_from integer not null references run(id),
    valid_to integer references run(id),
    claim text not null,
    claimed text,
    found text,
    evidence text,                  -- JSON
    severity text not null,
    rules_version text not null
) strict;
create index finding_subject on finding(subject) where valid_to is null;
create table system (
    name text primary key,
    position integer not null,
    developer text,
    modality text,
    subjects text not null,         -- JSON
    type text not null default 'unknown',
    license text,
    restrictions text,
    evidence text,                  -- JSON
    reason text
) strict, without rowid;
"""

# What pages of the web need beside their documents.
PAGES = """
create table validator (            -- of the last good answer, for conditional requests
    url text primary key,
    etag text,
    last_modified text,
    whose text                      -- the final URL that gave them
) strict, without rowid;
create table rejected (             -- captures that were not believed, kept for a while
    id integer primary key,
    subject text not null,
    url text not null,
    run integer not null,
    fetched_at text not null,
    reason text not null,
    text_hash blob,
    size integer not null,
    data blob not null              -- zstd
) strict;
create index rejected_url on rejected(url, id);
create table rereading (            -- a document's text by a later extractor: a re-interpretation, never drift
    id integer primary key,
    document integer not null references document(id),
    extractor text not null,
    text integer not null references blob(id)
) strict;
create index rereading_document on rereading(document);
"""


# For readers: counted and sorted beforehand, since looking through millions of rows takes longer than they wait.
READERS = """
create table carried (              -- of each text how many documents have it, cards apart; none is ever taken away
    text integer primary key references blob(id),
    documents integer not null
) strict;
create index carried_most on carried(documents desc, text);
create trigger carried_counted after insert on document when new.role <> 'card' begin
    insert into carried values (new.text, 1) on conflict(text) do update set documents = documents + 1; end;
create index event_kind on event(kind, at) where parent is null;
create index current_by_name on current(subject) where watch is null
"""


@migrations()
def m001_texts(db: Database) -> None:
    """Bytes by hash, and what the rules say of them."""
    _run_script(db, TEXTS)


@migrations()
def m002_runs(db: Database) -> None:
    """Refreshes, and what one of them has staged but not yet recorded."""
    _run_script(db, RUNS)


@migrations()
def m003_subjects(db: Database) -> None:
    """Subjects, their versions and documents, and the current state."""
    _run_script(db, SUBJECTS)


@migrations()
def m004_drift(db: Database) -> None:
    """Events, findings, systems."""
    _run_script(db, DRIFT)


@migrations()
def m005_pages(db: Database) -> None:
    """What pages of the web need beside their documents."""
    _run_script(db, PAGES)


@migrations()
def m006_search(db: Database) -> None:
    """What readers look things up by: words of texts and events and what was made from what."""
    _run_script(db, words.TABLES)
    words.add_all(db.conn)
    _run_script(db, lineage.TABLE)
    lineage.add_all(db.conn)


@migrations()
def m007_worth(db: Database) -> None:
    """Whether a repository has license files: those are worth reading before others."""
    _run_script(db, "alter table current add column has_license_files integer")


@migrations()
def m008_size(db: Database) -> None:
    """How large the archive was at the end of a run: how much a night adds is seen from one run to the next."""
    _run_script(db, "alter table run add column size integer")


@migrations()
def m009_readers(db: Database) -> None:
    """What readers of millions need: how many documents have a text, events by kind, who is watched by name."""
    _run_script(db, READERS)
    db.conn.execute("insert into carried select text, count(*) from document where role <> 'card' group by text")
