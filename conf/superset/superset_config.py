# Superset for one user on loopback. Values in double braces are filled in by the launcher (lib/src/stack/launch/render.ts): folders.
from pathlib import Path

HOME = Path("{{data}}/superset")

# signs sessions, and hides what the database keeps of passwords: this set-up's own
SECRET_KEY = (HOME / "session.key").read_text()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{HOME}/superset.db?check_same_thread=false"

# loopback has no HTTPS
TALISMAN_ENABLED = False
WTF_CSRF_ENABLED = True
# one user who knows the password
RATELIMIT_ENABLED = False
SUPERSET_WEBSERVER_TIMEOUT = 60

# no Redis: what pages remember is in memory, and every chart asks anew, so that it shows what is there now
CACHE_CONFIG = {"CACHE_TYPE": "SimpleCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
FILTER_STATE_CACHE_CONFIG = {"CACHE_TYPE": "SimpleCache"}
EXPLORE_FORM_DATA_CACHE_CONFIG = {"CACHE_TYPE": "SimpleCache"}
