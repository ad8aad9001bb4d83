from __future__ import annotations

from collections import Counter

import pytest

from licenses.catalogue import entries, entry
from licenses.names import address_key

# The Hub's list of identifiers (hub-docs, repositories-licenses.md, August 2026), without "other" and "unknown".
_LIST = """
afl-3.0 agpl-3.0 apache-2.0 apple-amlr apple-ascl artistic-2.0 bigcode-openrail-m bigscience-bloom-rail-1.0
bigscience-openrail-m bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear bsl-1.0 c-uda cc cc-by-2.0 cc-by-2.5 cc-by-3.0
cc-by-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0
cc-by-nc-sa-4.0 cc-by-nd-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc0-1.0 cdla-permissive-1.0 cdla-permissive-2.0
cdla-sharing-1.0 creativeml-openrail-m deepfloyd-if-license ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 eupl-1.2
fair-noncommercial-research-license gemma gfdl gpl gpl-2.0 gpl-3.0 grok2-community h-research intel-research isc lgpl
lgpl-2.1 lgpl-3.0 lgpl-lr llama2 llama3 llama3.1 llama3.2 llama3.3 llama4 lppl-1.3c mit mpl-2.0 ms-pl ncsa odbl
odc-by ofl-1.1 openmdw-1.0 openmdw-1.1 openrail openrail++ osl-3.0 pddl postgresql unlicense wtfpl zlib
"""
HUB = [*_LIST.split()]


@pytest.mark.parametrize("identifier", HUB)
def test_every_identifier_of_the_hub_is_known(identifier):
    known = entry(identifier)
    assert known is not None and known.hub == identifier


def test_the_catalogue_claims_no_other_identifiers_of_the_hub():
    assert {one.hub for one in entries() if one.hub} == set(HUB)


@pytest.mark.parametrize("nothing", [None, "", "other", "unknown", "no-such-license"])
def test_what_is_not_known_is_none(nothing):
    assert entry(nothing) is None


def test_ids_are_found_in_any_case_and_by_the_hubs_name():
    assert entry("APACHE-2.0") is entry("apache-2.0") is entry("Apache-2.0")
    assert entry("bsl-1.0").id == "BSL-1.0"
    assert entry("gpl-3.0").id == "GPL-3.0-only"


@pytest.mark.parametrize(
    ("license_id", "grant", "open_source"),
    [
        ("MIT", "permissive", True),
        ("CC0-1.0", "public-domain", None),
        ("AGPL-3.0-only", "copyleft", True),
        ("llama3.1", "source-available-restricted", False),
        ("CC-BY-NC-4.0", "non-commercial", False),
        ("CC-BY-NC-SA-4.0", "non-commercial", False),
        ("CC-BY-ND-4.0", "no-derivatives", False),
        ("apple-amlr", "research-only", False),
        ("flux-1-dev-non-commercial-license", "non-commercial", False),
        ("cc", "unknown", None),
    ],
)
def test_what_a_license_grants(license_id, grant, open_source):
    known = entry(license_id)
    assert (known.grant, known.open_source) == (grant, open_source)


def test_no_license_stands_twice_and_no_home_belongs_to_two():
    assert max(Counter(one.id.casefold() for one in entries()).values()) == 1
    homes = Counter(home for one in entries() for home in {address_key(address) for address in one.home})
    assert [home for home, times in homes.items() if times > 1] == []


def test_a_license_that_restricts_is_not_called_open_source():
    closed = {"source-available-restricted", "non-commercial", "research-only", "no-derivatives"}
    assert [one.id for one in entries() if one.grant in closed and one.open_source] == []
