from __future__ import annotations

import json
import re
from functools import cache

import pytest

from licenses.identity import identify
from licenses.text import decode
from tests.shared_corpus import CORPUS, needs_corpus

pytestmark = needs_corpus

LICENSES = CORPUS / "licences"


def text(name: str) -> str:
    return decode((LICENSES / name).read_bytes())


@cache
def rows() -> list[dict]:
    lines = (CORPUS / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [
        row
        for row in found
        if row["kind"] in ("licence", "licence-other")
        and not row["file"].endswith(".pdf")
        and not isinstance(row["ground_truth"], (list, dict))
    ]


def plain(license_id: str | None) -> str | None:
    return re.sub(r"-(only|or-later)$", "", license_id.lower()) if license_id else None


def test_nearly_all_texts_are_named_and_hardly_any_wrongly():
    right = wrong = 0
    for row in rows():
        found = identify(decode((CORPUS / row["file"]).read_bytes()))
        want = plain(row["ground_truth"])
        good = want in (plain(found.license), plain(found.spdx)) if want else found.license is None
        right += good
        wrong += not good and found.license is not None
    assert right >= 0.99 * len(rows())
    assert wrong == 0


@pytest.mark.parametrize(
    ("name", "license_id", "edition"),
    [
        ("llama3-license/2024-04-15-a5c3a2dd.txt", "llama3", None),
        ("scancode/llama-3.1-license-2024.txt", "llama3.1", None),
        ("llama-use-policy/2023-07-18-6d4c0c29.txt", "llama2-use-policy", None),
        ("qwen-tongyi-qianwen-research-license-agreement/2023-11-30-e8e15962.txt", "tongyi-qianwen-research", None),
        ("minimax-m2-license/2025-11-13-8bbd67e8.txt", "modified-mit", "MiniMax-M2"),
        ("kimi-k2-license/2025-07-11-d778e270.txt", "modified-mit", "Kimi-K2"),
        ("gpt-2-license/2020-01-03-0f97760e.txt", "gpt2-modified-mit", None),
        ("internlm-license/2023-07-06-fa7337b3.txt", "Apache-2.0", None),
        ("flux-model-licenses-license-flux1-dev/2025-06-26-57ce4051.txt", "flux-1-dev-non-commercial-license", "1.1"),
        ("flux-model-licenses-license-flux1-dev/2025-06-27-474dc420.txt", "flux-1-dev-non-commercial-license", "1.1.1"),
        ("scancode/gemma-tou-2024-04-01.txt", "gemma", "2024-04-01"),
        ("scancode/gemma-tou-2025-03-24.txt", "gemma", "2025-03-24"),
        ("cogvlm-license/2023-10-17-3a20a381.txt", "Apache-2.0", None),
    ],
)
def test_near_twins_and_editions(name, license_id, edition):
    found = identify(text(name))
    assert (found.license, found.edition, found.altered) == (license_id, edition, False)


def test_a_text_that_goes_on_after_its_license_is_altered():
    found = identify(text("orion-license/2024-01-20-f01bfb87.txt"))
    assert (found.license, found.altered) == ("Apache-2.0", True)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["mit", "apache-2.0"], ("MIT", "Apache-2.0")),
        (["apache-2.0", "bsd-new"], ("Apache-2.0", "BSD-3-Clause")),
        (["apache-2.0", "mit", "bsd-new"], ("Apache-2.0", "MIT", "BSD-3-Clause")),
        (["llama-3.1-license-2024", "apache-2.0"], ("llama3.1", "Apache-2.0")),
    ],
)
def test_a_file_of_several_licenses_names_them_all(names, expected):
    found = identify("\n\n".join(text(f"scancode/{name}.txt") for name in names))
    assert found.license == expected[0]
    assert set(found.licenses) == set(expected) and found.licenses[0] == expected[0]


def test_apache_with_a_clause_more_is_altered():
    found = identify(
        text("scancode/apache-2.0.txt") + "\nYou shall not use the Work for military purposes of any kind.\n"
    )
    assert (found.license, found.altered) == ("Apache-2.0", True)


def test_mit_with_a_pointer_is_mit_and_mit_with_a_condition_is_not():
    mit = "MIT License\n\n" + text("scancode/mit.txt")
    assert identify(mit + "\nSee LICENSE_MODELS for the license of the weights.").license == "MIT"
    condition = "\nProducts with more than 100 million monthly users shall prominently display the name of the model.\n"
    assert identify(mit + condition).license is None


@pytest.mark.parametrize("version", ["5", "3.4"])
def test_a_version_that_does_not_exist_yet_is_unknown(version):
    found = identify(text("scancode/llama-3.3-license-2024.txt").replace("3.3", version))
    assert found.license is None
    assert found.nearest[0][0].startswith("llama")


def test_a_version_in_the_title_only_has_no_edition():
    flux = text("flux-model-licenses-license-flux1-dev/2025-06-27-474dc420.txt")
    found = identify(flux.replace("v1.1.1", "v1.2"))
    assert (found.license, found.edition) == ("flux-1-dev-non-commercial-license", None)


SETTINGS = {
    "one line": lambda words: " ".join(words.split()),
    "upper": str.upper,
    "comment": lambda words: "\n".join("# " + line for line in words.split("\n")),
    "curly": lambda words: words.replace('"', "“").replace("'", "’"),
    "crlf": lambda words: words.replace("\n", "\r\n"),
    "zero width": lambda words: words.replace("e", "e\u200b"),
    "holder": lambda words: "Copyright (c) 2031 Example Labs. All rights reserved.\n\n" + words,
}


@pytest.mark.parametrize("setting", sorted(SETTINGS))
def test_setting_a_text_anew_does_not_change_what_it_is(setting):
    changed = []
    for row in rows()[::4]:
        words = decode((CORPUS / row["file"]).read_bytes())
        if identify(SETTINGS[setting](words)).license != identify(words).license:
            changed.append(row["file"])
    assert changed == []
