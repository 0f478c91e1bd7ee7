from contacts.errors import NotWritableError
from contacts.models import Person, PersonState


def check_writable(person: Person) -> None:
    """Ask the row, not the object in hand: it may have been locked meanwhile."""
    if not Person.objects.filter(pk=person.pk, state=PersonState.ACTIVE).exists():
        raise NotWritableError
