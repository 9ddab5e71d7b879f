#!/bin/bash
# Runs once, when the database's folder is made: the role that the services connect as owns one database and is no
# superuser, so that the audit's triggers hold it back as well.
set -euo pipefail

psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres \
	--set=password="$KAOHE_DB_PASSWORD" <<-'SQL'
	CREATE ROLE kaohe LOGIN PASSWORD :'password';
	CREATE DATABASE kaohe OWNER kaohe TEMPLATE template0 ENCODING 'UTF8';
	REVOKE CONNECT ON DATABASE kaohe FROM PUBLIC;
SQL
