"""Distinct license texts: who carries each, under which claims, what it is most like, when it was seen."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from typing import Any

import orjson

PAGE_SIZE = 50
# Who carries a text is looked at one by one up to this many; a text of more carriers tells the claims of the first.
LOOKED_AT = 120
# Less alike than this is no kin (share of common words, 0 to 1).
KIN = 0.3
# License files, policies, notices and terms are read; of a card only what it claims.
_NEWEST = "a.rules = (select max(rules) from analysis n where n.text = a.text)"


@dataclass(frozen=True, slots=True)
class Asked:
    """`license` is an id, `unknown` for texts that no license is known for, None for all; `offset` is in rows."""

    license: str | None = None
    offset: int = 0


def licenses(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    """Licenses by how many subjects have them now: id (None: a text that is not known), subjects."""
    rows = conn.execute(
        "select license_found, count(*) from current where license_found is not null group by license_found"
        " order by count(*) desc, license_found"
    )
    return [{"license": row[0], "subjects": row[1]} for row in rows]


def texts(conn: sqlite3.Connection, asked: Asked) -> tuple[list[dict[str, Any]], bool]:
    """One page of distinct texts, most carried first, and whether there are more."""
    # Of all, those that most carry are met first; of one license, its texts are looked up and then sorted.
    tables, condition, bound = "carried u cross join analysis a on a.text = u.text", "", {}
    if asked.license:
        tables = "analysis a cross join carried u on u.text = a.text"
    if asked.license == "unknown":
        condition = " and a.license is null"
    elif asked.license:
        condition, bound = " and a.license = :license", {"license": asked.license}
    rows = conn.execute(
        "select a.text, a.license, a.edition, a.similarity, a.altered, a.nearest, lower(hex(b.sha256)), b.size,"
        f" u.documents from {tables} join blob b on b.id = a.text"
        f" where {_NEWEST}{condition} order by u.documents desc, u.text limit :limit offset :offset",
        {**bound, "limit": PAGE_SIZE + 1, "offset": asked.offset},
    ).fetchall()
    keys = ("text", "license", "edition", "similarity", "altered", "nearest", "hash", "bytes", "documents")
    found = [_with_carriers(conn, dict(zip(keys, row, strict=True))) for row in rows[:PAGE_SIZE]]
    return found, len(rows) > PAGE_SIZE


def _with_carriers(conn: sqlite3.Connection, text: dict[str, Any]) -> dict[str, Any]:
    carriers = conn.execute(
        "select distinct subject from document where text = ? limit ?", (text["text"], LOOKED_AT)
    ).fetchall()
    marks = ", ".join("?" * min(len(carriers), LOOKED_AT))
    subjects = [row[0] for row in carriers]
    claims = Counter(
        row[0] or "nothing"
        for row in conn.execute(
            f"select v.license_claimed from current c join version v on v.id = c.version where c.subject in ({marks})",
            subjects,
        )
    )
    complete = len(carriers) < LOOKED_AT
    first = conn.execute(
        "select d.fetched_at, s.kind || ':' || s.name from document d join subject s on s.id = d.subject"
        " where d.text = ? order by d.id limit 1",
        (text["text"],),
    ).fetchone()
    nearest = orjson.loads(text["nearest"]) if text["nearest"] else []
    return text | {
        "subjects": len(subjects) if complete else text["documents"],
        "complete": complete,
        "claims": claims.most_common(4),
        "more_claims": max(0, len(claims) - 4),
        "nearest": next(((n, score) for n, score in nearest if n != text["license"] and score >= KIN), None),
        "first": first[0],
        "example": first[1],
        "last": _last_seen(conn, text["text"]),
    }


def _last_seen(conn: sqlite3.Connection, text: int) -> str | None:
    """None if somebody carries it now, else when the last who did was seen without it."""
    now = conn.execute(
        "select 1 from document d join version_document vd on vd.document = d.id"
        " join current c on c.subject = d.subject and c.version = vd.version where d.text = ? limit 1",
        (text,),
    ).fetchone()
    if now:
        return None
    row = conn.execute(
        "select max(ifnull(v.until, v.since)) from document d join version_document vd on vd.document = d.id"
        " join version v on v.id = vd.version where d.text = ?",
        (text,),
    ).fetchone()
    return str(row[0]) if row[0] else None
