from django.db import migrations


def add(apps, _):
    apps.get_model("catalogue", "Product").objects.create(name="teapot")


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]
    operations = [migrations.RunPython(add)]
