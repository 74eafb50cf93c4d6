"""Where cells go: shedding, circulation, arrest, extravasation, founding, growth of primary and metastases."""
