from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0002_first_product")]
    operations = [migrations.AddField("Product", "price", models.DecimalField(max_digits=8, decimal_places=2, default=0))]
