"""A witness in a folder: its key and its state, made together and never apart.

witness.pem       the key, readable by its owner alone
witness.db        its name, and what it cosigned last (`ledger.witness.state`)
evidence.jsonl    heads that contradict it (`ledger.witness.conflicts`)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from api.drafting import new_signing_key
from api.keyaccess import password_of
from api.keyfiles import read_keys
from ledger.chain.note import Cosigner, NoteKey
from ledger.errors import RefusalCode, Refused
from ledger.keystore import write_key
from ledger.witness.conflicts import Conflicts
from ledger.witness.judging import LogKeys
from ledger.witness.state import WitnessState, make_state
from ledger.witness.witness import Witness

_KEY, _STATE, _CONFLICTS = "witness.pem", "witness.db", "evidence.jsonl"


def make_witness(folder: Path, name: str, password_file: Path | None = None) -> NoteKey:
    """Make a witness with a new key in a new or empty folder; what verifies its cosignatures.

    Raises `Refused`: `folder_not_empty`; `note_key_malformed` for a name that cannot name a key;
    `key_is_locked` for an empty password.
    """
    cosigner = Cosigner(name, new_signing_key())
    key = cosigner.key
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise Refused(RefusalCode.FOLDER_NOT_EMPTY, f"There is something in {folder}.")
    password = password_of(password_file)
    # The state comes first: there is never a key without one, whenever this is cut off.
    make_state(folder / _STATE, key)
    write_key(folder / _KEY, cosigner.signing_key, password)
    return key


@contextmanager
def open_witness(
    folder: Path, logs: LogKeys, clock: Callable[[], int], password_file: Path | None = None
) -> Iterator[Witness]:
    """The witness of a folder, for these logs. `clock` gives seconds since 1970.

    Raises `Refused`: what reading a key raises; `witness_state_lost` where the key's state is not
    there or is not its own. Raises `Unavailable` while another process has it.
    """
    (key,) = read_keys([folder / _KEY], password_file)
    with WitnessState(folder / _STATE, key.public) as state:
        cosigner = Cosigner(state.key.name, key)
        yield Witness(logs, cosigner, state, Conflicts(folder / _CONFLICTS), clock)
