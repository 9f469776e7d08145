"""The style guide for developers: every part of the pages in every state, at `/styleguide/` with DEBUG on."""
