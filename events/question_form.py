"""The part of an event's form that holds its questions: some empty rows, no script."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.models import Event
from events.questions import (
    LONGEST_QUESTION,
    MOST_QUESTIONS,
    QuestionKind,
    checked_options,
    next_key,
)

PARTS = ("label", "kind", "options", "required")


def name_of(part: str, n: int) -> str:
    return f"question_{n}_{part}"


def fields() -> dict[str, forms.Field]:
    return {
        name_of(part, n): field
        for n in range(1, MOST_QUESTIONS + 1)
        for part, field in fields_of_one(n).items()
    }


def fields_of_one(n: int) -> dict[str, forms.Field]:
    return {
        "label": forms.CharField(
            label=_("Question %(n)s") % {"n": n}, max_length=LONGEST_QUESTION, required=False
        ),
        "kind": forms.ChoiceField(
            label=_("Kind of answer"), choices=QuestionKind.choices, required=False
        ),
        "options": forms.CharField(
            label=_("Answers to choose from"),
            required=False,
            max_length=1500,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("One per line, if one of several is to be chosen."),
        ),
        "required": forms.BooleanField(label=_("Must be answered"), required=False),
    }


def initial(event: Event | None) -> dict[str, Any]:
    rows = enumerate(event.questions if event else [], start=1)
    return {
        name_of(part, n): "\n".join(one[part]) if part == "options" else one[part]
        for n, one in rows
        for part in PARTS
    }


def questions_in(form, event: Event | None) -> list[dict[str, Any]]:
    """As the event keeps them; a row keeps its key while it holds a question. Adds errors."""
    before = [one["key"] for one in (event.questions if event else [])]
    questions: list[dict[str, Any]] = []
    for n in range(1, MOST_QUESTIONS + 1):
        said = {part: form.cleaned_data.get(name_of(part, n)) for part in PARTS}
        if not said["label"]:
            continue
        kind = said["kind"] or QuestionKind.TEXT
        taken = {*before, *(one["key"] for one in questions)}
        questions.append(
            {
                "key": before[n - 1] if n <= len(before) else next_key(taken),
                "kind": str(kind),
                "label": said["label"],
                "options": options_in(form, n) if kind == QuestionKind.CHOICE else [],
                "required": bool(said["required"]),
            }
        )
    return questions


def options_in(form, n: int) -> list[str]:
    name = name_of("options", n)
    try:
        return checked_options(form.cleaned_data.get(name) or "")
    except forms.ValidationError as error:
        form.add_error(name, error)
        return []
