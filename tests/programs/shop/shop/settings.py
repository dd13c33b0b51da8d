"""Settings: constants, values from the settings file, and the database in DATABASE_URL."""

import json
import os
import urllib.parse

with open(os.environ["SHOP_SETTINGS"]) as file:
    FILE = json.load(file)

SECRET_KEY = FILE["secret_key"]
GREETING = FILE["greeting"]
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "catalogue"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True

url = urllib.parse.urlsplit(os.environ["DATABASE_URL"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.path[1:],
        "USER": url.username,
        "PASSWORD": urllib.parse.unquote(url.password),
        "HOST": url.hostname,
        "PORT": url.port,
    }
}
