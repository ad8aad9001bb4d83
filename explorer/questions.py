"""The saved queries: questions that people have, each with a line of explanation.

They use the public views and the functions of `explorer/sql_functions.py` only, so that a reader can change them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A saved query of Datasette's: `:name` in the SQL becomes a form field."""

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
order by at desc""",
    ),
    Question(
        "loosened_lately",
        "Who loosened in the last 90 days?",
        "Changes by which readers may do more or must do less, newest first.",
        """select at, subject, kind, role, direction, before, after, id as event
from drift
where parent is null and direction = 'looser' and substantive = 1
  and at >= strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-90 days')
order by at desc""",
    ),
    Question(
        "permissive_claim_restrictive_text",
        "Which permissive claims stand over a restrictive text?",
        "The card names a license that lets everybody do everything; the text that comes with it forbids something.",
        """select distinct c.subject, c.license_claimed, c.license_found, k.clause, k.quote, d.path_or_url, d.text_hash
from catalog c
join versions v on v.subject = c.subject and v.valid_to is null and v.valid_from is not null
join documents d on d.version = v.id and d.role in ('license', 'policy')
join clauses k on k.text_hash = d.text_hash
where c.license_claimed in ('apache-2.0', 'mit', 'bsd-2-clause', 'bsd-3-clause', 'isc', 'unlicense', 'cc0-1.0',
    'cc-by-4.0')
  and k.clause in ('non-commercial', 'research-only', 'use-restrictions', 'acceptable-use-policy', 'mau-threshold',
    'dau-threshold', 'revenue-threshold', 'no-derivatives', 'no-redistribution', 'no-model-improvement',
    'no-competing-models', 'territory-exclusion', 'royalty', 'registration-required')
order by c.subject, k.clause""",
    ),
    Question(
        "restrictive_parent_permissive_child",
        "Which permissive models were made from a restricted one?",
        "The card of the child claims a permissive license; the model that it names as its base has no such license.",
        """select child.subject as child, child.license_claimed as child_claims, parent.subject as parent,
  parent.license_claimed as parent_claims, parent.license_found as parent_has, parent.openness as parent_openness
from catalog child, json_each(child.base_model) base
join catalog parent on parent.subject = 'model:' || base.value
where child.base_model is not null
  and child.license_claimed in ('apache-2.0', 'mit', 'bsd-2-clause', 'bsd-3-clause', 'isc', 'unlicense', 'cc0-1.0')
  and (parent.openness in ('open', 'proprietary') or parent.license_claimed like '%-nc-%'
    or parent.license_claimed in ('other', 'llama2', 'llama3', 'llama3.1', 'llama3.2', 'llama3.3', 'llama4', 'gemma'))
order by child.subject""",
    ),
    Question(
        "places_left_out",
        "Which texts leave places out, such as the European Union?",
        "Clauses that exclude people or use in named places, with the places and the words.",
        """select d.subject, d.path_or_url, k.parameters ->> '$.territories' as places,
  k.parameters ->> '$.scope' as scope, k.quote, k.text_hash
from clauses k join documents d on d.text_hash = k.text_hash
where k.clause = 'territory-exclusion'
group by d.subject, k.text_hash, k.quote_start
order by d.subject""",
    ),
    Question(
        "user_limits_below",
        "Who limits users or revenue below a number?",
        "Clauses that ask for a further license above a number of monthly or daily users, or above a revenue."
        " Fill in the number, such as 1000000.",
        """select d.subject, k.clause, ifnull(k.parameters ->> '$.users', k.parameters ->> '$.amount') as above,
  k.parameters ->> '$.currency' as currency, k.quote, k.text_hash
from clauses k join documents d on d.text_hash = k.text_hash
where k.clause in ('mau-threshold', 'dau-threshold', 'revenue-threshold')
  and cast(ifnull(k.parameters ->> '$.users', k.parameters ->> '$.amount') as real) <= cast(:below as real)
group by d.subject, k.text_hash, k.quote_start
order by cast(above as real), d.subject""",
    ),
    Question(
        "changed_without_notice",
        "Whose terms changed although their claim did not?",
        "A text changed in substance on a day on which nothing was said of it: the declared license stayed as it was.",
        """select d.at, d.subject, d.role, d.direction, d.before, d.after, d.id as event
from drift d
where d.kind = 'text' and d.substantive = 1 and d.role in ('license', 'policy', 'terms')
  and not exists (select 1 from drift c where c.subject = d.subject and c.kind = 'claim'
    and date(c.at) = date(d.at))
order by d.at desc""",
    ),
    Question(
        "unknown_texts_often_carried",
        "Which license texts do many carry though no license is known for them?",
        "Texts that the catalogue does not know, by how many subjects carry them now. Fill in how many at least, such"
        " as 100.",
        """select d.text_hash, count(distinct d.subject) as subjects, min(d.path_or_url) as place,
  substr(text(d.text_hash), 1, 200) as begins
from catalog c
join versions v on v.subject = c.subject and v.valid_to is null and v.valid_from is not null
join documents d on d.version = v.id and d.role = 'license'
where c.license_found is null
group by d.text_hash
having count(distinct d.subject) >= cast(:at_least as integer)
order by subjects desc""",
    ),
    Question(
        "made_from",
        "What was made from a model?",
        "Subjects whose card names this repository as their base. Fill in its name, such as meta-llama/Llama-3.1-8B.",
        """select c.subject, c.license_claimed, c.license_found, c.openness, c.downloads
from catalog c, json_each(c.base_model) base
where c.base_model is not null and base.value = :name
order by c.downloads desc""",
    ),
    Question(
        "gone",
        "What is no longer there?",
        "Subjects that were there and are not, with what they claimed when they were last seen.",
        """select subject, unavailable_since, gone_at, availability, license_claimed, license_found
from catalog where unavailable_since is not null order by unavailable_since desc""",
    ),
    Question(
        "behind_a_gate",
        "What became gated?",
        "Repositories whose files were open to everybody and now ask readers to register or to apply.",
        """select at, subject, before, after, id as event from drift
where kind = 'gate' and direction = 'tighter' order by at desc""",
    ),
    Question(
        "claims_that_texts_contradict",
        "Which claims do the texts contradict?",
        "The findings that stand now, weightiest first.",
        """select subject, severity, claim, claimed, found, evidence from findings
order by case severity when 'high' then 0 when 'medium' then 1 else 2 end, subject""",
    ),
    Question(
        "a_quotation",
        "What stands in a text from here to there?",
        "The words that evidence names: fill in the text's hash and the first and last character.",
        "select quote(:hash, cast(:start as integer), cast(:end as integer)) as words",
    ),
)
