"""What patients' records must say, from published rules alone: nothing here imports the package under test."""
