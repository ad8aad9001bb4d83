"""The saved queries: questions that people have, each with a line of explanation.

Those that look through a whole archive read its tables, whose indexes the views cannot use when they are joined; they
are kept in step with storage/schema.py by the tests. All end within Datasette's limit on 3,000,000 subjects.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A saved query of Datasette's: `:name` in the SQL becomes a form field.

    Long answers are cut after 300 rows, of which a page is made quickly; readers may take the limit out of the SQL.
    """

    name: str
    title: str
    explanation: str
    sql: str


QUESTIONS: tuple[Question, ...] = (
    Question(
        "tightened_lately",
        "Who tightened in the last 90 days?",
        "Changes by which readers may do less or must do more, newest first.",
        """select at, subject, kind, role, direction, before, after, id as event
from drift
where parent is null and direction in ('tighter', 'mixed') and substantive = 1
  and at >= strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-90 days')
order by at desc
limit 300""",
    ),
    Question(
        "loosened_lately",
        "Who loosened in the last 90 days?",
        "Changes by which readers may do more or must do less, newest first.",
        """select at, subject, kind, role, direction, before, after, id as event
from drift
where parent is null and direction = 'looser' and substantive = 1
  and at >= strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-90 days')
order by at desc
limit 300""",
    ),
    Question(
        "permissive_claim_restrictive_text",
        "Which permissive claims stand over a restrictive text?",
        "The card names a license that lets everybody do everything; the text that comes with it forbids something.",
        """with forbids (clause) as (
  select value from json_each('["non-commercial", "research-only", "use-restrictions", "acceptable-use-policy",
    "mau-threshold", "dau-threshold", "revenue-threshold", "no-derivatives", "no-redistribution",
    "no-model-improvement", "no-competing-models", "territory-exclusion", "royalty", "registration-required"]')
)
select s.kind || ':' || s.name as subject, v.license_claimed, c.license_found,
  (select group_concat(distinct k.clause) from clause k where k.text = f.text and k.rules = f.rules
    and k.clause in (select clause from forbids)) as the_text_has,
  (select k.quote from clause k where k.text = f.text and k.rules = f.rules
    and k.clause in (select clause from forbids) order by k.quote_start limit 1) as quote,
  d.place, lower(hex(b.sha256)) as text_hash
from analysis f
cross join document d on d.text = f.text and d.role in ('license', 'policy')
cross join current c on c.subject = d.subject
cross join version v on v.id = c.version
cross join version_document vd on vd.document = d.id and vd.version = v.id
cross join subject s on s.id = c.subject
cross join blob b on b.id = f.text
where f.rules = (select max(id) from rules)
  and exists (select 1 from clause k where k.text = f.text and k.rules = f.rules
    and k.clause in (select clause from forbids))
  and v.license_claimed in ('apache-2.0', 'mit', 'bsd-2-clause', 'bsd-3-clause', 'isc', 'unlicense', 'cc0-1.0',
    'cc-by-4.0')
limit 300""",
    ),
    Question(
        "restrictive_parent_permissive_child",
        "Which permissive models were made from a restricted one?",
        "The card of the child claims a permissive license; the model that it names as its base has no such license.",
        """select cs.kind || ':' || cs.name as child, v.license_claimed as child_claims,
  ps.kind || ':' || ps.name as parent, pv.license_claimed as parent_claims,
  p.license_found as parent_has, p.openness as parent_openness
from current c
cross join version v on v.id = c.version
cross join json_each(v.base_model) base
cross join subject ps on ps.name = base.value and ps.kind = 'model'
cross join current p on p.subject = ps.id
cross join version pv on pv.id = p.version
cross join subject cs on cs.id = c.subject
where v.base_model is not null
  and v.license_claimed in ('apache-2.0', 'mit', 'bsd-2-clause', 'bsd-3-clause', 'isc', 'unlicense', 'cc0-1.0')
  and (p.openness in ('open', 'proprietary') or pv.license_claimed like '%-nc-%'
    or pv.license_claimed in ('other', 'llama2', 'llama3', 'llama3.1', 'llama3.2', 'llama3.3', 'llama4', 'gemma'))
limit 300""",
    ),
    Question(
        "places_left_out",
        "Which texts leave places out, such as the European Union?",
        "Clauses that exclude people or use in named places, with the places and the words.",
        """with most (clause, carriers) as (
  select k.rowid, u.documents from clause k join carried u on u.text = k.text
  where k.clause = 'territory-exclusion' and k.rules = (select max(id) from rules)
  order by u.documents desc
  limit 300
)
select a.license, k.parameters ->> '$.territories' as places, k.parameters ->> '$.scope' as scope, k.quote, carriers,
  (select s.kind || ':' || s.name from document d join subject s on s.id = d.subject where d.text = k.text
    order by d.id limit 1) as for_example, lower(hex(b.sha256)) as text_hash
from most
join clause k on k.rowid = most.clause
join analysis a on a.text = k.text and a.rules = k.rules
join blob b on b.id = k.text
order by carriers desc""",
    ),
    Question(
        "user_limits_below",
        "Who limits users or revenue below a number?",
        "Clauses that ask for a further license above a number of monthly or daily users, or above a revenue."
        " Fill in the number, such as 1000000.",
        """with least (clause, above) as (
  select k.rowid, cast(ifnull(k.parameters ->> '$.users', k.parameters ->> '$.amount') as real) as above
  from clause k
  where k.clause in ('mau-threshold', 'dau-threshold', 'revenue-threshold') and k.rules = (select max(id) from rules)
    and above <= cast(:below as real)
  order by above
  limit 300
)
select a.license, k.clause, ifnull(k.parameters ->> '$.users', k.parameters ->> '$.amount') as above,
  k.parameters ->> '$.currency' as currency, k.quote,
  (select documents from carried u where u.text = k.text) as carriers,
  (select s.kind || ':' || s.name from document d join subject s on s.id = d.subject where d.text = k.text
    order by d.id limit 1) as for_example, lower(hex(b.sha256)) as text_hash
from least
join clause k on k.rowid = least.clause
join analysis a on a.text = k.text and a.rules = k.rules
join blob b on b.id = k.text
order by least.above""",
    ),
    Question(
        "changed_without_notice",
        "Whose terms changed although their claim did not?",
        "A text changed in substance on a day on which nothing was said of it: the declared license stayed as it was.",
        """select e.at, s.kind || ':' || s.name as subject, e.role, e.direction, e.before, e.after, e.id as event
from event e join subject s on s.id = e.subject
where e.parent is null and e.kind = 'text' and e.substantive = 1 and e.role in ('license', 'policy', 'terms')
  and not exists (select 1 from event c where c.subject = e.subject and c.kind = 'claim'
    and c.at between substr(e.at, 1, 10) and substr(e.at, 1, 10) || 'Z')
order by e.at desc
limit 300""",
    ),
    Question(
        "unknown_texts_often_carried",
        "Which license texts do many carry though no license is known for them?",
        "Texts that the catalogue does not know, by how many subjects carry them now. Fill in how many at least, such"
        " as 100.",
        """with unknown as materialized (
  select a.text,
    (select count(distinct subject) from document d where d.text = a.text and d.role = 'license') as subjects
  from carried u cross join analysis a on a.text = u.text
  where u.documents >= cast(:at_least as integer) and a.license is null and a.rules = (select max(id) from rules)
), most as (
  select text, subjects from unknown where subjects >= cast(:at_least as integer) order by subjects desc limit 300
)
select lower(hex(b.sha256)) as text_hash, most.subjects, substr(text(lower(hex(b.sha256))), 1, 200) as begins,
  (select s.kind || ':' || s.name from document d join subject s on s.id = d.subject where d.text = most.text
    order by d.id limit 1) as for_example
from most join blob b on b.id = most.text
order by most.subjects desc""",
    ),
    Question(
        "made_from",
        "What was made from a model?",
        "Subjects whose card names this repository as their base, of the 20,000 newest the most used. Fill in its name,"
        " such as meta-llama/Llama-3.1-8B.",
        """select s.kind || ':' || s.name as subject, v.license_claimed, c.license_found, c.openness, c.downloads
from (select version from lineage where base = :name order by version desc limit 20000) l
cross join version v on v.id = l.version
cross join current c on c.subject = v.subject and c.version = v.id
cross join subject s on s.id = c.subject
order by c.downloads desc
limit 300""",
    ),
    Question(
        "gone",
        "What is no longer there?",
        "Subjects that were there and are not, with what they claimed when they were last seen.",
        """select subject, unavailable_since, gone_at, availability, license_claimed, license_found
from catalog where unavailable_since is not null order by unavailable_since desc
limit 300""",
    ),
    Question(
        "behind_a_gate",
        "What became gated?",
        "Repositories whose files were open to everybody and now ask readers to register or to apply.",
        """select at, subject, before, after, id as event from drift
where kind = 'gate' and direction = 'tighter' order by at desc
limit 300""",
    ),
    Question(
        "claims_that_texts_contradict",
        "Which claims do the texts contradict?",
        "The findings that stand now, weightiest first, of these the newest.",
        """with first as (
  select id from finding where valid_to is null
  order by case severity when 'high' then 0 when 'medium' then 1 else 2 end, id desc
  limit 300
)
select s.kind || ':' || s.name as subject, f.severity, f.claim, f.claimed, f.found, f.evidence
from first join finding f on f.id = first.id join subject s on s.id = f.subject
order by case f.severity when 'high' then 0 when 'medium' then 1 else 2 end, f.id desc""",
    ),
    Question(
        "a_quotation",
        "What stands in a text from here to there?",
        "The words that evidence names: fill in the text's hash and the first and last character.",
        "select quote(:hash, cast(:start as integer), cast(:end as integer)) as words",
    ),
)
