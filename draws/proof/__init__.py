"""What makes a draw checkable: seals, the log, frozen lists and the public documents."""
