"""Runs inside the peer's own environment: companies, three contacts each, a signed-in session."""

from __future__ import annotations

import sys
from pathlib import Path

import django


def main(names_path: str, cookie_path: str) -> None:
    django.setup()
    from crm.models import (  # type: ignore[import-not-found]  # the peer's environment has it
        Company,
        Contact,
    )
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    owner = get_user_model().objects.get(username="IamSUPER")
    names = Path(names_path).read_text(encoding="utf-8").splitlines()
    Company.objects.bulk_create(
        (
            Company(
                full_name=name,
                phone=f"0731-{10_000_000 + number * 7_919 % 89_999_999}",
                city_name=name[:2],
                email=f"c{number}@example.com",
                owner=owner,
            )
            for number, name in enumerate(names, start=1)
        ),
        batch_size=500,
    )
    ids = Company.objects.order_by("pk").values_list("pk", flat=True)
    Contact.objects.bulk_create(
        (
            Contact(
                first_name=f"伟{part}",
                last_name="王",
                email=f"p{company}-{part}@example.com",
                company_id=company,
                owner=owner,
            )
            for company in ids.iterator()
            for part in range(3)
        ),
        batch_size=500,
    )
    client = Client()
    client.force_login(owner)
    name = settings.SESSION_COOKIE_NAME
    Path(cookie_path).write_text(f"{name}={client.cookies[name].value}", encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
