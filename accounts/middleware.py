from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.actors import NOBODY, Actor
from accounts.history import EditConflict
from dma_crm.problems import is_api, problem


class ActorMiddleware:
    """Every request knows who acts: `request.actor`, NOBODY for a stranger.

    An EditConflict that no page has shown with both versions is still told, as 409.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.actor = SimpleLazyObject(lambda: actor_of(request.user))
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, EditConflict):
            return None
        if is_api(request):
            return problem(409, _("Somebody else was faster"))
        return render(request, "409.html", status=409)


def actor_of(user) -> Actor:
    return Actor.of(user) if user.is_authenticated else NOBODY
