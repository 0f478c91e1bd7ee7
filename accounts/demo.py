"""The agency's demo accounts. Whoever makes partners makes their users with `make_user`."""

from datetime import datetime

from django.contrib.auth.hashers import make_password

from accounts.models import Role, User
from dma_crm.demo import PASSWORD, Demo, local, register

TEAM = [
    ("beratung@dma.example", "Anke Brandt", Role.ADVISOR, True),
    ("j.oeztuerk@dma.example", "Jörg Öztürk", Role.ADVISOR, False),
    ("m.gross@dma.example", "Małgorzata Groß", Role.ADVISOR, False),
    ("leitung@dma.example", "Dr. Heike Lüders", Role.MANAGER, True),
    ("admin@dma.example", "Tobias Weiß", Role.ADMIN, True),
]


def make_team(demo: Demo) -> None:
    """Puts them into `demo.made` as "advisors" (the demo account first), "manager" and "admin"."""
    demo.made["password"] = make_password(PASSWORD)  # once: a hash takes as long as 500 rows
    users = [make_user(demo, email, name, role, login=login) for email, name, role, login in TEAM]
    demo.made["advisors"] = [user for user in users if user.role == Role.ADVISOR]
    demo.made["manager"] = next(user for user in users if user.role == Role.MANAGER)
    demo.made["admin"] = next(user for user in users if user.role == Role.ADMIN)
    User.objects.filter(pk=users[0].pk).update(deputy=users[1])


def make_user(
    demo: Demo, email: str, name: str, role: str, organisation=None, *, login: bool = True
) -> User:
    """Without `login` a colleague who is there to be seen: no password opens that account."""
    return User.objects.create(
        email=email,
        password=demo.made["password"] if login else make_password(None),
        name=name,
        role=role,
        organisation=organisation,
        is_demo=True,
        created_at=since(demo),
        modified_at=since(demo),
    )


def since(demo: Demo) -> datetime:
    """The team was there before its first founder."""
    return local(demo.workdays[0], minute=9 * 60)


register(make_team, order=10)
