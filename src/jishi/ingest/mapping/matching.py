"""Guessing which column is which field, from headings alone; the person confirms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jishi.ingest.mapping.catalogue import ENTITIES, headings_of, normalised
from jishi.ingest.mapping.units import currency_named, holds_tax, lacks_tax
from jishi.ingest.mapping.vocabulary import BARE_CODES, BARE_NAMES, ORDER_TOTALS


_SURE, _LIKELY = 100, 88
_AMOUNT, _PRICE = ("order_lines", "amount"), ("order_lines", "unit_price")
_TRADE = ("orders", "order_lines")
# Fields of an order line that its amount can come from.
MONEY_OF_LINES = {"amount", *ENTITIES["order_lines"].field("amount").unless}
# Headings that only our own exports write, and only exactly so: "Rev" may be anybody's revenue.
# Where the amounts of each kind of fact come from, the first that is there; and whose currency it is.
_MONEY_FROM = {
    "order_lines": ("orders", ("amount", "unit_price", "amount_with_tax")),
    "payments": ("payments", ("paid_amount",)),
    "returns": ("returns", ("returned_amount",)),
}
_OURS = {"_id": ("customers", "seen_id"), "_rev": ("customers", "seen_version")}
_RARE = 1000  # after every word of a list
_FUZZY_FROM = 5  # shorter headings are alike by chance

_BARE = {normalised(name) for name in (*BARE_CODES, *BARE_NAMES)}
_ORDER_TOTALS = {normalised(name) for name in ORDER_TOTALS}

# Which entity a heading most likely means when several have it.
_PRECEDENCE = list(ENTITIES)
# A sheet that holds one of these fields is about that entity.
_MARKS = {
    "payments": ("paid_on", "paid_amount", "payment_no"),
    "returns": ("returned_on", "returned_quantity", "returned_amount", "return_no"),
    "interactions": ("occurred_on", "channel", "summary"),
    "complaints": ("opened_on", "severity", "complaint"),
    "satisfaction": ("instrument", "score", "answered_on"),
    "ratings": ("criterion", "value", "rated_on"),
    "referrals": ("referred_code", "referred_name", "referred_on"),
    "services": ("service_kind", "hours", "delivered_on"),
}


# Field for the words → field for the code, and the headings that mean the words alone.
_COUNTRY, _CITY = ("customers", "country"), ("customers", "city")
_TWINS = {
    ("customers", "business"): (
        ("customers", "industry"),
        {normalised(name) for name in ("主营业务", "line of business")},
    ),
    ("customers", "city"): (
        ("customers", "region"),
        {normalised(name) for name in ("城市", "所在城市", "city")},
    ),
}


@dataclass(frozen=True)
class Match:
    """One column and the fields it seems to hold."""

    column: str
    fields: tuple[tuple[str, str], ...]  # (entity, field)
    confidence: int  # 0 to 100


def match_columns(columns: list[str], *, entity: str | None = None) -> list[Match]:
    """What each heading means.

    Args:
        columns: the headings.
        entity: look among the fields of this entity only (and its orders, for order lines).
    """
    chosen = _entities_of(columns) if entity is None else _related(entity)
    taken: set[tuple[str, str]] = set()
    found: dict[int, Match] = {}
    for place in sorted(range(len(columns)), key=lambda place: _usualness(columns[place], chosen)):
        column = columns[place]
        pairs, confidence = candidates(column)
        pairs = _in_company(column, columns, pairs)
        fields = [p for p in pairs if p[0] in chosen and p not in taken]
        fields = _one_meaning(fields, chosen)
        fields = [p for p in _with_twin(fields, column, columns) if p not in taken]
        taken |= set(fields)
        found[place] = Match(column, tuple(fields), confidence if fields else 0)
    return [_without_surplus(found[place], taken) for place in range(len(columns))]


def _in_company(
    column: str, columns: list[str], pairs: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """A bare 单位 or 编码 is the customer's in a list of customers. Beside goods, 单位 is what they are
    counted in; whose 编码 it is nobody knows, or it is that of the goods when there are no customers."""
    plain = normalised(column)
    if plain not in _BARE:
        return pairs
    others = {p for name in columns if name != column for p in candidates(name)[0]}
    if not others & {
        ("products", "name"),
        ("order_lines", "product_name"),
        ("order_lines", "quantity"),
    }:
        return pairs
    if plain in map(normalised, BARE_CODES) and not {p[0] for p in others} & {
        "customers",
        "orders",
    }:
        return [("products", "sku")]
    return []


def _usualness(column: str, chosen: list[str]) -> tuple[bool, int]:
    """Which of several headings that mean one field of an order goes first: amounts before tax, then
    the words that stand first in the field's list."""
    plain = normalised(column)
    places = [
        list(map(normalised, ENTITIES[entity].field(field).synonyms)).index(plain)
        for entity, field in headings_of().get(plain, ())
        if entity in _TRADE
        and entity in chosen
        and plain in map(normalised, ENTITIES[entity].field(field).synonyms)
    ]
    return not lacks_tax(column), min(places, default=_RARE)


