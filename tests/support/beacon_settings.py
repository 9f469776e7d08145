"""The site's settings with the tests' own beacon in the place of the real one, for processes of the site."""

from draws.beacon import chain, relays
from lucky11.settings import *  # noqa: F403
from tests.support import signing

chain.CHAIN = signing.beacon_chain()
# Tests release a round when they want to, so relays are asked long before its time.
relays.ASK_AHEAD = 7200.0
