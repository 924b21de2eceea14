package postgres

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
)

// SQLSTATE classes (PostgreSQL manual, appendix A) of errors that may pass: connection, transaction rollback,
// resources, operator intervention; and a server that became a standby.
var passing = []string{"08", "40", "53", "57", "25006"}

// explain is err as an operator can act on it.
func explain(err error) error {
	server, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case ok && strings.HasPrefix(server.Code, "53100"):
		return stet.Errorf(stet.Unavailable, "disk_full", "the disk of the PostgreSQL server is full, nothing was changed; make room and try again: %w", err)
	case ok && (strings.HasPrefix(server.Code, "28") || server.Code == "3D000" || server.Code == "42501"):
		return stet.Errorf(stet.Configuration, "store_refused", "the PostgreSQL server refuses the user or the database; correct the address or the rights: %w", err)
	case ok:
		return err
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return stet.Errorf(stet.Unavailable, "store_unreachable", "the PostgreSQL server cannot be reached; start it or correct the address: %w", err)
	}
	return err
}

// classify is explain where the store must know what may be tried again. A transaction whose connection is lost before
// the commit was rolled back by the server.
func (w *work) classify(err error) error {
	if err == nil {
		return nil
	}
	if w.tx.Conn().IsClosed() {
		return fmt.Errorf("%w: %w", store.ErrRetry, err)
	}
	return lost(err)
}

// lost classifies an error of a transaction that was not to be committed yet.
func lost(err error) error {
	explained := explain(err)
	if passes(err) || stet.KindOf(explained) == stet.Unavailable && !isServer(err) {
		return fmt.Errorf("%w: %w", store.ErrRetry, explained)
	}
	return explained
}

func isServer(err error) bool {
	_, ok := errors.AsType[*pgconn.PgError](err)
	return ok
}

// takenID is the id of the event that the server refused because the log has it.
func takenID(err error, puts []state.Row) (id string, taken bool) {
	server, ok := errors.AsType[*pgconn.PgError](err)
	if !ok || server.ConstraintName != "event_by_event_id" {
		return "", false
	}
	for _, row := range puts {
		if e, ok := row.(*state.Entry); ok && strings.Contains(server.Detail, "("+e.EventID+")") {
			return e.EventID, true
		}
	}
	return "", true
}

func passes(err error) bool {
	server, ok := errors.AsType[*pgconn.PgError](err)
	if !ok || server.Code == "53100" {
		return false
	}
	for _, class := range passing {
		if strings.HasPrefix(server.Code, class) {
			return true
		}
	}
	return false
}

// committed classifies the answer to COMMIT. Only the server can say that it did not commit, and not in its last
// words: a session that is ended while it waits for a standby has committed already.
func committed(err error) error {
	if err == nil {
		return nil
	}
	server, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case errors.Is(err, pgx.ErrTxCommitRollback):
		return fmt.Errorf("%w: %w", store.ErrRetry, err)
	case !ok || server.Severity == "FATAL" || server.Severity == "PANIC":
		return fmt.Errorf("%w: %w", store.ErrCommitUnknown, err)
	case passes(err):
		return fmt.Errorf("%w: %w", store.ErrRetry, err)
	}
	return explain(err)
}
