"""The saved queries, each with a line of explanation, and the SQL functions that a reader may use in their own."""

from __future__ import annotations

from typing import Any

from explorer.page import open_page
from explorer.questions import QUESTIONS
from explorer.sql_functions import DESCRIBED


async def questions_page(datasette: Any, request: Any) -> Any:
    """`/{database}/-/questions`."""
    page = await open_page(datasette, request)
    return await page.render(
        "licensedrift_questions.html",
        {"questions": [(one, page.links.view(one.name)) for one in QUESTIONS], "functions": DESCRIBED},
        title="Questions",
    )
