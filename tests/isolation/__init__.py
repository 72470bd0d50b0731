"""Real logins on real servers: what PostgreSQL itself refuses a client's login, whatever SQL it is given."""
