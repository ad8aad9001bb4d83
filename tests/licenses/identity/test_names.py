from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses.catalogue import entries
from licenses.names import mentions, name_to_license, same_license


@pytest.mark.parametrize(
    ("written", "license_id"),
    [
        ("MIT", "MIT"),
        ("mit license", "MIT"),
        ("The MIT License (MIT)", "MIT"),
        ("Apache License 2.0", "Apache-2.0"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        (" apache 2.0 ", "Apache-2.0"),
        ("apache-2.0", "Apache-2.0"),
        ("cc-by-sa 4.0", "CC-BY-SA-4.0"),
        ("CC BY-NC 4.0", "CC-BY-NC-4.0"),
        ("Creative Commons Attribution 4.0 International", "CC-BY-4.0"),
        ("CC0", "CC0-1.0"),
        ("gpl3", "GPL-3.0-only"),
        ("GPLv3", "GPL-3.0-only"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("GNU General Public License version 3", "GPL-3.0-only"),
        ("AGPL-3.0", "AGPL-3.0-only"),
        ("bsl-1.0", "BSL-1.0"),
        ("BSD 3-Clause", "BSD-3-Clause"),
        ("Llama 3.1 Community License", "llama3.1"),
        ("META LLAMA 3 COMMUNITY LICENSE AGREEMENT", "llama3"),
        ("openrail++", "openrail++"),
        ("CreativeML Open RAIL-M", "creativeml-openrail-m"),
        ("FLUX.1 [dev] Non-Commercial License", "flux-1-dev-non-commercial-license"),
        ("stabilityai-ai-community", "stabilityai-ai-community"),
        ("qwen-research", "qwen-research"),
        ("Modified MIT", "modified-mit"),
        ("木兰宽松许可证, 第2版", "MulanPSL-2.0"),
        ("https://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
        ("http://creativecommons.org/licenses/by-nc/4.0/", "CC-BY-NC-4.0"),
        (
            "https://huggingface.co/black-forest-labs/FLUX.1-dev/resolve/main/LICENSE.md",
            "flux-1-dev-non-commercial-license",
        ),
        ("cc", "cc"),
        ("bsd", "bsd"),
        ("lgpl", "lgpl"),
        ("openrail", "openrail"),
    ],
)
def test_names_as_people_write_them(written, license_id):
    assert name_to_license(written) == license_id


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "other",
        "unknown",
        "my own license",
        "Llama 5 Community License",
        "CC-BY",
        "https://x.example",
        "LICENSE",
        "x" * 9999,
    ],
)
def test_what_is_not_known_is_not_guessed(written):
    assert name_to_license(written) is None


@pytest.mark.parametrize("known", [one for one in entries() if one.family], ids=lambda one: one.id)
def test_a_license_is_found_by_its_ids_and_names(known):
    for name in filter(None, (known.id, known.hub, known.spdx, *known.names)):
        assert name_to_license(name) == known.id
        assert name_to_license(f"  {name.upper()} ") == known.id


@given(st.sampled_from([one for one in entries() if one.family and one.names]), st.data())
def test_case_and_separators_do_not_count(known, data):
    name = data.draw(st.sampled_from(known.names))
    changed = "".join(data.draw(st.sampled_from([c.lower(), c.upper()])) if c.isascii() else c for c in name)
    changed = changed.replace(" ", data.draw(st.sampled_from([" ", "  ", "\t"])))
    assert name_to_license(changed) == known.id


def test_only_and_or_later_are_one_text():
    assert same_license("GPL-3.0-only", "gpl-3.0")
    assert same_license("GPL-3.0-only", "GPL-3.0-or-later")
    assert not same_license("GPL-3.0-only", "GPL-2.0-only")
    assert not same_license(None, None)


def found(text):
    return [(license_id, text[start:end]) for license_id, start, end in mentions(text)]


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("This model is licensed under the MIT License.", [("MIT", "MIT")]),
        ("Released under Apache 2.0.", [("Apache-2.0", "Apache 2.0")]),
        ("license: mit", [("MIT", "mit")]),
        (
            "The code is GPLv3; the weights are CC BY-NC-SA 4.0.",
            [("GPL-3.0-only", "GPLv3"), ("CC-BY-NC-SA-4.0", "CC BY-NC-SA 4.0")],
        ),
        ("Use is subject to the Llama 3.1 Community License Agreement.", [("llama3.1", "Llama 3.1 Community")]),
        (
            "![](https://img.shields.io/badge/License-CC%20BY--NC%204.0-lightgrey.svg)",
            [("CC-BY-NC-4.0", "License-CC%20BY--NC%204.0-lightgrey.svg")],
        ),
        ("https://img.shields.io/badge/license-Apache--2.0-blue", [("Apache-2.0", "license-Apache--2.0-blue")]),
        ("[terms](https://ai.google.dev/gemma/terms)", [("gemma", "https://ai.google.dev/gemma/terms")]),
        (
            "GNU GENERAL PUBLIC LICENSE\n      Version 3, 29 June 2007",
            [("GPL-3.0-only", "GNU GENERAL PUBLIC LICENSE\n      Version 3")],
        ),
        # A vendor, a school and a family of models are no licenses.
        ("We met at MIT, ran Apache Spark and tuned Llama 3, Gemma and Qwen.", []),
        ("It is not licensed under the MIT License.", []),
        ("TENCENT HUNYUAN 3D 2.0 COMMUNITY LICENSE AGREEMENT", []),
        ("Yi Series Models Communal License", []),
        ("https://img.shields.io/badge/build-passing-green", []),
    ],
)
def test_licenses_that_prose_names(prose, expected):
    assert found(prose) == expected


@given(st.text(max_size=400))
def test_any_prose_is_read_and_mentions_are_real_spans_in_order(prose):
    ends = 0
    for license_id, start, end in mentions(prose):
        assert license_id and ends <= start < end <= len(prose)
        ends = end


@pytest.mark.parametrize(
    "hostile", ["mit " * 60_000, "gnu general public " * 20_000, "https://" * 60_000, "[(" * 100_000, "cc-by-" * 60_000]
)
def test_hostile_prose_is_read_to_the_end(hostile):
    assert isinstance(mentions(hostile), list)
