"""Named arrays as bytes, and their digest. Nothing executable can be stored or loaded."""

import hashlib

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from mlops.ports import Arrays

MOST_BYTES = 2**30


def pack(arrays: Arrays) -> bytes:
    """Return the arrays as safetensors, without metadata: the same arrays give the same bytes in any process.

    Raises ValueError for texts, objects and other types that are no plain numbers.
    """
    try:
        return save({name: np.asarray(value, order="C") for name, value in sorted(arrays.items())})
    except SafetensorError as error:
        raise ValueError(str(error)) from error


def unpack(data: bytes) -> Arrays:
    """Return the arrays in safetensors bytes. Raises ValueError when they are too many or malformed."""
    if len(data) > MOST_BYTES:
        raise ValueError(f"{len(data)} bytes are more than the {MOST_BYTES} allowed")
    try:
        return load(data)
    except (SafetensorError, KeyError) as error:  # the second for number types that NumPy has not
        raise ValueError(str(error)) from error


def digest(arrays: Arrays) -> str:
    """Return SHA-256 over sorted names, dtypes, shapes and little-endian bytes: equal states have equal digests.

    Raises ValueError for arrays of Python objects: their bytes are addresses.
    """
    whole = hashlib.sha256()
    for name, value in sorted(arrays.items()):
        if value.dtype.hasobject:
            raise ValueError(f"{name} holds Python objects, which have no bytes of their own")
        little = np.asarray(value, order="C").astype(value.dtype.newbyteorder("<"), copy=False)
        whole.update(f"{name}\0{little.dtype.str}\0{little.shape}\0".encode())
        whole.update(little.tobytes())
    return whole.hexdigest()
