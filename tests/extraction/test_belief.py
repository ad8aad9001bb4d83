from __future__ import annotations

import pytest

from crawler.belief import SAME_ANSWERS, believe, wrong_page
from crawler.extraction import extract

RULES = [
    f"You must not use the service to {deed} without the written consent of the {person} concerned, as the law says."
    for deed in ("spread rumours", "collect addresses", "train models", "scrape pages", "send bulk mail", "sell data")
    for person in ("person", "company", "owner", "author")
]


def terms(rules: list[str], title: str = "Terms of Service") -> bytes:
    paragraphs = "".join(f"<p>{rule}</p>" for rule in rules)
    html = f"<html><head><title>{title}</title></head><body><main><h1>{title}</h1>{paragraphs}</main></body></html>"
    return html.encode()


FORMER = extract(terms(RULES), url=None).text


def reason(html: bytes | str, former: str | None = FORMER, status: int = 200, **more: int) -> str | None:
    content = html.encode() if isinstance(html, str) else html
    belief = believe(status, "text/html", content, extract(content, url=None), former, **more)
    assert belief.ok == (belief.reason is None)
    assert "\n" not in (belief.reason or "")
    return belief.reason


@pytest.mark.parametrize("former", [None, FORMER])
def test_terms_are_believed(former: str | None) -> None:
    assert reason(terms(RULES), former) is None


WRONG = [
    ("<title>Just a moment...</title><body>Checking your browser before accessing the site.</body>", "captcha"),
    ("<title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1><p>Ray ID: 8</p>", "block"),
    ("<h1>Access Denied</h1><p>You don't have permission to access this. Reference #18.2f</p>", "block"),
    ("<title>403 Forbidden</title><center><h1>403 Forbidden</h1></center><hr>nginx", "block"),
    ("<p>Please verify you are human</p><div class='g-recaptcha'></div>", "captcha"),
    ("<h1>Sign in to continue</h1><form><input type=password></form><p>Forgot your password?</p>", "login"),
    ("<title>Page not found</title><h1>404</h1><p>The page you were looking for does not exist.</p>", "error"),
    ("<h2>Application error: a client-side exception has occurred (see the browser console).</h2>", "error"),
    ("<h1>Something went wrong</h1><p>We are working on it. Please try again in a few minutes.</p>", "error"),
    ("<h1>We'll be right back</h1><p>The site is under maintenance at the moment, thank you.</p>", "error"),
    (
        "<body><noscript>You need to enable JavaScript to run this app.</noscript><div id=root></div></body>",
        "JavaScript",
    ),
    ("<body><script></script><script></script><script></script><script></script><div id=root></div>", "JavaScript"),
    ("<body><div id=root></div><script src=/app.js></script></body>", "JavaScript"),
    ("<h1>Welcome back</h1><p>Your account awaits.</p><form><input type='password' name=p></form>", "login"),
    ("<h1>Before you continue to Example</h1><p>We use cookies and data to deliver services.</p>", "consent"),
    ("<body><p>Terms</p></body>", "hardly any text"),
]


@pytest.mark.parametrize("former", [None, FORMER])
@pytest.mark.parametrize(("html", "said"), WRONG)
def test_what_comes_instead_of_a_page_is_not_believed(html: str, said: str, former: str | None) -> None:
    assert said in (reason(html, former) or "")


def test_a_page_without_what_is_selected_can_be_asked_what_it_is() -> None:
    assert "an error page" in (wrong_page(WRONG[6][0].encode(), url=None) or "")
    assert wrong_page(terms(RULES), url=None) is None


def test_another_status_is_not_believed() -> None:
    assert reason(terms(RULES), status=403) == "answered 403"


def test_half_a_page_is_not_believed() -> None:
    assert "half a page" in (reason(terms(RULES[:9])) or "")


def test_a_page_that_stays_half_is_believed_in_the_end() -> None:
    assert reason(terms(RULES[:9]), same_answers=SAME_ANSWERS - 1)
    assert reason(terms(RULES[:9]), same_answers=SAME_ANSWERS) is None


def test_an_error_page_is_never_believed() -> None:
    assert reason(WRONG[0][0], same_answers=99)


def test_terms_shortened_by_a_third_are_believed() -> None:
    assert reason(terms(RULES[8:])) is None


def test_terms_written_anew_are_believed() -> None:
    anew = [f"Article {n}: the customer shall be liable for every breach of clause {n}." for n in range(40)]
    assert reason(terms(anew)) is None


def test_another_language_is_not_believed() -> None:
    french = [
        f"Vous ne devez pas utiliser le service pour les contenus de la personne {n} dans une autre langue que vous."
        for n in range(24)
    ]
    assert reason(terms(french, "Conditions d'utilisation")) == "in French, was in English"


def test_terms_in_a_language_whose_law_is_not_known_are_believed() -> None:
    polish = [f"Użytkownik nie może się na to zgodzić, jest to zasada {n} oraz warunek że do niej." for n in range(40)]
    assert reason(terms(polish, "Regulamin"), None) is None


def test_a_short_policy_that_speaks_of_logging_in_is_one() -> None:
    short = [f"Keep to rule {n} of the forum, be kind to others and respect their work." for n in range(9)]
    html = terms([*short, "You must log in to post. Our policy: a page not found is no excuse."], "Forum Policy")
    assert reason(html, None) is None


def test_another_document_is_not_believed() -> None:
    privacy = [f"We collect personal information of kind {n} with your consent and delete it later." for n in range(40)]
    assert "privacy policy instead of terms" in (reason(terms(privacy, "Privacy Policy")) or "")


def test_a_page_that_sells_is_no_first_version_and_no_later_one() -> None:
    praise = [
        f"Meet your new companion number {n}, ready to write, paint and plan with you every day." for n in range(60)
    ]
    assert "something else than terms" in (reason(terms(praise, "Welcome"), None) or "")
    assert "another document" in (reason(terms(praise, "Welcome")) or "")


def test_terms_that_speak_of_captchas_and_errors_are_terms() -> None:
    speaking = [*RULES, "You must not bypass a captcha. Access denied messages and 404 error pages bind you as well."]
    assert reason(terms(speaking), None) is None
