"""Every text a person reads on screen, by language; a language is one file in locales/."""

import tomllib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "locales"


class Words:
    """The texts of one language.

    >>> Words("en")("tile.empty")
    'No data'
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = language.replace("-", "_")  # as Babel spells it
        self._texts = texts(language)

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of the key with its placeholders filled; KeyError names a missing key."""
        return self._texts[key].format(**values)

    def raw(self, key: str) -> str:
        """Return the text with its placeholders left in, for scripts that fill them."""
        return self._texts[key]

    def tag(self, family: str, key: str) -> str:
        """Return `family.key`, or the key itself for values that come from the data and have no text."""
        return self._texts.get(f"{family}.{key}", key)


def languages() -> tuple[str, ...]:
    """Return the codes of all languages that have a file, Chinese first."""
    return tuple(sorted((path.stem for path in FOLDER.glob("*.toml")), key=lambda code: (code != "zh-CN", code)))


@cache
def texts(language: str) -> dict[str, str]:
    """Return all texts of a language by dotted key; FileNotFoundError for a language without a file."""
    found = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
    return {f"{family}.{key}": text for family, entries in found.items() for key, text in entries.items()}


@cache
def words(language: str) -> Words:
    """Return the texts of a language, read once."""
    return Words(language)
