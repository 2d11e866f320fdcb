"""Flask extensions, unbound and without logic."""

from __future__ import annotations

from flask_htmx import HTMX
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

htmx = HTMX()
login_manager = LoginManager()
migrate = Migrate()
csrf = CSRFProtect()
