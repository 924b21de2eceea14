// Package migration brings the schema of a store up to date, forward only.
package migration

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivermigrate"

	"stet"
)

// Up applies what is missing of the store's own migrations (NNNN_name.sql in folder) and then of the queue's. When the
// database has a migration that this program does not know, it changes nothing and returns a *stet.Error.
func Up[T any](ctx context.Context, dialect goose.Dialect, db *sql.DB, folder fs.FS, queue riverdriver.Driver[T]) error {
	ours, err := goose.NewProvider(dialect, db, folder, goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	queues, err := rivermigrate.New(queue, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("read migrations of the queue: %w", err)
	}
	if err := refuseNewer(ctx, db, ours, queues); err != nil {
		return err
	}
	if _, err := ours.Up(ctx); err != nil {
		return fmt.Errorf("migrate store: %w", err)
	}
	if _, err := queues.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate queue: %w", err)
	}
	return nil
}

func refuseNewer[T any](ctx context.Context, db *sql.DB, ours *goose.Provider, queues *rivermigrate.Migrator[T]) error {
	current, known, err := ours.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if current > known {
		return errNewer("store", current, known)
	}
	all := queues.AllVersions()
	if _, err := queues.ExistingVersions(ctx); err != nil { // also when it meets a version that it does not know
		var there int
		row := db.QueryRowContext(ctx, "SELECT max(version) FROM river_migration WHERE line = 'main'")
		if row.Scan(&there) == nil && there > all[len(all)-1].Version {
			return errNewer("queue", int64(there), int64(all[len(all)-1].Version))
		}
		return fmt.Errorf("read schema version of the queue: %w", err)
	}
	return nil
}

func errNewer(part string, current, known int64) error {
	return stet.Errorf(stet.Configuration, "schema_newer", "the database has version %d of the %s schema, and this program knows only %d; "+
		"it was last used by a newer stet, so start that one", current, part, known)
}
