"""From one release to the next: what each release had, the steps of an upgrade, and their undoing."""
