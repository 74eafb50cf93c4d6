"""The offline HTML report of a run directory; start at :mod:`paget.report.build`."""
