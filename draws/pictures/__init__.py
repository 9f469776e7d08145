"""Prize pictures: uploaded photos in three sizes, and the drawing that a draw without one gets."""
