"""The language of the terminal: the one asked for, else the locale's, else English."""

import pytest

from data.tongue import CHINESE, ENGLISH, Voice, language_of


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, ENGLISH),
        ({"LANG": "C"}, ENGLISH),
        ({"LANG": "POSIX", "LANGUAGE": "zh_CN"}, ENGLISH),
        ({"LANG": "C.UTF-8", "LANGUAGE": "zh_CN"}, ENGLISH),
        ({"LANG": "en_US.UTF-8"}, ENGLISH),
        ({"LANG": "de_DE.UTF-8"}, ENGLISH),
        ({"LANG": "zh_CN.UTF-8"}, CHINESE),
        ({"LANG": "zh_CN.GB18030"}, CHINESE),
        ({"LANG": "zh"}, CHINESE),
        ({"LANG": "zh_TW.UTF-8"}, CHINESE),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, ENGLISH),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, ENGLISH),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "", "LC_MESSAGES": "zh_CN.UTF-8"}, CHINESE),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de:zh_CN:en"}, CHINESE),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en_US:zh_CN"}, ENGLISH),
        ({"LANG": "zh_CN.UTF-8", "KPI_LANG": "en"}, ENGLISH),
        ({"LC_ALL": "C", "KPI_LANG": "zh-CN"}, CHINESE),
        ({"KPI_LANG": "zh_cn"}, CHINESE),
        ({"KPI_LANG": ""}, ENGLISH),
    ],
)
def test_the_language_is_the_one_asked_for_else_the_locales(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def test_a_language_that_nobody_speaks_is_refused() -> None:
    with pytest.raises(ValueError, match="KPI_LANG: 'klingon' is not spoken here; zh-CN and en are"):
        language_of({"KPI_LANG": "klingon"})


def test_a_voice_says_what_it_has_learnt_in_the_language_it_has_settled_on() -> None:
    voice = Voice()
    assert (voice.told("a text"), voice.in_all("a text")) == ("a text", ("a text",))
    voice.learn(lambda text, language: f"{text} in {language}", lambda text, language: f"# {text}")
    voice.settle({"LANG": "zh_CN.UTF-8"})
    assert (voice.told("a text"), voice.remarked("a text")) == ("a text in zh-CN", "# a text")
    assert voice.in_all("a text") == ("a text in en", "a text in zh-CN")
    voice.settle({})
    assert voice.told("a text") == "a text in en"
