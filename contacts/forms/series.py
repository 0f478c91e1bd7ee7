"""A series with its steps."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.forms.base import TidyForm
from contacts.forms.catalogue import WordedForm
from contacts.models import FollowUpSeries, MailTemplate, SeriesStep, StepUnit
from contacts.models.series import LONGEST

MOST_STEPS = 12
SPARE_STEPS = 2


class StepForm(TidyForm, forms.ModelForm):
    """A task for whoever started the series, or with a template a mail."""

    template = forms.ModelChoiceField(
        label=_("E-mail to the person"),
        queryset=MailTemplate.objects.none(),
        required=False,
        empty_label=_("None: it is a task"),
    )

    class Meta:
        model = SeriesStep
        fields = ["after", "unit", "subject", "template"]

    def __init__(self, *args, templates, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["template"].queryset = templates
        self.fields["unit"].choices = StepUnit.choices
        self.fields["unit"].initial = StepUnit.WEEKS

    def clean(self):
        data = super().clean()
        longest = LONGEST.get(data.get("unit"), 0)
        if longest and (data.get("after") or 0) > longest:
            said = _("At most %(n)s: a series lasts three years at the longest.")
            self.add_error("after", said % {"n": longest})
        return data


class Steps(forms.BaseFormSet):
    @property
    def rows(self) -> list[dict]:
        """As the action wants them; a spare row left alone is none."""
        spare = [form for form in self.extra_forms if not form.has_changed()]
        left_out = [*spare, *self.deleted_forms]
        filled = [form.cleaned_data for form in self.forms if form not in left_out]
        return [{name: data[name] for name in StepForm.Meta.fields} for data in filled]


StepFormSet = forms.formset_factory(
    StepForm,
    formset=Steps,
    extra=SPARE_STEPS,
    max_num=MOST_STEPS,
    absolute_max=MOST_STEPS,
    can_delete=True,
)


class SeriesForm(WordedForm):
    """The name as in every catalogue, and the steps below it."""

    class Meta:
        model = FollowUpSeries
        fields = ["position", "active"]

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(data, *args, **kwargs)
        known = list(self.instance.steps.all()) if self.instance.pk else []
        used = [step.template_id for step in known if step.template_id]
        templates = MailTemplate.objects.filter(Q(active=True) | Q(pk__in=used))
        self.steps = StepFormSet(
            data,
            prefix="steps",
            initial=[forms.model_to_dict(step, StepForm.Meta.fields) for step in known],
            form_kwargs={"templates": templates},
        )

    def clean(self):
        data = super().clean()
        if not self.steps.is_valid():
            raise forms.ValidationError(_("Please look at the steps again."))
        if not self.steps.rows:
            raise forms.ValidationError(_("A series needs at least one step."))
        return data

    def row_values(self) -> dict:
        return super().row_values() | {"steps": self.steps.rows}
