from django.utils.functional import SimpleLazyObject

from accounts.actors import NOBODY, Actor


class ActorMiddleware:
    """Every request knows who acts: `request.actor`, NOBODY for a stranger."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.actor = SimpleLazyObject(lambda: actor_of(request.user))
        return self.get_response(request)


def actor_of(user) -> Actor:
    return Actor.of(user) if user.is_authenticated else NOBODY
