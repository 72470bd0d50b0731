"""The database engine: django-tenants' search_path, and PostgreSQL's own wall behind it (see base.py)."""
