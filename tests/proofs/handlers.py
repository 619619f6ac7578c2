"""The one job that proofs offer: what it did can be counted, and that it was done twice can be seen."""

import os

from mlops import work


@work.handled("toy.count")
def count(lease: work.Lease) -> None:
    file = os.open(os.environ["COUNTED"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(file, f"{lease.key}\n".encode())  # one write, at the end of the file: whole, or not there
    finally:
        os.close(file)
