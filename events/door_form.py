"""What a phone at the door sends: JSON, read one by one, so that no bad report holds up others."""

import json
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import BadRequest

from contacts.forms.base import TidyForm
from dma_crm.middleware import unstorable
from events.actions import Report
from events.forms import check_mailable
from events.models import TICKET_LENGTH, DoorStep

MOST_REPORTS = 100
LONGEST_WAIT = timedelta(days=7)


class ReportForm(TidyForm, forms.Form):
    """`ago` is how many milliseconds ago it was tapped: clocks of phones are wrong, lapses not."""

    id = forms.UUIDField()
    step = forms.ChoiceField(choices=DoorStep.choices)
    guest = forms.UUIDField(required=False)
    code = forms.CharField(required=False, max_length=TICKET_LENGTH)
    name = forms.CharField(required=False, max_length=120)
    email = forms.EmailField(required=False, max_length=254, validators=[check_mailable])
    over = forms.BooleanField(required=False)
    ago = forms.IntegerField(required=False, min_value=0)

    def clean(self):
        data = super().clean()
        new = data.get("step") == DoorStep.WALK_IN
        if not (data.get("name") if new else data.get("guest") or data.get("code")):
            raise forms.ValidationError("nobody is named")
        return data

    def report(self, at: datetime) -> Report:
        said = self.cleaned_data
        ago = min(said["ago"] or 0, LONGEST_WAIT // timedelta(milliseconds=1))
        return Report(
            id=said["id"],
            step=said["step"],
            said_at=at - timedelta(milliseconds=ago),
            guest_id=said["guest"],
            code=said["code"].upper(),
            name=said["name"],
            email=said["email"],
            over=said["over"],
        )


def reports_in(body: bytes) -> list[dict[str, Any]]:
    """Raises BadRequest on what no page of ours sends."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest("no JSON") from error
    reports = said.get("reports") if isinstance(said, dict) else None
    if not isinstance(reports, list) or len(reports) > MOST_REPORTS:
        raise BadRequest("no list of reports, or a longer one than is taken")
    if not all(isinstance(one, dict) for one in reports):
        raise BadRequest("a report is an object")
    return reports


def form_of(said: dict[str, Any]) -> ReportForm:
    """Texts and numbers as a form would send them; what no column could hold counts as missing."""
    given = {name: value for name, value in said.items() if value is not False}
    texts = {name: str(value) for name, value in given.items() if isinstance(value, str | int)}
    return ReportForm({name: text for name, text in texts.items() if not unstorable(text)})
