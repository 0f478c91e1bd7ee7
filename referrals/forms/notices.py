"""Which notices of the clock go, for one organisation or one person."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.notices import TO, Notice


class NoticesForm(forms.Form):
    """Ticked is what goes. Each box says to whom and when, with the days of this organisation."""

    on = forms.MultipleChoiceField(
        label=_("These messages are sent"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, offered: Iterable[Notice], muted: Iterable[str], target: int, **more):
        self.offered, off = list(offered), set(muted)
        on = [notice.kind for notice in self.offered if notice.kind not in off]
        super().__init__(*args, initial={"on": on}, **more)
        self.fields["on"].choices = [(notice.kind, notice.label) for notice in self.offered]
        self.target = target

    def rows(self) -> list[dict]:
        """Each box with what belongs to it."""
        ticked = set(self["on"].value() or [])
        return [
            {
                "notice": notice,
                "is_on": notice.kind in ticked,
                "to": TO[notice.to],
                "sentence": notice.sentence(self.target),
            }
            for notice in self.offered
        ]

    def muted(self) -> set[str]:
        return {notice.kind for notice in self.offered} - set(self.cleaned_data["on"])
