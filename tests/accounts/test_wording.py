import re

from django.utils.translation import gettext

from accounts import wording

ADDRESSED_AS_DU = re.compile(r"\b(du|dich|dir|dein\w*|gib|bitte versuche|habe Geduld)\b", re.I)


def test_sentences_of_the_library_say_sie():
    assert [text for text in wording.ADDRESSED if ADDRESSED_AS_DU.search(gettext(text))] == []


def test_every_listed_sentence_is_reworded():
    listed = wording.ADDRESSED + wording.PLAIN

    assert [text for text in listed if gettext(text) == text] == []
