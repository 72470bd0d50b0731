"""Large objects belong to no schema, so no client may make or read them: their functions are taken from everybody.

The functions belong to PostgreSQL's superuser in each database, and only it can take them away. The embedded server
does so at its start (config/door/postgres.py), `migrate` where its owner may, and `doctor` says what is left.
"""

OPEN_TO = """
    SELECT oid::regprocedure::text, pg_has_role(proowner, 'USAGE') FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace AND has_function_privilege(%s, oid, 'EXECUTE')
      AND (proname LIKE 'lo\\_%%' OR proname IN ('loread', 'lowrite'))
    ORDER BY 1
"""
"""The functions a role (or `public`) may call, and whether the one who asks may take them away."""

CLOSE = "REVOKE EXECUTE ON FUNCTION pg_catalog.{} FROM PUBLIC"
