"""`jishi schemes list|show|save|activate`: the rules of scoring as files."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jishi.cli.common import RefusedError, ready
from jishi.cli.output import print_json, print_table


if TYPE_CHECKING:
    from jishi.analytics.scheme import Scheme
    from jishi.scoring.models import SchemeVersion

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[
    str, typer.Argument(metavar="KEY|ID", help="KEY, KEY.VERSION or the number of `schemes list`.")
]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The rules that scores and tiers follow.")
    group.callback(invoke_without_command=True)(schemes)
    group.command("list")(list_schemes)
    group.command("show")(show)
    group.command("save")(save)
    group.command("activate")(activate)
    app.add_typer(group, name="schemes")


def schemes(context: typer.Context, as_json: AsJson = False) -> None:
    """The rules that scores and tiers follow; without a further word, their list."""
    if context.invoked_subcommand is None:
        list_schemes(as_json=as_json)


def list_schemes(as_json: AsJson = False) -> None:
    """List all versions: the one in force first, then by key, newest first."""
    ready()
    from jishi.scoring.queries import scheme_versions

    _setup()
    rows = [_row(one) for one in scheme_versions(by=None)]
    if as_json:
        print_json(rows)
        return
    names = ("id", "key", "version", "status", "months", "zh", "en", "note")
    columns = [(name, "right" if name in ("id", "version", "months") else "left") for name in names]
    print_table(columns, [[row[name] for name in names] for row in rows])


def show(
    name: Name,
    as_json: AsJson = False,
    as_yaml: Annotated[
        bool, typer.Option("--yaml", help="Print YAML that `save` reads (the default).")
    ] = False,
) -> None:
    """Print a whole scheme, to read, keep, or change and save again."""
    if as_json and as_yaml:
        raise RefusedError("Choose --json or --yaml.")
    ready()
    _setup()
    scheme = _found(name).scheme
    if as_json:
        print_json(scheme.model_dump(mode="json"))
        return
    typer.echo(as_text(scheme), nl=False)


def save(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="YAML or JSON; - reads stdin.")],
    tiers: Annotated[
        str, typer.Option(help="Take the tiers of a preset instead, such as `vip_gold`.")
    ] = "",
    note: Annotated[str, typer.Option(help="Why: the next person has to understand it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check a scheme and keep it as a draft: the next version of its key."""
    ready()
    from django.core.exceptions import ValidationError
    from django.utils import timezone

    from jishi.scoring.services.schemes import scheme_save

    _setup()
    body = _read(path)
    if tiers:
        body["tiers"] = tiers_named(tiers)
    try:
        version = scheme_save(by=None, body=body, now=timezone.now(), note=note)
    except ValidationError as error:
        raise RefusedError(
            "\n".join([f"{path} is not a scheme yet; nothing was saved.", *error.messages])
        ) from error
    if as_json:
        print_json(_row(version))
        return
    spot = f"{version.key}.{version.number}"
    typer.echo(
        f"{version.name('en')} is kept as the draft {spot}.\n"
        f"`jishi schemes activate {spot}` puts it in force."
    )


def activate(name: Name, as_json: AsJson = False) -> None:
    """Put a version in force; the one before it retires. A key alone means its newest version."""
    ready()
    from django.utils import timezone

    from jishi.scoring.enums import SchemeStatus
    from jishi.scoring.models import SchemeVersion
    from jishi.scoring.services.schemes import scheme_activate

    _setup()
    version = SchemeVersion.objects.filter(key=name).order_by("-number", "pk").first()
    version = version or _found(name)
    was = version.status == SchemeStatus.ACTIVE
    if not was:
        version = scheme_activate(
            by=None, scheme_version_id=version.pk, version=version.version, now=timezone.now()
        )
    if as_json:
        print_json(_row(version))
        return
    title = f"{version.name('en')} v{version.number}"
    typer.echo(
        f"{title} is in force already."
        if was
        else f"{title} is in force. `jishi score` grades everybody by it."
    )


def tiers_named(preset: str) -> list[dict[str, Any]]:
    """The tiers of a preset.

    Raises:
        RefusedError: no such preset.
    """
    from jishi.scoring.vocabulary import tier_presets

    known = tier_presets()
    if preset not in known:
        raise RefusedError(f"There are no tiers called {preset!r}. Use one of: {', '.join(known)}.")
    return known[preset]


def as_text(scheme: Scheme) -> str:
    """A scheme as YAML, numbers as people write them, without what is not set."""
    import yaml

    body = _plain(scheme.model_dump(exclude_none=True))
    body["window_months"] = scheme.window_months
    return str(yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=100))


def _plain(value: Any) -> Any:
    """What YAML knows: exact numbers where it has them, text where it would round.

    >>> _plain({"a": (Decimal("40.000"), Decimal("0.1"), Decimal("0.1000000000000000055"))})
    {'a': [40, 0.1, '0.1000000000000000055']}
    """
    if isinstance(value, dict):
        kept = {key: _plain(one) for key, one in value.items()}
        return {key: one for key, one in kept.items() if one not in ("", [])}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        if value == value.to_integral_value():
            return int(value)
        return float(value) if Decimal(repr(float(value))) == value else str(value)
    return str(value) if isinstance(value, str) else value


def _read(path: Path) -> dict[str, Any]:
    import sys

    import yaml

    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
        body = yaml.safe_load(text)
    except FileNotFoundError:
        raise RefusedError(f"There is no file {path}.") from None
    except UnicodeDecodeError:
        raise RefusedError(f"{path} is not text in UTF-8.") from None
    except yaml.YAMLError as error:
        raise RefusedError(f"{path} is neither YAML nor JSON: {error}") from error
    if not isinstance(body, dict):
        raise RefusedError(
            f"{path} holds no scheme. `jishi schemes show KEY` prints one to start from."
        )
    return body


def _setup() -> None:
    from django.utils import timezone

    from jishi.scoring.services.schemes import schemes_setup

    schemes_setup(by=None, now=timezone.now())


def _found(name: str) -> SchemeVersion:
    from jishi.scoring.models import SchemeVersion
    from jishi.scoring.queries import scheme_named

    found = (
        SchemeVersion.objects.filter(pk=int(name)).order_by("pk").first()
        if name.isdecimal() and len(name) < 10
        else scheme_named(name)
    )
    if found is None:
        raise RefusedError(f"There is no scheme {name!r}. `jishi schemes` lists them.")
    return found


def _row(one: SchemeVersion) -> dict[str, Any]:
    months = one.body["window_months"]
    return {
        "id": one.pk,
        "key": one.key,
        "version": one.number,
        "status": one.status,
        "months": "all" if months is None else months,
        "zh": one.name_zh,
        "en": one.name_en,
        "note": one.note,
    }
