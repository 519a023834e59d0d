"""Addresses and numbers that reach a person, in text: told alike by Python and by the engine."""

import re

HIDDEN = "•••"
# Neither side may look around a match, so what bounds a number is matched too and put back.
_PATTERNS = (
    (r"[A-Za-z0-9_.+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", HIDDEN),  # e-mail
    (r"(^|[^0-9])[0-9]{15}(?:[0-9]{2}[0-9Xx])?($|[^0-9Xx])", rf"\1{HIDDEN}\2"),  # identity card
    (r"(^|[^0-9.])(?:\+|00)[0-9][0-9 ()-]{7,}[0-9]", rf"\1{HIDDEN}"),  # phone with its country
    (r"(^|[^0-9])1[3-9][0-9](?:[ -]?[0-9]{4}){2}($|[^0-9])", rf"\1{HIDDEN}\2"),  # Chinese mobile
    (r"(^|[^0-9])0[0-9]{2,3}-[0-9]{7,8}($|[^0-9])", rf"\1{HIDDEN}\2"),  # Chinese landline
)
_PASSES = 2  # numbers side by side share what bounds them
_COMPILED = tuple((re.compile(pattern), put) for pattern, put in _PATTERNS)


def masked(text: str) -> str:
    """Return a text without e-mail addresses, phone numbers and numbers of identity cards.

    >>> masked("call 13812345678 or ann@example.org")
    'call ••• or •••'
    """
    for pattern, put in _COMPILED * _PASSES:
        text = pattern.sub(put, text)
    return text


def masked_sql(text: str) -> str:
    """Return SQL for `masked`; most texts hold neither an @ nor seven digits and are left alone at once."""
    told = "kw_text"
    for pattern, put in _PATTERNS * _PASSES:
        told = f"regexp_replace({told}, '{pattern.replace(chr(39), chr(39) * 2)}', '{put}', 'g')"
    suspect = f"contains({text}, '@') OR regexp_matches({text}, '[0-9][0-9 ()-]{{5,}}[0-9]')"
    return f"CASE WHEN {suspect} THEN list_transform([{text}], lambda kw_text: {told})[1] ELSE {text} END"