def _without_surplus(match: Match, taken: set[tuple[str, str]]) -> Match:
    """Beside amounts before tax, those with tax, the tax and its rate say nothing more."""
    surplus = {("order_lines", "tax"), ("order_lines", "tax_rate")}
    if _PRICE in taken and normalised(match.column) in _ORDER_TOTALS:
        return Match(match.column, (), 0)
    if ("order_lines", "amount") in taken:
        surplus.add(("order_lines", "amount_with_tax"))
    elif ("order_lines", "amount_with_tax") in taken:
        surplus = {("order_lines", "tax_rate")} if ("order_lines", "tax") in taken else set()
    kept = tuple(pair for pair in match.fields if pair not in surplus)
    return match if kept == match.fields else Match(match.column, kept, 0)


def _related(entity: str) -> list[str]:
    return ["orders", "order_lines"] if entity in ("orders", "order_lines") else [entity]


def candidates(column: str) -> tuple[list[tuple[str, str]], int]:
    """(entity, field) pairs that the heading may mean, and how surely."""
    pairs, confidence = _by_words(column)
    if holds_tax(column):
        # Sales are kept before tax: what holds it is never taken for them.
        pairs = [("order_lines", "amount_with_tax") if p == _AMOUNT else p for p in pairs
                 if p != _PRICE]  # fmt: skip
    elif lacks_tax(column):
        pairs = [_AMOUNT if p == ("order_lines", "amount_with_tax") else p for p in pairs]
    return pairs, confidence


def _by_words(column: str) -> tuple[list[tuple[str, str]], int]:
    if column.strip() in _OURS:
        return [_OURS[column.strip()]], _SURE
    known = headings_of()
    plain = normalised(column)
    if plain in known:
        return sorted(known[plain], key=_rank), _SURE
    if len(plain) < _FUZZY_FROM and plain.isascii():
        return [], 0
    from rapidfuzz import fuzz, process

    best = process.extractOne(plain, list(known), scorer=fuzz.ratio, score_cutoff=_LIKELY)
    if best is None:
        return [], 0
    return sorted(known[best[0]], key=_rank), int(best[1])


def _rank(pair: tuple[str, str]) -> tuple[int, str]:
    return _PRECEDENCE.index(pair[0]), pair[1]


def _entities_of(columns: list[str]) -> list[str]:
    """The entities a sheet with these headings holds."""
    votes: dict[str, set[str]] = {}
    for column in columns:
        for entity, field in _in_company(column, columns, candidates(column)[0]):
            votes.setdefault(entity, set()).add(field)
    special = [
        name for name, marks in _MARKS.items() if len(votes.get(name, set()) & set(marks)) >= 2
    ]
    lines = votes.get("order_lines", set())
    is_detail = "quantity" in lines and bool(lines & MONEY_OF_LINES)
    if special and not is_detail:
        return [max(special, key=lambda name: len(votes[name]))]
    chosen = ["customers"]
    if lines & {"quantity", *MONEY_OF_LINES} and "ordered_on" in votes.get("orders", set()):
        chosen += ["orders", "order_lines"]
    elif is_detail and "order_no" in lines:
        chosen.append("order_lines")  # the heads of the orders stand elsewhere
    elif votes.get("orders", set()) & {"order_no"} and "ordered_on" in votes["orders"]:
        chosen.append("orders")
    if {"sku", "name"} & votes.get("products", set()) and not (
        votes.get("customers", set()) & {"code", "name"} and len(chosen) == 1
    ):
        chosen.append("products")
    if "contact_name" in votes.get("contacts", set()):
        chosen.append("contacts")
    if not votes.get("customers", set()) & {"code", "name"}:
        chosen.remove("customers")
    return chosen or list(special) or ["customers"]


def _one_meaning(fields: list[tuple[str, str]], chosen: list[str]) -> list[tuple[str, str]]:
    """A heading feeds several entities when it names the same thing in each (a customer's code);
    otherwise only the first of them."""
    shared = {
        "code", "name", "customer_code", "customer_name", "order_no", "sku", "product_name",
    }  # fmt: skip
    together = [p for p in fields if p[1] in shared]
    if together:
        return together
    kept: list[tuple[str, str]] = []
    for pair in fields:
        if pair[0] in chosen and not any(p[0] == pair[0] for p in kept):
            kept.append(pair)
    return kept[:1]


