"""Rules on the order of steps: their pages under Verwaltung, and what has been looked into."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import agency_required, role_required
from accounts.models import Role
from contacts.forms.catalogue import code_of
from contacts.models import Person, Startup
from contacts.views.editing import create_page, edit_page
from referrals import order_notes
from referrals.actions import order_rules as actions
from referrals.forms.order_rules import NewOrderRuleForm, OrderRuleForm
from referrals.models import OrderRule

FORM = "referrals/order_rule_form.html"
MOST_ROWS = 500


@agency_required
@require_safe
def order_rules(request):
    """Whole, as the other catalogues: it is as long as a person can word it."""
    rules = OrderRule.objects.visible_to(request.actor).prefetch_related("topics")[:MOST_ROWS]
    today = timezone.localdate()
    context = {
        "rules": [order_notes.row_of(rule, today) for rule in rules],
        "may_edit": request.actor.role in actions.RULE_EDITORS,
    }
    return render(request, "referrals/order_rules.html", context)


@role_required(Role.MANAGER, Role.ADMIN)
@require_http_methods(["GET", "POST"])
def order_rule_create(request):
    initial = {"checked_on": timezone.localdate(), "position": 99}
    form = NewOrderRuleForm(request.POST or None, user_id=request.user.pk, initial=initial)
    context = {"cancel_url": reverse("referrals:order_rules")}
    create = partial(create_rule, request, form)
    return create_page(request, form, create, model=OrderRule, template=FORM, context=context)


def create_rule(request, form, *, id) -> OrderRule:
    rule = actions.create_order_rule(
        **form.changes(),
        **form.wording(),
        code=code_of(form.cleaned_data["german"]),
        topics=form.cleaned_data["topics"],
        id=id,
        by=request.actor,
        at=timezone.now(),
    )
    messages.success(request, _("%(name)s has been created.") % {"name": rule.label})
    return rule


@role_required(Role.MANAGER, Role.ADMIN)
@require_http_methods(["GET", "POST"])
def order_rule_edit(request, code):
    rule = get_object_or_404(OrderRule.objects.visible_to(request.actor), code=code)
    form = OrderRuleForm(request.POST or None, record=rule)
    context = {
        "cancel_url": reverse("referrals:order_rules"),
        "history": order_notes.history_of(rule),
    }
    save = partial(save_rule, request, rule, form)
    return edit_page(request, form, save, record=rule, template=FORM, context=context)


def save_rule(request, rule, form, *, version):
    actions.update_order_rule(
        rule=rule,
        changes=form.changes() | form.wording(),
        topics=form.cleaned_data["topics"],
        version=version,
        by=request.actor,
        at=timezone.now(),
    )
    messages.success(request, _("Saved."))


@role_required(Role.ADVISOR)
@require_POST
def order_check(request, code):
    """ "Geprüft": from a form (HTMX) the row says so, from a case page one comes back to it."""
    rule, about = checked(request, code)
    check = actions.check_order_rule(rule=rule, **about, by=request.actor, at=timezone.now())
    if request.htmx:
        context = {"check": check, "about": order_notes.About(**about)}
        return render(request, "referrals/_order_checked.html", context)
    said = _("%(name)s: noted as looked into.") % {"name": rule.label}
    messages.success(request, said)
    return redirect(about["startup"] or about["person"])


@role_required(Role.ADVISOR)
@require_POST
def order_reopen(request, code):
    rule, about = checked(request, code)
    actions.reopen_order_rule(rule=rule, **about)
    if request.htmx:
        return render(request, "referrals/_order_reopened.html", {"rule": rule})
    messages.success(request, _("%(name)s: you are warned again.") % {"name": rule.label})
    return redirect(about["startup"] or about["person"])


def checked(request, code) -> tuple[OrderRule, dict]:
    """The rule, and the venture or person that the form names."""
    rule = get_object_or_404(OrderRule.objects.visible_to(request.actor), code=code)
    startup, person = request.POST.get("order_startup"), request.POST.get("order_person")
    if not (startup or person):
        raise BadRequest
    if startup:
        rows = Startup.objects.visible_to(request.actor)
        return rule, {"startup": get_object_or_404(rows, reference=startup), "person": None}
    rows = Person.objects.visible_to(request.actor)
    return rule, {"startup": None, "person": get_object_or_404(rows, reference=person)}


@role_required(Role.ADVISOR)
@require_POST
def order_warnings(request, reference):
    """What the guard says to the days as they stand in the form of a venture; changes nothing."""
    rows = Startup.objects.visible_to(request.actor).select_related("stage")
    startup = get_object_or_404(rows, reference=reference)
    noted = order_notes.of_dates(startup, request.POST, at=timezone.now())
    context = {"order": noted, "in_form": True, "unfold": True}
    return render(request, "referrals/_order_warnings.html", context)
