# Prepares Superset's database, once for each version and password: makes its tables or brings them up to date, its roles, and the
# user `admin` with the password of SUPERSET_ADMIN_PASSWORD. The same as `superset db upgrade`, `fab create-admin` and `superset init`
# one after the other, in one process instead of three. Done again, it changes nothing.
import os
import sys

from superset.app import create_app

app = create_app()
with app.app_context():
    from alembic import command
    from alembic.util.exc import CommandError

    import superset

    # as the package's own command does: the migrations beside the module, not those of the folder that we are in
    folder = os.path.join(os.path.dirname(superset.__file__), "migrations")
    config = app.extensions["migrate"].migrate.get_config(folder)
    try:
        command.upgrade(config, "heads")
    except CommandError as error:
        sys.exit(
            f"Error: {app.config['SQLALCHEMY_DATABASE_URI'].split('?')[0].removeprefix('sqlite:///')} was made by another "
            f"version of Superset, which this one cannot bring to its own ({error}); move the file away, and a new one is made"
        )

    from superset.extensions import appbuilder, security_manager

    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    password = os.environ["SUPERSET_ADMIN_PASSWORD"]
    user = security_manager.find_user(username="admin")
    if user is None:
        role = security_manager.find_role("Admin")
        user = security_manager.add_user("admin", "Admin", "Streambook", "admin@example.invalid", role, password)
        if not user:
            sys.exit("Error: the user admin could not be made")
    else:
        security_manager.reset_password(user.id, password)
