"""Commands on pages and declarations: `extract` and `import-declarations`. No network, no archive."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from crawler.declarations.open_terms_archive import (
    DeclarationError,
    declaration_files,
    filters_not_run,
    read_declaration,
)
from crawler.declarations.toml import to_toml
from crawler.extraction import ExtractionError
from crawler.extraction import extract as extract_page

if TYPE_CHECKING:
    from crawler.declarations.terms import Terms
    from licensedrift import Call

PARTIAL = 3
TYPES = {".pdf": "application/pdf", ".txt": "text/plain", ".md": "text/markdown"}


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.html")
@click.option("--url", help="Where the page is from: resolves its links.")
@click.option("--select", multiple=True, metavar="CSS", help="What to take.  [default: what is most like the terms]")
@click.option("--remove", multiple=True, metavar="CSS", help="What to leave out.")
@click.pass_obj
def extract(call: Call, file: Path, url: str | None, select: tuple[str, ...], remove: tuple[str, ...]) -> None:
    """Turn a saved page (HTML, PDF or text) into the text of its terms, as Markdown.

    Exit status 3 when the page holds no text that could be taken.

    Example:  licensedrift extract terms.html --select main
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise click.UsageError(f"{file}: {error.strerror or error}") from error
    kind = TYPES.get(file.suffix.lower())
    try:
        found = extract_page(content, url=url, select=select, remove=remove, content_type=kind)
    except ExtractionError as error:
        message = str(error).replace("the page:", f"{file}:", 1)
        click.echo(f"Error: {message}", err=True)
        sys.exit(PARTIAL)
    document = {"text": found.text, "confidence": found.confidence, "select": found.select}
    call.answer(document, found.text.rstrip("\n"))
    if not found.text:
        click.echo(f"Error: {file}: no text of terms found", err=True)
        sys.exit(PARTIAL)


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path), metavar="PATH")
@click.pass_obj
def import_declarations(call: Call, path: Path) -> None:
    """Turn Open Terms Archive declarations into [[terms]] for config.toml, on standard output.

    PATH is a service's JSON file, a folder of them, or a clone of a collection. Such files can also be used as
    they are, by `include` in config.toml. Exit status 3 when a file could not be read.

    Example:  licensedrift import-declarations declarations/ChatGPT.json >> config.toml
    """
    declared: list[Terms] = []
    failed = False
    files = list(declaration_files(path))
    for file in files:
        try:
            declared += read_declaration(file)
            for kind, name in filters_not_run(file):
                click.echo(f"Note: {file}: {kind}: the filter {name} is a program, and is not run", err=True)
        except DeclarationError as error:
            failed = True
            click.echo(f"Error: {error}", err=True)
    if not files:
        raise click.UsageError(f"{path}: no declarations here")
    call.answer({"terms": msgspec.to_builtins(declared)}, to_toml(declared).rstrip("\n"))
    if failed:
        sys.exit(PARTIAL)
