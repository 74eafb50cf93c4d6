"""What treatment does."""
