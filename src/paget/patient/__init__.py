"""Who, and day by day: traits, genotype, diagnosis, staging, death; course.py is the daily loop."""