def _with_twin(
    fields: list[tuple[str, str]], column: str, columns: list[str]
) -> list[tuple[str, str]]:
    """What stands for an industry, a region or a country is read as its code, and kept in words.

    Beside a column for the words alone, the other one is the code alone.
    """
    if fields == [_COUNTRY]:
        has_city = any(_CITY in candidates(name)[0] for name in columns)
        return fields if has_city else [_COUNTRY, _CITY]
    if len(fields) != 1 or fields[0] not in _TWINS:
        return fields
    twin, own = _TWINS[fields[0]]
    others = [name for name in columns if name != column and fields[0] in candidates(name)[0]]
    if normalised(column) in own:
        return fields if others else [twin, *fields]
    return [twin] if any(normalised(name) in own for name in others) else [twin, *fields]


def recipe_for(
    sheets: list[dict[str, Any]], *, entity: str | None = None, key: str = "mapping"
) -> dict[str, Any]:
    """A recipe as plain data for these sheets, ready to be shown and changed.

    Args:
        sheets: source (name), file, sheet, columns.
        entity: what the file holds, if the person said so.
    """
    sources: dict[str, Any] = {}
    steps: list[dict[str, Any]] = []
    for sheet in sheets:
        made = _steps_of(sheet, entity)
        if made:
            sources[sheet["source"]] = {"file": sheet["file"], "sheet": sheet["sheet"]}
            steps += made
    order = list(ENTITIES)
    steps.sort(key=lambda step: order.index(step["entity"]))
    recipe = {
        "key": key,
        "title": {"en": "Mapping", "zh-hans": "对应关系"},
        "sources": sources,
        "steps": steps,
    }
    _set_currency(recipe)
    return recipe


def _steps_of(sheet: dict[str, Any], entity: str | None) -> list[dict[str, Any]]:
    fields: dict[str, dict[str, Any]] = {}
    for match in match_columns(sheet["columns"], entity=entity):
        for name, field in match.fields:
            fields.setdefault(name, {})[field] = {"column": match.column}
    for name in list(fields):
        _complete(name, fields)
    steps = []
    for name, mapped in fields.items():
        if not _is_worth_a_step(name, mapped):
            continue
        step: dict[str, Any] = {"entity": name, "source": sheet["source"], "fields": mapped}
        if name == "contacts":
            step["only_with"] = ["contact_name"]
        if name == "products" and len(fields) > 1:
            step["only_with"] = ["sku"] if "sku" in mapped else ["name"]
        steps.append(step)
    return steps


def _complete(name: str, fields: dict[str, dict[str, Any]]) -> None:
    """What a sheet may leave out: a quantity is then one, shown among the constants; orders without a
    number get one from the day and the customer, an order per customer and day."""
    lines = fields["order_lines"] if name == "order_lines" else {}
    if {"amount", "amount_with_tax"} & set(lines) and "quantity" not in lines:
        lines["quantity"] = {"const": "1"}
    if name not in ("orders", "order_lines") or "orders" not in fields:
        return
    head = fields["orders"]
    whose = head.get("customer_code") or head.get("customer_name")
    if "order_no" not in head and whose and "ordered_on" in head:
        number = {"text": [head["ordered_on"], {"const": "/"}, whose]}
        head["order_no"] = number
        if "order_lines" in fields:
            fields["order_lines"]["order_no"] = number


def _set_currency(recipe: dict[str, Any]) -> None:
    """The currency that headings of amounts name: of the whole recipe, or of those orders, payments …
    whose heading names it, where it is shown among the constants."""
    steps = {step["entity"]: step["fields"] for step in recipe["steps"]}
    named = {
        owner: currency_named(next((v.get("column", "") for v in given), ""))
        for name, (owner, givers) in _MONEY_FROM.items()
        if (given := [steps[name][one] for one in givers if one in steps.get(name, {})])
        and owner in steps
        and "currency" not in steps[owner]
    }
    if len(set(named.values())) == 1 and all(named.values()):
        recipe["currency"] = next(iter(named.values()))
        return
    for owner, code in named.items():
        if code:
            steps[owner]["currency"] = {"const": code}


def _is_worth_a_step(name: str, mapped: dict[str, Any]) -> bool:
    entity = ENTITIES[name]
    if any(entity.needs(item, mapped) and item.name not in mapped for item in entity.fields):
        return False
    if name == "customers":
        return bool({"code", "name"} & set(mapped))
    if name == "products":
        return bool({"sku", "name"} & set(mapped))
    if name == "order_lines":
        return True
    return bool({"customer_code", "customer_name"} & set(mapped))
