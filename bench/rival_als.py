"""Runs in the rivals' environment: implicit's ALS on the likes of a file, fitted, then asked person by person."""

import json
import os
import sys
import time
from statistics import median

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from implicit.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix

FACTORS, REGULARISATION, ALPHA, SWEEPS, SEED = 64, 10.0, 5.0, 15, 0  # the best of a small grid on another set


def matrix(file, name, films):
    indptr, place = file[f"{name}_indptr"], file[f"{name}_place"]
    ones = np.ones(len(place), dtype=np.float32)
    return csr_matrix((ones, place, indptr), shape=(len(indptr) - 1, films))


def main():
    given = json.load(sys.stdin)
    file = np.load(given["likes"])
    train, known = (matrix(file, name, int(file["films"])) for name in ("train", "known"))
    fits = []
    for _ in range(given["runs"]):
        started = time.perf_counter()
        model = AlternatingLeastSquares(
            factors=FACTORS,
            regularization=REGULARISATION,
            alpha=ALPHA,
            iterations=SWEEPS,
            num_threads=1,
            random_state=SEED,
        )
        model.fit(train, show_progress=False)
        fits.append(time.perf_counter() - started)
    lists, taken = [], []
    for person in range(known.shape[0]):
        row = known[person]
        started = time.perf_counter()
        model.recommend(0, row, N=10, recalculate_user=True)
        taken.append(time.perf_counter() - started)
        lists.append(model.recommend(0, row, N=given["depth"], recalculate_user=True)[0].tolist())
    print(json.dumps({"fit": median(fits), "top": median(taken), "lists": lists}))


main()
