"""Fit the free parameters of a disease to published results; what is not fitted is left for prediction."""
