"""Draws as others see them without opening a page: previews of links, feeds, calendars, search engines."""
