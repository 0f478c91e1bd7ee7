"""Each component with only what it needs: --fail-on-template-vars finds a forgotten guard."""

import pytest
from django import forms
from django.template import engines
from django.template.loader import render_to_string

ITEM = {"kind": "event", "word": "Veranstaltung", "when": "5. November"}
STEPS = [{"label": "Orientierung", "state": "done"}, {"label": "Konzeption", "state": "current"}]
DATA = {"columns": ["Phase", "Anzahl"], "rows": [{"label": "Konzeption", "cells": [{"value": 3}]}]}
FIELDS = [{"label": "Ort", "mine": "Wolfsburg", "theirs": "Gifhorn", "changed": True}]
LINK = {"label": "Offen", "url": "/x/"}


class NameForm(forms.Form):
    name = forms.CharField(label="Name")

    def clean(self):
        raise forms.ValidationError("Beides geht nicht.")


@pytest.mark.parametrize(
    ("name", "context", "expected"),
    [
        ("page_header", {"title": "Personen"}, "<h1>Personen</h1>"),
        ("page_header", {"title": "A", "badge_text": "neu"}, '<span class="tone tone-neutral">neu'),
        ("page_header", {"title": "A", "actions": [LINK]}, 'href="/x/">Offen</a>'),
        ("page_header", {"title": "A", "actions": [LINK | {"post": True}]}, 'action="/x/"'),
        ("empty_state", {"text": "Nichts da."}, "<p>Nichts da.</p>"),
        ("note", {"text": "Achtung"}, "<p>Achtung</p>"),
        ("stepper", {"steps": STEPS}, 'class="is-current" aria-current="step"'),
        ("timeline", {"items": [ITEM]}, '<span class="node node-event" aria-hidden="true">'),
        ("filter_chips", {"chips": [LINK]}, '<a class="chip chip-active" href="/x/">'),
        ("filter_chips", {"chips": []}, ""),
        ("tabs", {"label": "Listen", "tabs": [LINK]}, '<a href="/x/">Offen</a>'),
        ("pager", {"next_url": "?after=1"}, 'href="?after=1" rel="next"'),
        ("pager", {}, ""),
        ("facts", {"rows": [{"term": "Ort", "value": ""}]}, '<span aria-hidden="true">–</span>'),
        (
            "sort_header",
            {"label": "Name", "url": "?s"},
            '<th scope="col"><a class="sort" href="?s">',
        ),
        ("form_actions", {"submit_label": "Los"}, '<button type="submit" class="btn btn-primary">'),
        ("stat", {"value": 3, "label": "offen"}, '<span class="stat-value">3</span>'),
        ("combobox", {"id": "w", "name": "w", "label": "Wer", "url": "/s/"}, 'data-url="/s/"'),
        (
            "chart",
            {"id": "c", "title": "Phasen", "kind": "bar", "data": DATA},
            '<script id="c-data" type="application/json">',
        ),
        (
            "conflict",
            {
                "rows": FIELDS,
                "theirs_by": "T",
                "theirs_at": "heute",
                "version": 2,
                "keep_url": "/x/",
            },
            'name="version" value="2"',
        ),
        ("chart_scripts", {}, "js/charts.js"),
    ],
)
def test_component_needs_only_what_its_comment_names(name, context, expected):
    assert expected in render_to_string(f"components/{name}.html", context)


def test_error_summary_links_each_error_to_its_field():
    made = render_to_string("components/error_summary.html", {"form": NameForm({"name": ""})})
    assert "<li>Beides geht nicht.</li>" in made
    assert '<a href="#id_name" data-field="name">Name: ' in made


def test_error_summary_is_empty_without_errors():
    assert render_to_string("components/error_summary.html", {"form": NameForm()}).strip() == ""


@pytest.mark.parametrize("page", ["400", "403", "404", "429", "500", "503"])
def test_error_pages_need_no_context(page):
    made = render_to_string(f"{page}.html")
    assert made.count("<h1>") == 1
    assert made.lstrip().startswith("<!doctype html>")


def test_crispy_form_brings_the_summary_and_ties_the_error_to_its_field():
    source = "{% load crispy_forms_tags %}{{ form|crispy }}"
    made = engines["django"].from_string(source).render({"form": NameForm({"name": ""})})
    assert made.count("data-error-summary") == 1
    assert 'aria-describedby="id_name_error"' in made
    assert '<div id="id_name_error" class="invalid-feedback">' in made
