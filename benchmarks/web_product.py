"""The product as it runs in production, at the instant at which a made-up world begins.

Its database and folder come from the environment.
"""

import os
from pathlib import Path

from app import create_app
from app.config import Settings
from benchmarks.search_now import NOW

app = create_app(
    Settings(
        mode="production",
        database_url=os.environ["DATABASE_URL"],
        secret_key=os.environ["SECRET_KEY"],
        instance_dir=Path(os.environ["INSTANCE_DIR"]),
    )
)
app.extensions["plugbid_clock"] = lambda: NOW
