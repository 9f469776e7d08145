"""Every part of the pages in every state, for developers: `/styleguide/`, where DEBUG is on."""
