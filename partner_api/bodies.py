"""What every body does alike: unknown names are refused, texts and moments read strictly."""

from datetime import UTC

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from contacts.models import PartnerOrganisation, Topic
from referrals.errors import InvalidValueError

TOPICS_HELP = "Codes of topics, at least one; `services/` and `services/hsds/` show those in use."


class StrictSerializer(serializers.Serializer):
    # The context holds `at` and `actor`, and what the view adds. (No docstring: the OpenAPI
    # document would show it for every body that has none of its own.)

    default_error_messages = {"unknown": _("There is no such field here.")}

    def to_internal_value(self, data):
        if isinstance(data, dict):
            self.refuse_unknown(data)
            self.refuse_other_types(data)
        return super().to_internal_value(data)

    def refuse_unknown(self, data: dict) -> None:
        if unknown := sorted(set(data) - set(self.fields)):
            message = self.error_messages["unknown"]
            raise serializers.ValidationError(
                {name: serializers.ErrorDetail(message, "unknown") for name in unknown}
            )

    def refuse_other_types(self, data: dict) -> None:
        """A number is no text and a text no number, whatever could be made of it."""
        fields = {name: self.fields[name] for name in data}
        wrong = {
            name: serializers.ErrorDetail(culprit(field).error_messages["invalid"], "invalid")
            for name, field in fields.items()
            if not is_of_type(field, data[name])
        }
        if wrong:
            raise serializers.ValidationError(wrong)


def is_of_type(field: serializers.Field, value) -> bool:
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return all(is_of_type(field.child, each) for each in value)
    if isinstance(field, serializers.CharField):
        return value is None or isinstance(value, str)
    if isinstance(field, serializers.IntegerField):
        return not isinstance(value, str | bool)
    return True


def culprit(field: serializers.Field) -> serializers.Field:
    return field.child if isinstance(field, serializers.ListField) else field


class EmptyBody(StrictSerializer):
    pass


class OptionalText(serializers.CharField):
    """May be left out or empty, which is the same."""

    def __init__(self, **kwargs):
        super().__init__(required=False, allow_blank=True, default="", **kwargs)


class MomentField(serializers.DateTimeField):
    """RFC 3339 with an offset: a time that could be any of several is refused."""

    default_error_messages = {"naive": _("Please say the offset from UTC, such as Z or +01:00.")}

    def to_internal_value(self, value):
        try:
            moment = parse_datetime(value) if isinstance(value, str) else None
            moment = moment.astimezone(UTC) if moment and moment.tzinfo else moment
        except (ValueError, OverflowError):
            moment = None
        if moment is None:
            self.fail("invalid", format="RFC 3339")
        if moment.tzinfo is None:
            self.fail("naive")
        return moment


class OrganisationField(serializers.PrimaryKeyRelatedField):
    """The id of an organisation in use."""

    def __init__(self, **kwargs):
        rows = PartnerOrganisation.objects.active()
        super().__init__(queryset=rows, pk_field=serializers.UUIDField(), **kwargs)


class CodesField(serializers.ListField):
    """Codes of a catalogue, each once; rows that are in use come out, in the order given."""

    default_error_messages = {"unknown": _("There is no such code: %(code)s.")}

    def __init__(self, model, **kwargs):
        self.model = model
        super().__init__(child=serializers.CharField(max_length=50), max_length=20, **kwargs)

    def to_internal_value(self, data):
        codes = list(dict.fromkeys(super().to_internal_value(data)))
        known = {row.code: row for row in self.model.objects.filter(code__in=codes, active=True)}
        if unknown := [code for code in codes if code not in known]:
            message = self.error_messages["unknown"] % {"code": unknown[0]}
            raise serializers.ValidationError(message, "unknown")
        return [known[code] for code in codes]


def topics_field(**kwargs) -> CodesField:
    return CodesField(Topic, min_length=1, help_text=TOPICS_HELP, **kwargs)


def checked(check, *args, **kwargs):
    """An action's own check of a value, told as a wrong field of the body."""
    try:
        return check(*args, **kwargs)
    except InvalidValueError as error:
        raise serializers.ValidationError(error.message, error.code) from error
