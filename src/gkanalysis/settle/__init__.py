"""From what was read to what is analysed, with a row for everything that is counted otherwise."""
