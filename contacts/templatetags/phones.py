import phonenumbers
from django import template

register = template.Library()


@register.filter
def phone(number: str) -> str:
    """A stored number as people write it (DIN 5008 groups by blanks); others stay as typed."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
