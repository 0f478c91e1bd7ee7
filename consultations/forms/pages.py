"""The forms around a consultation that stands: filters, correction, confidential note."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from consultations.forms.base import LARGEST, FactsForm, Note
from consultations.models import ConsultationChannel, ConsultationKind, ConsultationResult
from consultations.notes import REASON_LENGTH
from contacts.forms.base import TidyForm
from contacts.models import Topic


class CorrectionForm(FactsForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=ConsultationKind.choices)
    result = forms.ChoiceField(label=_("Result"), choices=ConsultationResult.choices)
    reason = forms.CharField(label=_("Reason for the correction"), max_length=REASON_LENGTH)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=LARGEST)

    def __init__(self, *args, consultation, **kwargs):
        super().__init__(*args, **kwargs)
        known = Q(active=True) | Q(consultations=consultation)
        self.fields["topics"].queryset = Topic.objects.filter(known).distinct()

    @property
    def changes(self) -> dict:
        return self.facts | {"summary": self.cleaned_data["summary"]}


class ReadNoteForm(TidyForm, forms.Form):
    reason = forms.CharField(
        label=_("Why do you need to read it?"), max_length=REASON_LENGTH, required=False
    )


class WriteNoteForm(forms.Form):
    text = Note(label=_("Confidential note"), rows=5, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=LARGEST)


class ConsultationFilter(TidyForm, forms.Form):
    """The filters of the list, as they stand in its address."""

    advisor = forms.ChoiceField(label=_("Advised by"), required=False)
    topic = forms.ModelChoiceField(
        label=_("Topic"),
        queryset=Topic.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("All topics"),
    )
    channel = forms.ChoiceField(
        label=_("Channel"),
        required=False,
        choices=[("", _("All channels")), *ConsultationChannel.choices],
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("All kinds")), *ConsultationKind.choices],
    )
    since = forms.DateField(label=_("From"), required=False)
    until = forms.DateField(label=_("Until"), required=False)

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["topic"].queryset = Topic.objects.all()
        names = User.objects.filter(role=Role.ADVISOR).values_list("pk", "name")
        whole = _("All advisors")
        first = [("", _("Mine")), ("all", whole)] if self.is_advisor else [("", whole)]
        self.fields["advisor"].choices = [*first, *((str(pk), name) for pk, name in names)]

    @property
    def is_advisor(self) -> bool:
        return self.actor.role == Role.ADVISOR

    def clean(self):
        data = super().clean()
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", gettext("The end lies before the beginning."))
        return data

    def apply(self, rows):
        """Without a choice an advisor sees their own, managers see all."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        advisor = given.get("advisor") or (self.actor.user_id if self.is_advisor else "all")
        if advisor != "all":
            rows = rows.filter(advisor_id=advisor)
        if "topic" in given:
            rows = rows.filter(topics=given["topic"])
        if "channel" in given:
            rows = rows.filter(channel=given["channel"])
        if "kind" in given:
            rows = rows.filter(kind=given["kind"])
        if "since" in given:
            rows = rows.filter(held_on__gte=given["since"])
        if "until" in given:
            rows = rows.filter(held_on__lte=given["until"])
        return rows
