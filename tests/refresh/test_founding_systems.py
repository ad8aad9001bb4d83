"""The systems that everybody argues about, with their real texts: the default configuration against a loopback Hub.

The Hub and the vendors' sites are on this machine; the texts are those of ../shared/corpus.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from demo.world import World
from schedules.configuration import load
from tests.refresh.lab import Lab, laboratory
from tests.refresh.test_terms import Vendor
from tests.shared_corpus import CORPUS, needs_corpus

ROOT = Path(__file__).resolve().parent.parent.parent
NOW = "2026-09-01T02:17:00Z"
TEXTS = CORPUS / "licences"
LLAMA = "llama-models-models-llama3-1-license/2024-07-23-1f0feb79.txt"
FLUX = "flux-model-licenses-license-flux1-dev/2025-06-26-57ce4051.txt"
SDXL = "generative-models-model-licenses-license-sdxl1.0/2023-07-26-f2fa96b7.txt"
CC_NC = "audiocraft-license-weights/2023-08-02-5e3ae32f.txt"
SD21 = "stablediffusion-license-model/2022-11-24-ca86da3a.txt"
# repository -> (license of the card, gate, text, place)
REPOSITORIES = {
    **{f"meta-llama/Llama-3.1-{size}": ("llama3.1", "manual", LLAMA, "LICENSE") for size in ("8B", "70B", "405B")},
    **{f"google/gemma-2-{size}": ("gemma", "manual", None, None) for size in ("2b", "9b", "27b")},
    **{
        f"microsoft/Phi-3-{name}-instruct": ("mit", False, "minimax-m2-license/2025-10-27-e27aac41.txt", "LICENSE")
        for name in ("mini-4k", "small-8k", "medium-4k")
    },
    "mistralai/Mixtral-8x7B-v0.1": ("apache-2.0", False, None, None),
    "mistralai/Mistral-7B-v0.1": ("apache-2.0", "auto", None, None),
    "databricks/dbrx-base": ("other", "manual", "dbrx-license/2024-03-27-7cbcf4ec.txt", "LICENSE"),
    "allenai/OLMo-7B": ("apache-2.0", False, "internlm-license/2023-07-06-fa7337b3.txt", "LICENSE"),
    "black-forest-labs/FLUX.1-schnell": ("apache-2.0", False, "yi-license/2023-11-04-03c9c1b3.txt", "LICENSE"),
    "black-forest-labs/FLUX.1-dev": ("other", "auto", FLUX, "LICENSE.md"),
    "stable-diffusion-v1-5/stable-diffusion-v1-5": (
        "creativeml-openrail-m", False, "scancode/stable-diffusion-2022-08-22.txt", "LICENSE",
    ),
    "stabilityai/stable-diffusion-2-1": ("openrail++", False, SD21, "LICENSE"),
    "stabilityai/stable-diffusion-xl-base-1.0": ("openrail++", False, SDXL, "LICENSE.md"),
    "CohereLabs/c4ai-command-r-v01": ("cc-by-nc-4.0", "auto", CC_NC, "LICENSE"),
    "CohereLabs/c4ai-command-r-plus": ("cc-by-nc-4.0", "auto", CC_NC, "LICENSE"),
}  # fmt: skip
PAGES = {
    "OpenAI/Terms of Service": "openai/terms-of-service",
    "OpenAI/Acceptable Use Policy": "openai/acceptable-use-policy",
    "OpenAI/Commercial Terms": "chatgpt/commercial-terms",
    "OpenAI/Service Terms": "chatgpt/terms-of-service",
    "Anthropic/Commercial Terms": "claude.ai/commercial-terms",
    "Anthropic/Acceptable Use Policy": "claude.ai/acceptable-use-policy",
    "Google/Acceptable Use Policy": "google-generative-ai-services/acceptable-use-policy",
    "Midjourney/Terms of Service": "midjourney/terms-of-service",
    "Perplexity/Developer Terms": "perplexity/developer-terms",
    "Perplexity/Acceptable Use Policy": "perplexity/acceptable-use-policy",
}
TYPES = {
    "Llama 3.1": "open", "Gemma 2": "open", "Phi-3": "open-source", "Mixtral 8x7B": "unknown", "Mistral 7B": "unknown",
    "DBRX": "open", "OLMo 7B": "open-source", "FLUX.1 [schnell]": "open-source", "FLUX.1 [dev]": "open",
    "Stable Diffusion 1.5": "open", "Stable Diffusion 2.1": "open", "Stable Diffusion XL": "open", "Command R": "open",
    "Command R+": "open", "GPT-4o": "proprietary", "GPT-4o mini": "proprietary", "DALL·E 3": "proprietary",
    "ChatGPT": "proprietary", "Claude 3": "proprietary", "Claude 3.5": "proprietary", "Gemini": "proprietary",
    "Imagen 3": "proprietary", "Midjourney": "proprietary", "Perplexity": "proprietary",
    # No page of these is in the corpus: nothing was fetched, and the row says so.
    "Command R (hosted)": "unknown", "Command R+ (hosted)": "unknown", "Zapier": "unknown",
}  # fmt: skip


def world() -> World:
    made = World()
    for name, (license, gated, text, place) in REPOSITORIES.items():
        files: dict[str, bytes] = {
            "README.md": f"---\nlicense: {license}\n---\n# A model\n".encode(),
            "model.safetensors": b"w",
        }
        if text is not None and place is not None:
            files[place] = (TEXTS / text).read_bytes()
        made.put("models", name, date="2024-10-01", files=files, gated=gated)
    made.put(
        "models",
        "runwayml/stable-diffusion-v1-5",
        date="2022-10-01",
        files={"README.md": b"---\nlicense: creativeml-openrail-m\n---\n"},
    )
    made.delete("models", "runwayml/stable-diffusion-v1-5", date="2024-08-28")
    return made


@pytest.fixture
def site() -> Iterator[Vendor]:
    server: ThreadingHTTPServer = Vendor()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def prepare(lab: Lab, site: Vendor) -> None:
    """The default configuration, with every vendor's page moved to this machine."""
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    text = text.replace("allow = []", 'allow = ["127.0.0.1"]').replace("delay_seconds = 3 ", "delay_seconds = 0 ")
    text = text.replace("deadline_seconds = 120", "retry_wait_seconds = 0.01\ndeadline_seconds = 10")
    lab.config.write_text(text.replace('database = "licensedrift.db"', 'database = "archive.db"'), encoding="utf-8")
    declared = load(str(ROOT / "config.toml")).terms
    blocks = []
    for number, terms in enumerate(declared):
        path = f"/{number}"
        blocks.append(f'[[terms]]\nservice = "{terms.service}"\ntype = "{terms.type}"\nurl = ["{site.url}{path}"]\n')
        folder = PAGES.get(f"{terms.service}/{terms.type}")
        if folder is not None:
            newest = sorted((CORPUS / "vendor_pages" / folder).glob("*.md"))[-1]
            site.pages[path] = (200, as_page(newest.read_text(encoding="utf-8")))
        if terms.service == "Gemma" and terms.type == "Terms of Service":
            gemma = TEXTS / "scancode" / "gemma-tou-2025-03-24.txt"
            site.pages[path] = (200, as_page(gemma.read_text(encoding="utf-8")))
    (lab.folder / "terms.toml").write_text("\n".join(blocks))


