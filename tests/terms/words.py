"""What the vendors of these tests say, and how a test declares where they say it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.pages.site import Answer, page

D1, D2, D3, D4 = (f"2026-0{month}-10T09:00:00Z" for month in (1, 2, 3, 4))
RULES = [
    "These terms are an agreement between you and Heron Ltd. By using the service you accept these terms.",
    "You may use the service for your own business. You must not resell the service or remove our notices.",
    "We provide the service “as is”, without warranty of any kind. Our liability is limited to the fees you paid.",
    "We may terminate your access if you breach these terms. The laws of Norway govern this agreement.",
    "You keep all rights in the content that you submit – even abroad. You grant us a license to host it for you.",
]
MORE = "You may not use the output of the service to develop models that compete with the service."


def html(rules: list[str], noise: str = "1", head: str = "") -> str:
    body = "".join(f"<h2>{number}. Rule</h2><p>{rule}</p>" for number, rule in enumerate(rules, 1))
    return (
        f"<html><head><title>Terms of Service</title>{head}</head><body><nav><a href='/?s={noise}'>Home</a></nav>"
        f"<main id='legal'><h1>Terms of Service</h1>{body}</main><footer>Request {noise}</footer></body></html>"
    )


def terms(rules: list[str], noise: str = "1", **headers: str) -> Answer:
    return page(html(rules, noise).encode(), **headers)


@dataclass(frozen=True)
class Declared:
    """One [[terms]] of Heron's."""

    url: str
    kind: str = "Terms of Service"
    more: str = ""

    def toml(self) -> str:
        return f'[[terms]]\nservice = "Heron"\ntype = "{self.kind}"\nurl = ["{self.url}"]\n{self.more}\n'
