"""What a cell decides: the phenotype of a clone under exposure and environment.

For now a cited table answers (response_table.py); the stochastic network will fill the same table.
"""