def as_page(markdown: str) -> bytes:
    from html import escape

    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in re.split(r"\n\s*\n", markdown))
    return (
        f"<html><head><title>Terms</title></head><body><main><h1>Terms</h1>{paragraphs}</main></body></html>".encode()
    )


@needs_corpus
def test_every_founding_system_has_its_type_license_restrictions_and_evidence(tmp_path: Path, site: Vendor) -> None:
    with laboratory(tmp_path, world(), NOW) as lab:
        prepare(lab, site)
        result = lab.at(NOW)
        assert result.status == "partial"  # the pages that the corpus does not have
        assert all(failure.subject.startswith("terms:") for failure in result.failures)
        rows = {row["system"]: row for row in lab.rows("select * from systems")}
        assert {name: row["type"] for name, row in rows.items()} == TYPES
        for name, row in rows.items():
            assert row["developer"] and row["modality"], name
            if row["type"] == "unknown":
                assert row["reason"], name
            else:
                evidence = json.loads(row["evidence"])
                assert any(one.get("text_hash") for one in evidence), name
            if row["type"] in ("open", "proprietary"):
                assert row["restrictions"], name
        assert rows["Llama 3.1"]["license"] == "llama3.1"
        assert "limit of monthly users" in rows["Llama 3.1"]["restrictions"]
        assert rows["Gemma 2"]["license"] == "gemma"
        assert rows["FLUX.1 [schnell]"]["license"] == "Apache-2.0"
        assert rows["FLUX.1 [dev]"]["license"] == "flux-1-dev-non-commercial-license"
        assert rows["Command R"]["license"] == "CC-BY-NC-4.0"
        assert "no commercial use" in rows["Command R"]["restrictions"]
        gone = lab.catalog("model:runwayml/stable-diffusion-v1-5")
        assert gone["unavailable_since"] == NOW
        lab.sound()
