"""What a word does in a license: whether it binds, forbids, allows, excepts, or only joins others.

Patterns meet plain lower-case sentences. They know the English and Chinese of licenses, and no vendor's name.
"""

from __future__ import annotations

import re2


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# A sentence with one of these says what somebody may, must or may not do.
BINDS = re2.compile(
    r"\b(?:may|must|shall|should|will|can|cannot|agrees?|acknowledges?|grants?|granted|permi(?:t|ts|tted|ssions?)"
    r"|allow(?:s|ed)?|authori[sz]\w*|prohibit\w*|forbid\w*|forbidden|restrict\w*|require[sd]?|only|solely|unless"
    r"|except|not|no|provided that|subject to|conditions? (?:on|that)|terminat\w*|revo[kc]\w*|free of charge|royalt\w*"
    r"|fees?|liab\w+|indemnif\w*|warrant\w*|responsible|entitled|rights?|comply|exclu\w+|waives?|obligat\w*|licensed"
    r"|licen[cs]e (?:to|under)"
    r"|commercial\w*|non-?commercial\w*|following (?:conditions?|requirements?|restrictions?))\b"
    r"|不得|必须|应当|应|须|仅|禁止|可以|不可|授予|授权|许可|登记|有权|责任|义务|商业|商用|以下条件|以下情况"
)
FORBIDS = re2.compile(
    r"\b(?:may|must|shall|will|can|should|do|does|agree)(?: \w+){0,2} not\b|\bcannot\b|\bmay only\b"
    r"|\bnot (?:be |to )?\w+"
    r"|\bno (?:right|license|one|person|part|use|possibility)\b"
    r"|\bprohibit\w*|\bforbid\w*|\bforbidden\b|\brestrict\w*|\bnever\b"
    r"|\b(?:terminat\w*|revoke[sd]?|revocation)|\bexclud\w+"
    r"|\bwithout (?:\w+ ){0,3}(?:consent|permission|authori[sz]ation)"
    r"|不得|禁止|不可|不允许|终止|不应|不能|仅可"
)
DEMANDS = re2.compile(
    r"\b(?:must|shall|should|requires?|required|agrees? to|ha(?:ve|s) to|need to|responsible for|comply|complies"
    r"|provided that|subject to|only|solely|condition(?:s|ed)? (?:on|that)"
    r"|following (?:conditions?|requirements?|restrictions?))\b|必须|应当|应|须|需|仅|只能|符合以下|满足如下|以下条件"
)
ALLOWS = re2.compile(
    r"\b(?:may|can|permi(?:t|ts|tted)|allow(?:s|ed)?|grants?|granted|free of charge|entitled|welcome to|free to"
    r"|freely|without restriction)\b|可以|即可|特此授予|允许|免费|有权|自由"
)
# A duty laid on the reader in so many words, whatever list the sentence seems to stand in.
BINDS_THE_READER = re2.compile(
    r"\b(?:you|licensees?|users?|recipients?|customers?) (?:\w+ )?(?:must|shall|may not|agrees?|cannot"
    r"|are (?:not )?required|are not (?:allowed|permitted))\b|您(?:必须|应|不得|须)"
)
# Of a notice that goes along with files: it repeats the license.
REPEATS = re2.compile(r"\bin compliance with (?:the|this) licen[cs]e\b|\bhow to apply\b|\bto apply (?:the|this)\b")
# Phrases that look like limits and are none.
UNLIMITED = re2.compile(
    r"\bwithout (?:restriction|limitation)\b|\bnot limited to\b"
    r"|\bwhether or not\b|\bif not\b|\bor not\b|\bno matter\b"
)
# What the licensor does or promises is no duty of the reader.
OF_THE_LICENSOR = re2.compile(r"^\W*(?:we|licensor|the company|our)\b[^,;]{0,40}\b(?:will|shall|may|reserves?|must)\b")
INFORMS = re2.compile(
    r"\b(?:contact|e-?mail|reach out|reach us|report|reporting|questions?|inquir\w+|feedback|learn more|read more"
    r"|stay tuned|sign(?:ing)? up to receive|notifications?|subscribe"
    r"|can be found|is available|are available|available (?:at|here|on)|visit|see (?:the|our)|click(?:ing)?"
    r"|check out"
    r"|reserves? the (?:ability|right) to detect|in the (?:near )?future|will be (?:changed|released|updated))\b"
    r"|联系|邮箱|咨询"
)
INSISTS = re2.compile(
    r"\b(?:must|shall|not|only|solely|unless|require[sd]?|prohibit\w*|agrees?|forbidden)\b|不得|必须|禁止|仅|应|需要"
)
LEGAL = re2.compile(
    r"\b(?:liab(?:le|ility|ilities)|warrant(?:y|ies)|merchantab\w+|damages|indemnif\w+|govern(?:ed|ing)|jurisdiction"
    r"|venue|arbitrat\w+|severab\w+|waivers?|disclaim\w*|as is)\b|保证|责任|管辖|仲裁|损害"
)
TERRITORY = re2.compile(
    r"\b(?:territor(?:y|ies)|countr(?:y|ies)|jurisdictions?|european union|excluding|sanction\w*|embargo\w*|domiciled"
    r"|regions?|worldwide)\b|地区|国家|欧盟"
)
# A definition of what is licensed, by whom and to whom: the scope of a text, not a duty.
SCOPE_TERM = re2.compile(
    r"\b(?:models?|software|materials?|weights?|works?|documentation|licensors?|licensees?|agreement|licen[cs]e|services?"
    r"|we|us|our|you|your|company|data(?:set|base)?s?|checkpoints?|artifacts?|parties|party|entity|code|source|object"
    r"|outputs?|derivatives?|apis?|website|site|platform|products?|content|legal|person|contribut\w+|affiliates?"
    r"|control|complementary|modifications?|technolog\w+)\b|模型|软件|许可|协议|材料|作品|数据"
)

