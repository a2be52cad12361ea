"""`jishi recipes list|show`."""

from __future__ import annotations

from typing import Annotated

import typer

from jishi.cli.common import RefusedError, ready
from jishi.cli.output import print_json, print_table


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(invoke_without_command=True)
    group.callback()(recipes)
    group.command("list")(list_recipes)
    group.command("show")(show)
    app.add_typer(group, name="recipes")


def recipes(context: typer.Context, as_json: AsJson = False) -> None:
    """Recipes: which files an export consists of, and which column is which field."""
    if context.invoked_subcommand is None:
        list_recipes(as_json)


def list_recipes(as_json: AsJson = False) -> None:
    """List the recipes that came with the product and those that people keep."""
    ready()
    from jishi.ingest.queries import recipes_listed

    rows = [
        {"key": key, "zh": title.get("zh-hans", ""), "en": title.get("en", ""), "shipped": shipped}
        for key, title, shipped in recipes_listed()
    ]
    if as_json:
        print_json(rows)
        return
    print_table(
        [(name, "left") for name in ("key", "zh", "en", "from")],
        [[r["key"], r["zh"], r["en"], "the product" if r["shipped"] else "here"] for r in rows],
    )


def show(
    key: Annotated[str, typer.Argument(help="Key of the recipe.")], as_json: AsJson = False
) -> None:
    """Print a recipe as YAML, ready to be handed on or changed and used with --mapping."""
    ready()
    from jishi.ingest.mapping.recipe import recipe_to_yaml
    from jishi.ingest.queries import recipe_by_key

    recipe = recipe_by_key(key)
    if recipe is None:
        raise RefusedError(f"There is no recipe {key}. `jishi recipes list` shows them.")
    if as_json:
        print_json(recipe.model_dump(mode="json", exclude_defaults=True))
    else:
        typer.echo(recipe_to_yaml(recipe), nl=False)
