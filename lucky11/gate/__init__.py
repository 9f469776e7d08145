"""What every request passes on its way to a page and back: refusals, and headers that hold for all pages."""
