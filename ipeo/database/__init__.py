"""The database backend that carries the tenancy scope to PostgreSQL, its roles and policies."""
