"""The members of HSDS that we fill, for the OpenAPI document. Those not required may be missing."""

from rest_framework import serializers

STATUSES = ["active", "temporarily closed"]


def optional(field=serializers.CharField, **kwargs):
    return field(required=False, **kwargs)


class HsdsTaxonomy(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()


class HsdsTaxonomyTerm(serializers.Serializer):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    taxonomy_id = serializers.UUIDField()
    language = serializers.CharField()
    taxonomy = HsdsTaxonomy()


class HsdsAttribute(serializers.Serializer):
    """A topic or a phase the service is meant for."""

    id = serializers.UUIDField()
    link_id = serializers.UUIDField()
    link_entity = serializers.CharField()
    link_type = serializers.CharField(help_text="topic or stage")
    value = serializers.CharField()
    taxonomy_term_id = serializers.UUIDField()
    taxonomy_term = HsdsTaxonomyTerm()


class HsdsAddress(serializers.Serializer):
    id = serializers.UUIDField()
    location_id = serializers.UUIDField()
    address_1 = serializers.CharField()
    city = serializers.CharField()
    state_province = serializers.CharField(allow_blank=True)
    postal_code = serializers.CharField()
    country = serializers.CharField()
    address_type = serializers.CharField()


class HsdsLocation(serializers.Serializer):
    id = serializers.UUIDField()
    location_type = serializers.CharField()
    organization_id = serializers.UUIDField()
    name = serializers.CharField()
    addresses = HsdsAddress(many=True)


class HsdsServiceAtLocation(serializers.Serializer):
    id = serializers.UUIDField()
    service_id = serializers.UUIDField()
    location_id = serializers.UUIDField()
    location = HsdsLocation()


class HsdsServiceArea(serializers.Serializer):
    id = serializers.UUIDField()
    service_id = serializers.UUIDField()
    name = serializers.CharField()
    extent = serializers.CharField(help_text="The beginning of the postcodes.")
    extent_type = serializers.CharField()


class HsdsLanguage(serializers.Serializer):
    id = serializers.UUIDField()
    service_id = serializers.UUIDField()
    name = serializers.CharField()
    code = serializers.CharField()


class HsdsContact(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    email = optional(serializers.EmailField)


class HsdsPhone(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.CharField()


class HsdsOrganization(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    alternate_name = optional()
    description = serializers.CharField()
    email = optional(serializers.EmailField)
    website = optional(serializers.URLField)


class HsdsService(serializers.Serializer):
    """A service as docs.openreferral.org describes it."""

    id = serializers.UUIDField()
    organization_id = serializers.UUIDField()
    name = serializers.CharField()
    description = optional()
    email = optional(serializers.EmailField)
    status = serializers.ChoiceField(choices=STATUSES)
    alert = optional()
    fees_description = optional()
    eligibility_description = optional()
    assured_date = optional(serializers.DateField)
    last_modified = serializers.DateTimeField()
    organization = HsdsOrganization()
    languages = HsdsLanguage(many=True)
    service_areas = HsdsServiceArea(many=True)
    service_at_locations = HsdsServiceAtLocation(many=True)
    contacts = HsdsContact(many=True)
    phones = HsdsPhone(many=True)
    attributes = HsdsAttribute(many=True)


class HsdsPageAnswer(serializers.Serializer):
    """A page as the specification's own API answers it."""

    total_items = serializers.IntegerField()
    total_pages = serializers.IntegerField()
    page_number = serializers.IntegerField()
    size = serializers.IntegerField(help_text="Services on this page.")
    first_page = serializers.BooleanField()
    last_page = serializers.BooleanField()
    empty = serializers.BooleanField()
    contents = HsdsService(many=True)
