from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel("Product", [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=100))]),
        migrations.CreateModel("Run", [("id", models.BigAutoField(primary_key=True)), ("host", models.CharField(max_length=100))]),
    ]
