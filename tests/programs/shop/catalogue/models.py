from django.db import models


class Product(models.Model):
    name = models.CharField(max_length=100)
    price = models.DecimalField(max_digits=8, decimal_places=2, default=0)


class Run(models.Model):
    """Records a run of `migrate` on a host."""

    host = models.CharField(max_length=100)
