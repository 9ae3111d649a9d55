"""Krippendorff's alpha of values in rows and columns, by the coincidence matrices of the library."""

import numpy as np
import pandas as pd

from gkanalysis.stats.agreement import alpha_coefficients


def coincidences(values, domain):
    """Ordered pairs of values within each unit, each weighing 1 / (m - 1) in a unit of m values."""
    counts = (values[..., None] == domain).sum(axis=1)
    m = counts.sum(axis=1)[:, None, None]
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(len(domain))
    return np.where(m > 1, pairs, 0) / np.maximum(m - 1, 1)


def krippendorff_alpha(values, metric="nominal"):
    """Alpha of one row per unit, one column per coder, NaN or None where nobody looked; texts are possible."""
    values = np.asarray(values, dtype=object)
    if any(isinstance(v, str) for v in values.ravel()):
        codes = pd.factorize(values.ravel())[0].reshape(values.shape)
        values = np.where(codes < 0, np.nan, codes)
    numbers = values.astype(float)
    domain = np.unique(numbers[~np.isnan(numbers)])
    return alpha_coefficients(coincidences(numbers, domain).sum(axis=0, keepdims=True), domain, metric=metric)[0]
