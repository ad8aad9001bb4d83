"""config.toml: the default one watches what the founding document names; includes; where the archive is."""

from __future__ import annotations

from pathlib import Path

import pytest

from schedules.configuration import ConfigError, load

ROOT = Path(__file__).resolve().parent.parent
# The repositories of the founding document, by their real ids (contract.md).
WATCHED = {
    *(f"meta-llama/Llama-3.1-{size}" for size in ("8B", "70B", "405B")),
    *(f"google/gemma-2-{size}" for size in ("2b", "9b", "27b")),
    *(f"microsoft/Phi-3-{name}-instruct" for name in ("mini-4k", "small-8k", "medium-4k")),
    "mistralai/Mixtral-8x7B-v0.1", "mistralai/Mistral-7B-v0.1", "databricks/dbrx-base", "allenai/OLMo-7B",
    "black-forest-labs/FLUX.1-schnell", "black-forest-labs/FLUX.1-dev",
    "stable-diffusion-v1-5/stable-diffusion-v1-5", "runwayml/stable-diffusion-v1-5",
    "stabilityai/stable-diffusion-2-1", "stabilityai/stable-diffusion-xl-base-1.0",
    "CohereLabs/c4ai-command-r-v01", "CohereLabs/c4ai-command-r-plus",
}  # fmt: skip
HOSTED = {
    "GPT-4o", "GPT-4o mini", "DALL·E 3", "ChatGPT", "Claude 3", "Claude 3.5", "Gemini", "Imagen 3",
    "Command R (hosted)", "Command R+ (hosted)", "Midjourney", "Perplexity", "Zapier",
}  # fmt: skip


def test_the_default_watches_the_systems_of_the_founding_document() -> None:
    config = load(str(ROOT / "config.toml"))
    assert set(config.watch.models.ids) == WATCHED
    assert {system.name for system in config.systems} >= HOSTED
    declared = {terms.subject for terms in config.terms} | {f"model:{name}" for name in config.watch.models.ids}
    for system in config.systems:
        assert system.developer and system.modality, system.name
        assert system.subjects and set(system.subjects) <= declared, system.name


def test_every_repository_that_is_watched_belongs_to_a_system() -> None:
    config = load(str(ROOT / "config.toml"))
    named = {subject for system in config.systems for subject in system.subjects}
    assert {f"model:{name}" for name in config.watch.models.ids} <= named


def test_the_archive_is_relative_to_its_configuration(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('database = "data/archive.db"\n')
    assert load(str(tmp_path / "config.toml")).database_path() == tmp_path / "data" / "archive.db"


def test_includes_bring_terms_ours_and_open_terms_archives(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.toml").write_text(
        '[[terms]]\nservice = "Heron"\ntype = "Terms of Service"\nurl = ["https://heron.example/terms"]\n'
    )
    (tmp_path / "more" / "Egret.json").write_text(
        '{"name": "Egret", "terms": {"Privacy Policy": {"fetch": "https://egret.example/p", "select": "main"}}}'
    )
    (tmp_path / "config.toml").write_text('include = ["more/*"]\n')
    config = load(str(tmp_path / "config.toml"))
    assert {terms.subject for terms in config.terms} == {"terms:Heron/Terms of Service", "terms:Egret/Privacy Policy"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('include = ["none/*.toml"]\n', "names no file"),
        ('[[terms]]\nservice = "H"\ntype = "T"\nurl = ["ftp://heron.example/"]\n', "terms[0]"),
        ('[[terms]]\nservice = "H"\ntype = "T"\nurls = ["https://heron.example/"]\n', "urls"),
        ("[network]\nattempts = 0\n", "network.attempts"),
        ("[watch]\nmodel = {}\n", "model"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    with pytest.raises(ConfigError, match=says.replace("[", r"\[")):
        load(str(tmp_path / "config.toml"))
