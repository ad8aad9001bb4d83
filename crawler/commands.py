"""Commands on pages and declarations: `extract` and `import-declarations`. No network, no archive."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.extraction import ExtractionError
from crawler.extraction import extract as extract_page

if TYPE_CHECKING:
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
