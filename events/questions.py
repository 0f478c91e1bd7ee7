"""What an organiser asks the guests of one event, and what they have answered.

Questions are a list in the event, answers a map in the registration; an answer keeps the words of
its question, so that it can still be read when the question is gone. `answers_of` and `cells_of`
are what pages and exports read.
"""

from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MOST_QUESTIONS = 5
LONGEST_QUESTION, LONGEST_ANSWER = 150, 300
MOST_OPTIONS, LONGEST_OPTION = 12, 100
PREFIX = "answer_"  # of form fields


class QuestionKind(TextChoices):
    TEXT = "text", _("Free text")
    CHOICE = "choice", _("One of several")
    YES_NO = "yes_no", _("Yes or no")


YES_NO = [("yes", _("yes")), ("no", _("no"))]


def field_for(question: dict[str, Any]) -> forms.Field:
    shared = {"label": question["label"], "required": question["required"]}
    if question["kind"] == QuestionKind.TEXT:
        return forms.CharField(max_length=LONGEST_ANSWER, **shared)
    given = YES_NO
    if question["kind"] == QuestionKind.CHOICE:
        given = [(option, option) for option in question["options"]]
    return forms.ChoiceField(choices=[("", _("Please choose")), *given], **shared)


def fields_for(event) -> dict[str, forms.Field]:
    return {PREFIX + question["key"]: field_for(question) for question in event.questions}


def answers_in(event, cleaned: dict[str, Any]) -> dict[str, dict[str, str]]:
    """What a registration keeps; questions left open are left out."""
    given = ((question, cleaned.get(PREFIX + question["key"])) for question in event.questions)
    return {
        question["key"]: {"question": question["label"], "answer": answer}
        for question, answer in given
        if answer
    }


def answers_of(row) -> list[tuple[str, str]]:
    """(question, answer), as they were asked."""
    kinds = {question["key"]: question["kind"] for question in row.event.questions}
    return [
        (said["question"], spoken(said["answer"], kinds.get(key)))
        for key, said in row.answers.items()
    ]


def heads_of(event) -> list[str]:
    """One column for each question of the event, see `cells_of`."""
    return [question["label"] for question in event.questions]


def cells_of(event, row) -> list[str]:
    """The answers of `row` below `heads_of(event)`, empty where there is none."""
    return [
        spoken(row.answers.get(question["key"], {}).get("answer", ""), question["kind"])
        for question in event.questions
    ]


def spoken(answer: str, kind: str | None) -> str:
    return str(dict(YES_NO).get(answer, answer)) if kind == QuestionKind.YES_NO else answer


def next_key(taken: set[str]) -> str:
    return next(key for n in range(1, 1000) if (key := f"q{n}") not in taken)


def checked_options(text: str) -> list[str]:
    """One option per line. Raises ValidationError."""
    options = list(
        dict.fromkeys(filter(None, (" ".join(line.split()) for line in text.split("\n"))))
    )
    if not 2 <= len(options) <= MOST_OPTIONS:
        said = gettext("Between two and %(n)s answers, each in a line of its own.")
        raise forms.ValidationError(said % {"n": MOST_OPTIONS})
    if any(len(option) > LONGEST_OPTION for option in options):
        raise forms.ValidationError(
            gettext("An answer has at most %(n)s letters.") % {"n": LONGEST_OPTION}
        )
    return options
