"""What the page rows share: the generated applications, the peer, one contender per size."""

from __future__ import annotations

from typing import Any

from bench.application import Application, application
from bench.peers.djangocrm import Peer, PeerUnavailableError, peer
from bench.rows import Contender, Row


LINES_PER_CUSTOMER = 5
PEER_NAME = "DjangoCRM"


def sizes(*, quick: bool, million: bool) -> list[int]:
    if quick:
        return [1_000]
    return [10_000, 100_000, 1_000_000] if million else [10_000, 100_000]


def main_size(*, quick: bool) -> int:
    return 1_000 if quick else 100_000


def shop(customers: int) -> Application:
    """A company whose first customer has ten thousand orders (a tenth of that in small ones)."""
    big = 10_000 if customers >= 100_000 else customers // 10
    return application(customers, customers * LINES_PER_CUSTOMER, big_orders=big)


def label(customers: int) -> str:
    if customers >= 1_000_000:
        return f"jishi {customers // 1_000_000}M"
    return f"jishi {customers // 1_000}k"


def ours(function: str, customers: int, **more: Any) -> Contender:
    """One of our contenders on a company of that size."""
    made = shop(customers)
    note = more.pop("note", f"{customers:,} customers")
    name = more.pop("name", label(customers))
    return Contender(name, function, {"folder": made.folder, "customers": customers, **more}, note)


def add_peer(row: Row, function: str, customers: int, note: str) -> None:
    """Put DjangoCRM beside us, or say why it cannot be."""
    contender = Contender(PEER_NAME, function, {"customers": customers}, note)
    row.contenders.append(contender)
    try:
        installed(customers)
    except PeerUnavailableError as reason:
        row.unavailable[PEER_NAME] = str(reason).splitlines()[-1]


def installed(customers: int) -> Peer:
    return peer(customers, customers * LINES_PER_CUSTOMER)
