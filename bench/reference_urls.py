"""What a partner API would be without any of our rules: the reference of bench/api.py."""

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


urlpatterns = [
    path("list/", BareList.as_view(**OPEN)),
    path("create/", BareCreate.as_view(**OPEN)),
]