# Words that carry weight wherever they come or go, however they are written.
CHARGED = _set(
    """
    not no never none nor only solely exclusively exclusive non unless except excluding exclude excludes
    excluded without otherwise notwithstanding may must shall should cannot prohibited prohibit prohibits
    forbidden restricted restriction restrictions restrict permitted permit permits permission allowed allow
    allows grant grants granted required require requires commercial noncommercial commercially research
    academic educational education personal internal evaluation nonprofit profit production testing free royalty
    royalties fee fees pay paid payment register registration consent authorization authorisation written
    territory territories worldwide union european military weapons surveillance revenue million billion
    thousand percent users terminate terminated termination revoke revoked revocable irrevocable perpetual
    sublicense sublicensable transferable distribute redistribute distribution modify modification modifications
    derivative derivatives output outputs train training improve compete competing competitive competitors
    competitor reverse engineer disclose display notice attribution indemnify warranty liability arbitration
    patent patents trademark trademarks greater less exceed exceeds exceeding above below minimum maximum filter
    filters watermark watermarks comply prior reasonable
    """
)
# Words for the same thing: one in place of another changes nothing.
ALIKE = {
    word: name
    for name, words in {
        "must": "must shall requires require required needs need",
        "may": "may can permitted permits permit allowed allows allow",
        "forbidden": "prohibited prohibits prohibit forbidden forbids forbid",
        "use": "use usage uses using used utilize utilizes",
        "consent": "consent authorization authorisation",
        "end": "terminate terminates terminated end ends",
    }.items()
    for word in words.split()
}
NARROWING = _set(
    """
    not no never none nor only solely exclusively non must shall should cannot prohibited prohibit prohibits
    forbidden restricted restriction restrictions restrict required require requires noncommercial fee fees pay
    register registration consent authorization authorisation terminate terminated termination revoke revoked
    revocable excluding excluded exclude
    """
)
EXCEPTING = _set(
    """
    unless except without otherwise notwithstanding unlike save
    """
)
WIDENING = _set("free freely permitted permit permits allowed allow allows")
# Of a grant: each makes it wider.
LAVISH = _set("worldwide irrevocable perpetual sublicensable transferable")
UNITS = _set(
    """
    million billion thousand percent days day months month years year hours users active dollars usd eur euros
    employees 万 亿 %
    """
)
CURRENCIES = _set("us usd eur gbp cny rmb jpy cad aud inr krw chf dollar dollars")
# A trigger: what comes after it says from when on a duty or a ban holds.
TRIGGERING = _set(
    """
    more greater over exceed exceeds exceeding above less fewer below least than if where when
    """
)
IDLE = _set(
    """
    is are was were be been being has have had having do does did to of for in on at by with from as it its
    their them they this that these those such which who whom whose what and or both then so also hereby herein
    therein thereof hereof hereunder thereunder there here about into onto upon under via per each any all other
    more between us our your you we i e g eg ie s t etc including includes include limited but please then than
    said same one two 你 您 我 们 的 了 与 和 及 或 将 被 由 于 在 之 其 所 等 该 此 并 且 以 为 是 对 中 上 下
    """
)
HAN_CHARGED = re2.compile(r"不|仅|只|禁|须|必|应|商|授|登|非|除|研|免|可|许")
