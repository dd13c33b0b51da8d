import socket

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Catalogue(AppConfig):
    name = "catalogue"

    def ready(self):
        post_migrate.connect(record, sender=self)


def record(sender, **_):
    sender.get_model("Run").objects.create(host=socket.gethostname())
