"""Pages for people: see, question, correct and sign off footprints in a browser."""

from serving.pages.site import create_pages

__all__ = ["create_pages"]
