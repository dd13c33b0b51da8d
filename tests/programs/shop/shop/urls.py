"""Serves a page that needs the settings file and a row of a migrated table, and the probe's page, which needs the database."""

from catalogue.models import Product
from django.conf import settings
from django.http import JsonResponse
from django.urls import path


def home(_):
    return JsonResponse({"greeting": settings.GREETING, "products": list(Product.objects.values_list("name", flat=True))})


def health(_):
    return JsonResponse({"products": Product.objects.count()})


urlpatterns = [path("", home), path("healthz", health)]
