"""The beacon: who brings its rounds, and how a round is checked before it decides anything.

Couriers (relays, a watched folder, staff) are never trusted: `rounds` verifies what each of them brings.
"""
