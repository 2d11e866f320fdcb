"""The web entry point: ``flask …`` and every WSGI server find the application here."""

from app import create_app

app = create_app()
