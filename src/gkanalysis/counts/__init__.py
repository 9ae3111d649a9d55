"""What is counted: one object a kind of number, from which everything else about it follows."""
