from django.db import migrations, models


class Migration(migrations.Migration):
    """Only what the program fills in changes; the table stays as it is."""

    dependencies = [
        ("customers", "0003_types_can_be_retired"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="customer",
                    name="stage",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("potential", "Potential"),
                            ("first", "First cooperation"),
                            ("long_term", "Long-term"),
                        ],
                        max_length=12,
                        verbose_name="cooperation stage",
                    ),
                ),
            ],
        ),
    ]
