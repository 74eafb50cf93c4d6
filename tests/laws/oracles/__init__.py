"""Published exact models of metastasis, from their formulas alone: nothing here imports the package under test."""
