"""Every text a person reads on screen, by language: a file in locales/, and one in each folder of a page there."""

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

    def number(self, key: str, count: int, **values: object) -> str:
        """Return the text of the key for a count, {n} unless it is given otherwise; that of `key_one` for 1.

        >>> Words("en").number("data.all_fresh", 1), Words("en").number("data.all_fresh", 4)
        ('The source is up to date', 'All 4 sources are up to date')
        """
        single = f"{key}_one"
        return self(single if count == 1 and single in self._texts else key, **{"n": count, **values})

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
    files = [FOLDER / f"{language}.toml", *sorted(FOLDER.glob(f"*/{language}.toml"))]
    found = {family: entries for file in files for family, entries in tomllib.loads(file.read_text("utf-8")).items()}
    return {f"{family}.{key}": text for family, entries in found.items() for key, text in entries.items()}


@cache
def words(language: str) -> Words:
    """Return the texts of a language, read once."""
    return Words(language)
