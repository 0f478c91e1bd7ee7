"""The agency's demo accounts. Whoever makes partners makes their users with `make_user`."""

from accounts.models import Role, User
from dma_crm.demo import PASSWORD, Demo

TEAM = [
    ("beratung@dma.example", "Anke Brandt", Role.ADVISOR),
    ("beratung2@dma.example", "Jörg Öztürk", Role.ADVISOR),
    ("beratung3@dma.example", "Małgorzata Groß", Role.ADVISOR),
    ("leitung@dma.example", "Dr. Heike Lüders", Role.MANAGER),
    ("admin@dma.example", "Tobias Weiß", Role.ADMIN),
]


def make_team(demo: Demo) -> None:
    """Puts them into `demo.made` as "advisors", "manager" and "admin"."""
    users = [make_user(demo, email, name, role) for email, name, role in TEAM]
    demo.made["advisors"] = [user for user in users if user.role == Role.ADVISOR]
    demo.made["manager"] = next(user for user in users if user.role == Role.MANAGER)
    demo.made["admin"] = next(user for user in users if user.role == Role.ADMIN)


def make_user(demo: Demo, email: str, name: str, role: str, organisation=None) -> User:
    return User.objects.create_user(
        email,
        PASSWORD,
        name=name,
        role=role,
        organisation=organisation,
        is_demo=True,
        created_at=demo.now,
        modified_at=demo.now,
    )
