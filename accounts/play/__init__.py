"""Who may play: the rules a player accepts, the breaks they take, and suspension."""
