from django.urls import include, path

from referrals import words
from referrals.views import (
    answer,
    asking,
    creating,
    detail,
    exports,
    feedback,
    lists,
    needs,
    notices,
    order_rules,
    round_table,
    services,
    worklist,
)

app_name = "referrals"
urlpatterns = [
    path("vermittlungen/", lists.referrals, name="referrals"),
    path("vermittlungen/export.csv", exports.referrals_csv, name="referrals_csv"),
    path("vermittlungen/export.xlsx", exports.referrals_xlsx, name="referrals_xlsx"),
    path("vermittlungen/neu/", creating.referral_create, name="referral_create"),
    path("vermittlungen/neu/vorschau/", creating.proposal, name="proposal"),
    path("vermittlungen/<str:reference>/", detail.referral, name="referral"),
    path("vermittlungen/<str:reference>/zustaendig/", detail.reassign, name="reassign"),
    path("vermittlungen/<str:reference>/erinnern/", detail.remind, name="remind"),
    *[
        path(
            f"vermittlungen/<str:reference>/{word}/",
            detail.act,
            {"verb": verb},
            name=words.url_name(verb),
        )
        for verb, word in words.PATHS.items()
    ],
    path("vermittlungen/<str:reference>/stattdessen/", asking.replace, name="replace"),
    path("vermittlungen/<str:reference>/alternativen/", asking.alternatives, name="alternatives"),
    path("anliegen/", needs.needs, name="needs"),
    path("anliegen/festgefahren/", needs.stuck_needs, name="stuck_needs"),
    path("anliegen/runder-tisch/", round_table.round_table, name="round_table"),
    path("anliegen/runder-tisch/alle/", round_table.round_table_all, name="round_table_all"),
    path("anliegen/runder-tisch/entscheidung/", round_table.decide, name="round_table_decide"),
    path("anliegen/<str:reference>/", needs.need, name="need"),
    path("anliegen/<str:reference>/anfragen/", asking.need_ask, name="need_ask"),
    path(
        "anliegen/<str:reference>/anfragen/vorschau/",
        asking.need_ask_preview,
        name="need_ask_preview",
    ),
    path(
        "anliegen/<str:reference>/andere-zurueckziehen/",
        needs.withdraw_others,
        name="withdraw_others",
    ),
    path("anliegen/<str:reference>/erledigt/", needs.settle, name="need_settle"),
    path("anliegen/<str:reference>/vormerken/", needs.need_table, name="need_table"),
    path("anliegen/<str:reference>/nicht-vormerken/", needs.need_untable, name="need_untable"),
    path("vermittlungen/<str:reference>/schritt/<str:path>/", worklist.step, name="step"),
    path("", include("referrals.introductions.urls")),
    path("antwort/<str:token>/", answer.answer, name="answer"),
    path("antwort/<str:token>/neuer-link/", answer.answer_renew, name="answer_renew"),
    path("antwort/<str:token>/<str:path>/", answer.answer_act, name="answer_act"),
    path("rueckmeldung/<str:token>/", feedback.feedback, name="feedback"),
    path("rueckmeldung/<str:token>/danke/", feedback.feedback_thanks, name="feedback_thanks"),
    path("rueckmeldung/<str:token>/keine-fragen/", feedback.feedback_stop, name="feedback_stop"),
    path("wirkung/<str:token>/", feedback.impact, name="impact"),
    path("wirkung/<str:token>/danke/", feedback.impact_thanks, name="impact_thanks"),
    path("wirkung/<str:token>/keine-fragen/", feedback.impact_stop, name="impact_stop"),
    path("partner/eigene/leistungen/", services.own_services, name="own_services"),
    path("partner/<str:reference>/leistungen/", services.services, name="services"),
    path("partner/<str:reference>/leistungen/neu/", services.service_create, name="service_create"),
    path(
        "partner/<str:reference>/leistungen/<uuid:pk>/", services.service_edit, name="service_edit"
    ),
    path(
        "partner/<str:reference>/leistungen/<uuid:pk>/voll/",
        services.service_full,
        name="service_full",
    ),
    path("verwaltung/erinnerungen/", notices.notices, name="notices"),
    path("erinnerungen/<slug:kind>/", notices.notice, name="notice"),
    path("erinnerungen/<slug:kind>/vorschau/", notices.notice_preview, name="notice_preview"),
    path("partner/<str:reference>/erinnerungen/", notices.partner_notices, name="partner_notices"),
    path("personen/<str:reference>/erinnerungen/", notices.person_notices, name="person_notices"),
    path("verwaltung/reihenfolge/", order_rules.order_rules, name="order_rules"),
    path("verwaltung/reihenfolge/neu/", order_rules.order_rule_create, name="order_rule_create"),
    path(
        "verwaltung/reihenfolge/<slug:code>/", order_rules.order_rule_edit, name="order_rule_edit"
    ),
    path("reihenfolge/<slug:code>/geprueft/", order_rules.order_check, name="order_check"),
    path("reihenfolge/<slug:code>/wieder-warnen/", order_rules.order_reopen, name="order_reopen"),
    path(
        "startups/<str:reference>/reihenfolge/", order_rules.order_warnings, name="order_warnings"
    ),
]
