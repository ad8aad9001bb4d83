"""Words by which the parts of a text are known that explain, or advise, and bind nobody; and where terms go on."""

from __future__ import annotations

import re

# Under such headings a text explains itself and binds nobody, up to the next heading or to its end.
EXPLAINING = re.compile(
    r"(?i)(?:preamble|recitals?|background|whereas|considerations for|using creative commons|summary\b|overview$"
    r"|human-readable|changelog|frequently asked|\u5e8f\u8a00)"
)
# A preamble ends where the sections begin, whatever their headings are.
PREAMBLE = re.compile(r"(?i)preamble|recitals?|whereas")
FIRST_SECTION = re.compile(r"(?:section |article |§ ?)?[01][.:] \S")
CLOSING = re.compile(
    r"(?i)(?:end of terms and conditions|how to apply (?:these|this|the)|appendix: how to|how to use this license"
    r"|exhibit [ab] - (?:form of|\"incompatible))"
)
# How such advice ends. What somebody wrote below it is a term again.
ADVICE_ENDS = re.compile(
    r"limitations under the licen[sc]e\.?[\"')*]*$|instead of this licen[sc]e|that's all there is to it"
    r"|accurate notices of"
)
ATTACHED = re.compile(r"(?:attachment|annex|exhibit|schedule) \w\b")
# Leave to copy the text of the license itself, which is no leave to copy the work.
OF_THE_TEXT = re.compile(r"every(?:one|body) is (?:permitted|allowed) to (?:copy|distribute)")
BINDING_AGAIN = re.compile(
    r"(?i)(?:now,? therefore|by exercising the licensed rights|agree as follows|1\. ?definitions"
    r"|terms and conditions(?: for|$)"
    r"|^(?:attachment|annex|exhibit|schedule|appendix) \w\b(?!.{0,30}how to))"
)
