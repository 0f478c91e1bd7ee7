"""Pages whose address is a secret: whoever holds the link may act."""

from functools import wraps

from django.utils.cache import patch_cache_control


def confidential(view):
    """The address is a secret: no Referer for others, no cached copy, nothing in a log.

    "same-origin" and not "no-referrer": with that one browsers send `Origin: null` along with our
    own form, which the check against forged requests refuses.
    """

    @wraps(view)
    def answered(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        patch_cache_control(response, no_store=True, private=True)
        response._has_been_logged = True  # Django logs the address of every 4xx answer otherwise
        return response

    return answered
