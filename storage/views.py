"""The public views: name -> SQL. Scripts and feeds rely on their columns; the tables behind them may change.

They are made anew whenever an archive is opened for writing by a version of licensedrift that changed them.
What an unfinished run did is in none of them (it is still in `pending`).
"""

from __future__ import annotations

import hashlib

from sqlite_utils import Database

SUBJECT = "s.kind || ':' || s.name"

VIEWS = {
    "runs": """
select id, started_at, finished_at, status, scope, subjects, changed, events, requests, bytes, failures,
    tool_version, rules_version
from run""",
    "snapshots": """
select id, started_at, finished_at, status, scope, subjects, changed, events, requests, bytes,
    tool_version, rules_version
from run where status in ('complete', 'partial')""",
    "catalog": f"""
select {SUBJECT} as subject, s.kind,
    case when instr(s.name, '/') then substr(s.name, 1, instr(s.name, '/') - 1) end as author,
    v.license_claimed, v.license_name, v.license_link,
    c.license_found, c.edition, c.similarity, c.openness, v.gated, c.parameters, c.modality, v.base_model,
    nullif(lower(hex(c.sha)), '') as sha, c.last_modified,
    first.started_at as first_seen, changed.started_at as last_changed,
    (select started_at from run where id = max(ifnull(c.seen_in, 0), ifnull(w.seen_in, 0))) as last_seen,
    c.unavailable_since, c.gone_at, v.availability, v.card_error, c.downloads
from current c
join subject s on s.id = c.subject
join version v on v.id = c.version
join run first on first.id = c.first_run
join run changed on changed.id = c.changed_run
left join watch w on w.id = c.watch
where s.hub_id is not null
    or not exists (select 1 from subject t where t.kind = s.kind and t.name = s.name and t.hub_id is not null)""",
    "systems": """
select name as system, developer, modality, type, license, restrictions, subjects, evidence, reason
from system""",
    "versions": f"""
select v.id, {SUBJECT} as subject, v.valid_from, v.valid_to, v.since, v.until, v.origin,
    nullif(lower(hex(v.sha)), '') as sha, nullif(lower(hex(v.bundle_hash)), '') as bundle_hash, v.availability, v.gated,
    v.license_claimed, v.license_name, v.license_link, v.license_tags, v.base_model, v.card_error
from version v join subject s on s.id = v.subject""",
    "documents": f"""
select {SUBJECT} as subject, vd.version, d.role, d.place as path_or_url,
    nullif(lower(hex(content.sha256)), '') as content_hash, nullif(lower(hex(text.sha256)), '') as text_hash,
    d.size as bytes,
    d.fetched_at, d.etag, nullif(lower(hex(d.revision)), '') as revision, d.committed_at, d.problem, d.headers,
    d.extractor
from version_document vd
join document d on d.id = vd.document
join subject s on s.id = d.subject
join blob content on content.id = d.content
join blob text on text.id = d.text""",
    "clauses": """
select nullif(lower(hex(b.sha256)), '') as text_hash, c.clause, c.quote, c.quote_start, c.quote_end, c.section,
    c.parameters, r.version as rules_version
from clause c join blob b on b.id = c.text join rules r on r.id = c.rules""",
    "drift": f"""
select e.id, e.parent, e.run as snapshot, e.at, {SUBJECT} as subject, e.kind, e.role, e.direction,
    e.substantive, e.clause, e.before, e.after, nullif(lower(hex(e.before_text)), '') as before_hash,
    nullif(lower(hex(e.after_text)), '') as after_hash, e.evidence_before, e.evidence_after, e.flip, e.rules_version
from event e join subject s on s.id = e.subject""",
    "findings": f"""
select {SUBJECT} as subject, f.valid_from as snapshot, f.claim, f.claimed, f.found, f.evidence, f.severity
from finding f join subject s on s.id = f.subject where f.valid_to is null""",
}


def _fingerprint() -> str:
    return hashlib.sha256(repr(sorted(VIEWS.items())).encode()).hexdigest()


def ensure_views(db: Database) -> None:
    """Make the public views as this version of licensedrift defines them, if they are not so already."""
    row = db.conn.execute("select value from state where name = 'views'").fetchone()
    if row and row[0] == _fingerprint():
        return
    with db.atomic():
        for name, select in VIEWS.items():
            db.conn.execute(f"drop view if exists [{name}]")
            db.conn.execute(f"create view [{name}] as{select}")
        db.conn.execute(
            "insert into state values ('views', ?) on conflict(name) do update set value = excluded.value",
            (_fingerprint(),),
        )
