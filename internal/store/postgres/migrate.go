package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"stet/internal/store/migration"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate has nodes that start together do it one after another. The lock is that of conn's session.
func (d *Driver) migrate(ctx context.Context, conn *pgx.Conn, schema string) (err error) {
	const lock = "hashtextextended('stet migrations', 0)"
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock("+lock+")"); err != nil {
		return fmt.Errorf("lock migrations: %w", err)
	}
	defer func() {
		_, unlock := conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock("+lock+")")
		err = errors.Join(err, unlock)
	}()
	if schema != "" {
		if _, err := conn.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+pgx.Identifier{schema}.Sanitize()); err != nil {
			return fmt.Errorf("make schema: %w", err)
		}
	}
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	db := stdlib.OpenDBFromPool(d.pool)
	defer db.Close()
	return migration.Up(ctx, goose.DialectPostgres, db, folder, riverpgxv5.New(d.pool))
}
