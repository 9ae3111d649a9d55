"""What the project promises about speed and memory, measured beside plain alternatives: `make bench`."""
