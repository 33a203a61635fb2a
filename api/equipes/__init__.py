"""Who is in which team, who is away, and who stands in meanwhile."""
