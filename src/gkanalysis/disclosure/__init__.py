"""What a report must not give away: the policy, the exact check of its numbers, the search for names."""
