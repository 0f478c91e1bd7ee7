from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.forms.base import EditForm, OnceForm
from contacts.forms.catalogue import NAME_LENGTH
from contacts.models import Employment, Topic
from referrals.models import OrderRule

ADVICE_LENGTH = 1_000
WORDING = {
    "german": ("names", "de"),
    "english": ("names", "en"),
    "advice_german": ("advice", "de"),
    "advice_english": ("advice", "en"),
}
SITUATIONS = [choice for choice in Employment.choices if choice[0] != Employment.UNKNOWN]


def advice_field(label, **more):
    area = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, max_length=ADVICE_LENGTH, widget=area, **more)


class OrderRuleForm(EditForm):
    """The wording in German, which is needed, and in English, which falls back to it."""

    german = forms.CharField(label=_("Name of the funding"), max_length=NAME_LENGTH)
    english = forms.CharField(label=_("Name in English"), max_length=NAME_LENGTH, required=False)
    advice_german = advice_field(
        _("Advice"),
        help_text=_("What comes first, what is at stake, whom to ask: “Before …, first …”."),
    )
    advice_english = advice_field(_("Advice in English"), required=False)
    employments = forms.MultipleChoiceField(
        label=_("For whom"),
        choices=SITUATIONS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None means everybody."),
    )
    topics = forms.ModelMultipleChoiceField(
        label=_("Topics that point to the step"),
        queryset=Topic.objects.filter(active=True),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = (
        "german",
        "step",
        "advice_german",
        "employments",
        "topics",
        "source",
        "source_url",
        "checked_on",
        "valid_from",
        "valid_until",
        "english",
        "advice_english",
        "position",
        "active",
    )

    class Meta:
        model = OrderRule
        fields = (
            "step",
            "employments",
            "valid_from",
            "valid_until",
            "source",
            "source_url",
            "checked_on",
            "position",
            "active",
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, (column, language) in WORDING.items():
            self.initial[name] = getattr(self.instance, column).get(language, "")
        if self.instance.code:
            self.initial["topics"] = [topic.pk for topic in self.instance.topics.all()]

    def clean(self):
        data = super().clean()
        first, last = data.get("valid_from"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day lies before the first."))
        return data

    def wording(self) -> dict:
        """The two columns behind it; wording in further languages stays as it is."""
        texts = {"names": {**self.instance.names}, "advice": {**self.instance.advice}}
        for name, (column, language) in WORDING.items():
            texts[column][language] = self.cleaned_data[name]
        return {
            column: {language: text for language, text in words.items() if text}
            for column, words in texts.items()
        }

    def lists_of(self, record):
        """What a conflict compares besides the columns."""
        for name, (column, language) in WORDING.items():
            yield name, self.fields[name].label, [getattr(record, column).get(language, "")]
        yield "topics", self.fields["topics"].label, [str(row) for row in record.topics.all()]

    def values(self, name: str) -> list[str]:
        given = self.cleaned_data[name]
        return [given] if name in WORDING else [str(row) for row in given]


class NewOrderRuleForm(OnceForm, OrderRuleForm):
    pass
