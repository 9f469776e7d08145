"""Which pages take a file: each app adds its own, and everywhere else a file is refused before it is kept."""

from common.registry import Registry

# The name of a page's URL -> the most bytes that a form with its file may have there.
UPLOADS: Registry[int] = Registry("uploads")
# What a form has besides its file: its fields, and the lines between them.
AROUND_BYTES = 256 * 1024
