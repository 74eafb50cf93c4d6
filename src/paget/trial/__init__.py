"""Cohorts, arms, endpoints, survival statistics, comparison with published results."""
