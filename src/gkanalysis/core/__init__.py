"""What every room needs: errors, paths, writing, looking things up."""
