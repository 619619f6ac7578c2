# The roles of docs/postgres-roles.md, made once, when the database is: the superuser's password is then in no service of ours.
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -v owner="$OWNER_PASSWORD" -v app="$APP_PASSWORD" <<'SQL'
CREATE ROLE retromovies_owner LOGIN PASSWORD :'owner';
CREATE ROLE retromovies_app LOGIN PASSWORD :'app';
ALTER DATABASE retromovies OWNER TO retromovies_owner;
ALTER SCHEMA public OWNER TO retromovies_owner;
SQL
