"""Cards: only what they say of their terms counts."""

from __future__ import annotations

import pytest

from licenses.comparison import compare

CARD = """---
license: other
license_name: example-license
pipeline_tag: text-generation
---
# Example One

![logo](https://example.org/logo.png) [![License](https://img.shields.io/badge/License-Apache_2.0-blue)](LICENSE)

Example One is a model with 7B parameters. You can run it on older hardware.

## Usage

```python
from transformers import pipeline
```

## License

The code in this repository is released under the Apache 2.0 License. The model weights are released under the
CC BY-NC 4.0 License.

## Citation

Please cite our paper.
"""


def told(old: str, new: str) -> tuple[bool, str]:
    assert CARD.count(old) == 1, old
    found = compare(CARD, CARD.replace(old, new))
    return found.substantive, found.direction


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("You can run it on older hardware.", "You must not run it without a graphics card."),
        ("Please cite our paper.", "Please cite our papers; you may use the first."),
        ("CC BY-NC 4.0 License", "[CC BY-NC 4.0 License](LICENSE-MODEL)"),
        ("The code in this repository is", "The code is"),
        ("## License", "## Model License"),
        ("Example One is a model", "We plan to change the license in the near future. Example One is a model"),
        ("license: other\nlicense_name: example-license\n", ""),
        ("pipeline_tag: text-generation", "pipeline_tag: text-classification"),
    ],
)
def test_what_speaks_of_no_terms_changes_none(old: str, new: str) -> None:
    assert told(old, new) == (False, "neutral")


@pytest.mark.parametrize(
    ("old", "new", "direction"),
    [
        ("The model weights are released under the\nCC BY-NC 4.0 License", "The weights are under the MIT License",
         "looser"),
        ("License-Apache_2.0-blue", "License-CC--BY--NC--4.0-blue", "tighter"),
        ("## Citation", "Commercial use of the weights is prohibited.\n\n## Citation", "tighter"),
    ],
)  # fmt: skip
def test_another_license_named_is_told(old: str, new: str, direction: str) -> None:
    assert told(old, new) == (True, direction)


def test_front_matter_alone_is_a_card() -> None:
    found = compare("---\nlicense: other\nlicense_name: gemma\n---\n", "---\nlicense: apache-2.0\n---\n")
    assert (found.substantive, found.direction) == (True, "looser")


def test_a_form_in_place_of_leave_is_looser() -> None:
    asked = "The weights are free for research, commercial use needs written permission of the team."
    applied = "The weights are free for research. For a commercial license please fill in the application form."
    before, after = (CARD.replace("The model weights are released under the\nCC BY-NC 4.0 License.", said)
                     for said in (asked, applied))  # fmt: skip
    found = compare(before, after)
    assert (found.substantive, found.direction) == (True, "looser")


def test_the_role_decides_where_it_is_known() -> None:
    text = "You may use the model. It is quick.\n"
    after = "You must not use the model. It is quick.\n"
    assert compare(text, after, role="license").substantive
    assert not compare(text, after, role="card").substantive
