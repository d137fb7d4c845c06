"""What a line says: its schema, its money, its text, and whether it is a purchase at all."""
