from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.fingerprints import build, corpus_sources
from licenses.identity import identify
from licenses.identity.heading import heading
from licenses.identity.matching import recognize
from licenses.identity.reference import Library, make_reference
from licenses.identity.shipped import FILE, dump, load, shipped_library

from .invented import ORCHARD, ORCHARD_NEXT, QUARRY

REFERENCES = [
    make_reference("orchard-1", "1.0", "ORCHARD MODEL COMMUNITY LICENSE", ORCHARD),
    make_reference("quarry-terms", None, "QUARRY DATA TERMS", QUARRY),
]


def test_what_is_written_is_read_back():
    read = load(dump(REFERENCES))
    assert [(one.license, one.edition, one.title, one.size) for one in read.references] == [
        (one.license, one.edition, one.title, one.size) for one in REFERENCES
    ]
    assert recognize(ORCHARD, [read]) == recognize(ORCHARD, [Library.of(REFERENCES)])
    assert recognize(ORCHARD, [read]).license == "orchard-1"


def test_no_word_of_a_text_is_in_the_file():
    assert b"neighbors" not in dump(REFERENCES)


@pytest.mark.parametrize("damaged", [b"", b"LDPRINT1", dump(REFERENCES)[:40], b"LDPRINT9" + dump(REFERENCES)[8:]])
def test_a_damaged_file_is_refused(damaged):
    with pytest.raises(ValueError, match="fingerprints"):
        load(damaged)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    texts = [
        ("orchard", ORCHARD),
        ("orchard", ORCHARD_NEXT),
        ("quarry-terms", QUARRY),
        ("quarry-terms", QUARRY.upper()),
    ]
    with (tmp_path / "manifest.jsonl").open("w") as manifest:
        for at, (license_id, text) in enumerate(texts):
            (tmp_path / f"{at}.txt").write_text(text)
            row = {
                "file": f"{at}.txt",
                "kind": "licence",
                "ground_truth": license_id,
                "date": "2031-01-01",
                "source_repo": "a/b",
            }
            manifest.write(json.dumps(row) + "\n")
        manifest.write(
            json.dumps({"file": "x.pdf", "kind": "licence", "ground_truth": "orchard", "date": "", "source_repo": ""})
            + "\n"
        )
    return tmp_path


def test_the_same_texts_give_the_same_file_and_copies_are_kept_once(corpus):
    made = build(list(corpus_sources(corpus)))
    assert [one.license for one in made] == ["orchard", "orchard", "quarry-terms"]
    assert dump(made) == dump(build(list(corpus_sources(corpus))))


def test_the_documented_command_builds_a_file(corpus):
    out = corpus / "out.bin"
    command = [sys.executable, "-m", "benchmarks.fingerprints", "--corpus", str(corpus), "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, cwd=FILE.parent.parent)
    assert recognize(QUARRY, [load(out.read_bytes())]).license == "quarry-terms"


def test_headings_are_told_from_sentences():
    assert heading(ORCHARD) == "ORCHARD MODEL COMMUNITY LICENSE"
    assert heading("Permission is hereby granted to every person who asks for this license,\nand so on.") == ""


def test_the_shipped_file_is_whole_and_says_what_it_holds():
    library = shipped_library()
    ids = {one.license for one in library.references}
    assert {"MIT", "Apache-2.0", "llama3.1", "gemma", "flux-1-dev-non-commercial-license"} <= ids
    assert all(len(one.shingles) == one.size for one in library.references[::20])


def test_identify_needs_no_heavy_room():
    heavy = "{'datasette', 'huggingface_hub', 'requests', 'apscheduler'}"
    code = f"import sys; from licenses.identity import identify; identify('x'); print({heavy} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=FILE.parent.parent
    )
    assert done.stdout.strip() == "set()"
    assert identify("").license is None
