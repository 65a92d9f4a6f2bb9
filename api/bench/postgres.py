"""How fast the same commands become entries in PostgreSQL, beside SQLite in the same minute."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, LiteralString

from api.bench.figures import Goal, Pair, alternate
from api.bench.ground import Ground, NotTaken
from api.bench.load import driven, fill, produced, raise_first
from api.bench.market import Crowd, Market
from api.bench.writing import Supply, counted, rate, warmed
from ledger.errors import Unavailable
from ledger.sequencer import Sequencer
from ledger.service import Service
from ledger.signing import KeySigner
from ledger.store.heads import FileHeadStore

SCHEMA: Final = "duebill_bench"
"""The schema that is dropped and made in the database that is given."""
_DROP: Final = f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"

GROUPS = Goal(
    name="postgres.groups",
    title="signed durable appends into PostgreSQL, groups up to 512",
    unit="/s",
    bound=0.70,
    limit="the same into SQLite",
)


def measure_groups(ground: Ground) -> Mapping[str, Sequence[Pair]]:
    """Groups into PostgreSQL against groups into SQLite."""
    if not ground.postgres:
        raise NotTaken("needs --db-postgres URL")
    count = ground.scale.grouped
    with (
        _loaded(ground) as (service, supply),
        warmed(ground, ground.base) as (_, embedded, of_embedded),
        ground.counting(GROUPS.name) as tell,
    ):
        found = alternate(
            ground.scale.pairs,
            counted(tell, lambda: rate(service, supply.take(count))),
            lambda: rate(embedded, of_embedded.take(count)),
        )
    return {GROUPS.name: [Pair(ours, limit) for ours, limit in found]}


@contextmanager
def _loaded(ground: Ground) -> Iterator[tuple[Service, Supply]]:
    """A service over the base ledger in PostgreSQL, and the commands that may follow."""
    from ledger.store.postgres import PostgresStore  # noqa: PLC0415 - its driver is an extra

    recipe = ground.base.recipe
    market = Market(Crowd(0, 0, 0, 0), recipe.seed)
    _run(ground.postgres, _DROP, f"CREATE SCHEMA {SCHEMA}")
    url = f"{ground.postgres}{'&' if '?' in ground.postgres else '?'}schema={SCHEMA}"
    try:
        with (
            tempfile.TemporaryDirectory(dir=ground.folder) as folder,
            PostgresStore(url, heads := FileHeadStore(Path(folder) / "head.json")) as store,
        ):
            with (
                produced(recipe) as submissions,
                ground.bar("writing PostgreSQL", recipe.loaded) as tell,
            ):
                sequencer = Sequencer(store, heads, KeySigner([market.log_key]), driven)
                fill(sequencer, submissions, recipe.loaded, tell)
            with Service(store, heads, KeySigner([market.log_key]), driven) as service:
                supply = Supply(ground.base.commands())
                raise_first(service.submit_many(supply.take(ground.scale.warm)))
                yield service, supply
    finally:
        _run(ground.postgres, _DROP)


def _run(url: str, *statements: LiteralString) -> None:
    """Run statements at the database. Raises `Unavailable` when it cannot be used."""
    import psycopg  # noqa: PLC0415 - it belongs to an extra

    try:
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)
    except psycopg.Error as error:
        raise Unavailable(f"The PostgreSQL database cannot be used: {error}") from None
