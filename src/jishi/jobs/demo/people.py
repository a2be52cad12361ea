"""Contacts of the demo company: who they are and what they are at which customer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from jishi.jobs.demo.dates import History
from jishi.jobs.demo.firms import Firm, random_for
from jishi.jobs.demo.words import (
    GIVEN_FIRST,
    GIVEN_SECOND,
    HETERONYM_SURNAMES,
    POSITIONS,
    SURNAMES,
    THIRD_PARTY_POSITIONS,
)


# Lunar year → its leap month.
LEAP_MONTHS = {
    1960: 6, 1963: 4, 1966: 3, 1968: 7, 1971: 5, 1974: 4, 1976: 8, 1979: 6, 1982: 4, 1984: 10,
    1987: 6, 1990: 5, 1993: 3,
}  # fmt: skip
# Lunar years whose twelfth month has thirty days.
_LONG_TWELFTH = (1964, 1967, 1972, 1975, 1982, 1985, 1990)
_SECOND_POSITION_SHARE = 0.035
_FORMER_POSITION_SHARE = 0.02
_STANCES = ("supporter", "neutral", "opponent", "unknown")


@dataclass(frozen=True, slots=True)
class Birthday:
    calendar: str
    year: int | None
    month: int
    day: int
    in_leap_month: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """A place at one customer."""

    firm: Firm
    title: str
    department: str
    buying_role: str
    influence: int
    stance: str
    is_primary: bool = False
    started_on: date | None = None
    ended_on: date | None = None


@dataclass(slots=True)
class Person:
    number: int
    name: str
    mobile: str
    email: str
    wechat: str
    party: str = "customer"
    birthday: Birthday | None = None
    posts: list[Post] = field(default_factory=list)


def _name(rng: Random) -> str:
    surname = rng.choice(HETERONYM_SURNAMES if rng.random() < 0.12 else SURNAMES)
    given = rng.choice(GIVEN_SECOND)
    return surname + (rng.choice(GIVEN_FIRST) + given if rng.random() < 0.8 else given)


def _birthday(rng: Random) -> Birthday | None:
    roll = rng.random()
    if roll < 0.3:
        return None
    year = rng.randint(1962, 1997)
    if roll < 0.72:
        return Birthday(
            "solar", year if rng.random() < 0.8 else None, rng.randint(1, 12), rng.randint(1, 28)
        )
    if roll < 0.745:
        leap_year = rng.choice(sorted(LEAP_MONTHS))
        return Birthday("lunar", leap_year, LEAP_MONTHS[leap_year], rng.randint(1, 29), True)
    if roll < 0.76:
        return Birthday("lunar", rng.choice(_LONG_TWELFTH), 12, 30)
    return Birthday("lunar", year, rng.randint(1, 12), rng.randint(1, 29))


def _person(rng: Random, number: int, firm: Firm) -> Person:
    # 161 is a prefix that is not given to anybody, and .example can never be registered.
    return Person(
        number=number,
        name=_name(rng),
        mobile=f"161{number:08d}",
        email=f"c{number:04d}@{firm.code.lower()}.example" if rng.random() < 0.7 else "",
        wechat=f"hy_{number:04d}" if rng.random() < 0.6 else "",
        birthday=_birthday(rng),
    )


def _stance(rng: Random, firm: Firm) -> str:
    happy = firm.mood
    return rng.choices(_STANCES, (happy * 45, 30, (1 - happy) * 35, 20))[0]


def _post(rng: Random, firm: Firm, place: int, history: History, *, is_primary: bool) -> Post:
    title, department, buying_role, influence = POSITIONS[place]
    started_on = history.days_ago(rng.randint(400, 4_000)) if rng.random() < 0.5 else None
    return Post(
        firm, title, department, buying_role, influence, _stance(rng, firm),
        is_primary=is_primary, started_on=started_on,
    )  # fmt: skip


def _count(rng: Random, firm: Firm) -> int:
    if firm.is_candidate:
        return rng.randint(4, 7)
    return rng.choices((1, 2), (75, 25))[0]


def all_people(firms: list[Firm], history: History) -> list[Person]:
    """Everybody we know; some sit at two customers, some have moved, some work for third parties."""
    people: list[Person] = []
    rng = random_for("people")
    for firm in firms:
        places = rng.sample(range(len(POSITIONS)), _count(rng, firm))
        places.sort(key=lambda place: -POSITIONS[place][3])
        for index, place in enumerate(places):
            person = _person(rng, len(people) + 1, firm)
            person.posts.append(_post(rng, firm, place, history, is_primary=index == 0))
            people.append(person)
            _elsewhere(rng, person, firms, history)
        if firm.is_candidate and rng.random() < 0.3:
            person = _person(rng, len(people) + 1, firm)
            person.party = "third_party"
            title, department, buying_role, influence = rng.choice(THIRD_PARTY_POSITIONS)
            stance = _stance(rng, firm)
            person.posts.append(Post(firm, title, department, buying_role, influence, stance))
            people.append(person)
    return people


def _elsewhere(rng: Random, person: Person, firms: list[Firm], history: History) -> None:
    """A second seat, mostly within the same group, or a former one."""
    firm = person.posts[0].firm
    roll = rng.random()
    in_group = firm.parent is not None and roll < 0.25
    if not in_group and roll >= _SECOND_POSITION_SHARE + _FORMER_POSITION_SHARE:
        return
    other = firms[(firm.parent or 0) - 1] if in_group else rng.choice(firms)
    if other is firm:
        return
    is_former = not in_group and roll >= _SECOND_POSITION_SHARE
    ended_on = history.days_ago(rng.randint(120, 900)) if is_former else None
    title = "前设备科长" if is_former else "董事"
    person.posts.append(
        Post(
            other, title, "设备部" if is_former else "董事会", "" if is_former else "approver", 3,
            _stance(rng, other),
            started_on=ended_on - timedelta(days=1_200) if ended_on else None, ended_on=ended_on,
        )
    )  # fmt: skip
