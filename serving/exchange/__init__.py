"""Footprints that companies exchange: PACT and Catena-X documents in and out."""
