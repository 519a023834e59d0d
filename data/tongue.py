"""In which language this process speaks to whoever started it (docs/decisions/0034)."""

from collections.abc import Callable, Mapping

OWN = "KPI_LANG"
ENGLISH, CHINESE = LANGUAGES = "en", "zh-CN"
Telling = Callable[[str, str], str]  # (text, language) -> the text in it
LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts


def language_of(environment: Mapping[str, str]) -> str:
    """Return "zh-CN" or "en": KPI_LANG, else the locale as other programs read it; without one English.

    Raises ValueError for a KPI_LANG that is neither.
    """
    if own := environment.get(OWN):
        if (found := _known(own)) is None:
            raise ValueError(f"{OWN}: {own!r} is not spoken here; {CHINESE} and {ENGLISH} are")
        return found
    locale = next((environment[name] for name in LOCALES if environment.get(name)), "C")
    if locale.partition(".")[0] in ("C", "POSIX"):
        return ENGLISH
    wishes = [*environment.get("LANGUAGE", "").split(":"), locale]
    return next((found for wish in wishes if (found := _known(wish)) is not None), ENGLISH)


def _known(locale: str) -> str | None:
    start = locale.lower().replace("-", "_").partition("_")[0].partition(".")[0]
    return {"zh": CHINESE, "en": ENGLISH}.get(start)


class Voice:
    """What the terminal says, in the language of whoever is there.

    A process has one terminal, so it has one voice, VOICE. The rooms speak English; app.py lets the voice learn what
    tells their sentences in other languages, and each call of the command line settles which one.
    """

    def __init__(self) -> None:
        self.language = ENGLISH
        self._tell: Telling = lambda text, language: text
        self._remark: Telling = self._tell

    def learn(self, tell: Telling, remark: Telling) -> None:
        """Take what tells a text of the rooms in a language, and what tells the remarks of a YAML text so."""
        self._tell, self._remark = tell, remark

    def settle(self, environment: Mapping[str, str]) -> None:
        """Speak the language of the environment from now on; raises ValueError for one that nobody speaks."""
        self.language = ENGLISH
        self.language = language_of(environment)

    def told(self, text: str) -> str:
        """Return a text of the rooms as the terminal says it."""
        return self._tell(text, self.language)

    def in_all(self, text: str) -> tuple[str, ...]:
        """Return a text of the rooms in every language, English first; once where it is the same."""
        return tuple(dict.fromkeys(self._tell(text, language) for language in LANGUAGES))

    def remarked(self, text: str) -> str:
        """Return a YAML text with its remarks as the terminal says them; what is no remark stays."""
        return self._remark(text, self.language)


VOICE = Voice()
