"""The bench itself: its record, and the floor that it measures against."""
