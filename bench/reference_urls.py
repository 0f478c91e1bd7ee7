"""What pages and a partner API would be without any of our rules: the references of the benches."""

import uuid

from django import forms
from django.shortcuts import redirect, render
from django.urls import path
from rest_framework import generics, serializers
from rest_framework.permissions import AllowAny

from contacts.models import Topic
from referrals.models import Referral

FLAT = ["id", "reference", "status", "status_since", "reason", "respond_by", "responsible"]
OPEN = {"authentication_classes": [], "permission_classes": [AllowAny]}


class FlatReferral(serializers.ModelSerializer):
    class Meta:
        model = Referral
        fields = [*FLAT, "created_at", "modified_at"]


class FlatTopic(serializers.ModelSerializer):
    class Meta:
        model = Topic
        fields = ["code", "position", "names"]


class BareList(generics.ListAPIView):
    serializer_class = FlatReferral

    def get_queryset(self):
        return Referral.objects.order_by("-modified_at", "-id")[:50]


class BareCreate(generics.CreateAPIView):
    serializer_class = FlatTopic
    queryset = Topic.objects.all()


class BareForm(forms.Form):
    name = forms.CharField(max_length=120)
    email = forms.EmailField(max_length=254)


def bare_form(request):
    """Two fields, one row; what is typed is kept nowhere else."""
    form = BareForm(request.POST or None)
    if form.is_valid():
        code = f"bench-{uuid.uuid4().hex[:20]}"
        Topic.objects.create(code=code, position=99, names=form.cleaned_data)
        return redirect("/thanks/")
    return render(request, "bench/form.html", {"form": form})


urlpatterns = [
    path("form/", bare_form),
    path("list/", BareList.as_view(**OPEN)),
    path("create/", BareCreate.as_view(**OPEN)),
]
