"""A witness (C2SP `tlog-witness`): it cosigns heads of logs, and never two that contradict.

A log that shows different histories to different readers must get each of them cosigned, and a
witness that is asked for the second finds out. It keeps one head per log and no entries, so it
serves any log of the C2SP kind, whatever is in it.

    request.py    what is sent: an old size, a proof, a signed checkpoint
    judging.py    may this head follow the one that was cosigned last?
    state.py      that last head of each log, durable, and one object with the key
    conflicts.py  what a log should not have signed, kept as evidence files
    witness.py    all of it together

We follow the text of C2SP/C2SP commit 13027eee7f3f824e464e803373c774ab37fcc43e.
"""
