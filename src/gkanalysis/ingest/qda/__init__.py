"""Read coded texts of QDA programs (REFI-QDA, MAXQDA's spreadsheet); knows nothing of any study."""
