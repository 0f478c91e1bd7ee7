from accounts import navigation as menus


def navigation(request):
    """The menus of whoever is logged in; a page without a login has none."""
    role = getattr(getattr(request, "actor", None), "role", "")
    if not role:
        return {"main_nav": [], "create_menu": [], "organisation_nav": []}
    return {
        "main_nav": menus.main.shown(role, request.path),
        "create_menu": menus.create.shown(role, request.path),
        "organisation_nav": menus.organisation.shown(role, request.path),
    }
