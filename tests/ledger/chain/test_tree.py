"""The Merkle tree: known roots, and the frontier against the definition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain.tree import EMPTY_ROOT, Frontier, leaf_hash, mth
from ledger.errors import RefusalCode, Refused
from tests.ledger.chain.sample import CLASSIC_INPUTS, naive_mth, numbered_leaves

KNOWN_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(9))
def test_trap_16_roots_known_since_rfc_6962(size: int) -> None:
    """The roots over the classic eight leaves are those every implementation gives."""
    leaves = [leaf_hash(data) for data in CLASSIC_INPUTS[:size]]
    assert mth(leaves).hex() == KNOWN_ROOTS[size]


@given(st.integers(0, 600), st.integers(0, 600))
def test_frontier_equals_the_definition(first: int, second: int) -> None:
    """Growing in two steps gives the root that the recursive definition gives."""
    leaves = numbered_leaves(first + second)
    frontier = Frontier().extend(leaves[:first]).extend(leaves[first:])
    assert frontier.size == first + second
    assert frontier.root() == naive_mth(leaves)


def test_append_is_extend_by_one() -> None:
    """Appending one by one gives the same frontier as extending at once."""
    frontier = Frontier()
    for leaf in numbered_leaves(70):
        frontier = frontier.append(leaf)
    assert frontier == Frontier().extend(numbered_leaves(70))


def test_trap_17_empty_is_not_a_hash() -> None:
    """The empty tree has its own root; an empty string is no leaf hash and no frontier hash."""
    assert Frontier().root() == EMPTY_ROOT != leaf_hash(b"")
    for make in (lambda: Frontier().append(b""), lambda: Frontier(1, (b"",))):
        with pytest.raises(Refused) as caught:
            make()
        assert caught.value.code is RefusalCode.FRONTIER_MALFORMED


@pytest.mark.parametrize(("size", "hashes"), [(1, 0), (0, 1), (3, 1), (-1, 1), (2**63, 1)])
def test_frontier_refuses_what_does_not_fit(size: int, hashes: int) -> None:
    """A stored frontier whose hashes do not fit its size is refused, not believed."""
    with pytest.raises(Refused) as caught:
        Frontier(size, (bytes(32),) * hashes)
    assert caught.value.code is RefusalCode.FRONTIER_MALFORMED
