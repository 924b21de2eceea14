package sqlite_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"stet/internal/store"
	"stet/internal/store/sqlite"
	"stet/internal/store/storetest"
)

func database(t *testing.T) storetest.Database {
	path := filepath.Join(t.TempDir(), "made", "a%20b?#.db")
	return storetest.Database{
		Fresh:     database,
		Open:      func(t *testing.T) store.Driver { return open(t, path) },
		Unprotect: func(t *testing.T, d store.Driver) { unprotect(t, d.(*sqlite.Driver)) },
		WriteSetting: func(ctx context.Context, tx any, name string) error {
			_, err := tx.(*sql.Tx).ExecContext(ctx, `INSERT INTO setting (name, value) VALUES (?, '')`, name)
			return err
		},
	}
}

func open(t *testing.T, path string) *sqlite.Driver {
	t.Helper()
	d, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func unprotect(t *testing.T, d *sqlite.Driver) {
	t.Helper()
	for _, name := range []string{"event_is_never_updated", "event_is_never_deleted"} {
		execute(t, d, "DROP TRIGGER "+name)
	}
}

func execute(t *testing.T, d *sqlite.Driver, statement string) {
	t.Helper()
	if _, err := d.SQL().ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestStore(t *testing.T) { storetest.Run(t, database) }

func TestSchema(t *testing.T) {
	d := open(t, filepath.Join(t.TempDir(), "stet.db"))
	rows, err := d.SQL().QueryContext(t.Context(), `SELECT m.name, c.name, c.type, c."notnull", c.pk
		FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got := storetest.Schema{}
	for rows.Next() {
		var table, column, typ string
		var notNull, key int
		if err := rows.Scan(&table, &column, &typ, &notNull, &key); err != nil {
			t.Fatal(err)
		}
		if got[table] == nil {
			got[table] = map[string]storetest.Column{}
		}
		typ = map[string]string{"INTEGER": "int64", "TEXT": "string", "BLOB": "bytes"}[typ]
		if notNull == 0 {
			typ += " or nothing"
		}
		got[table][column] = storetest.Column{Type: typ, Key: key}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	booleans(t, d, got)
	storetest.CheckSchema(t, got)
}

// booleans finds the columns that hold nothing but 0 and 1; SQLite has no type for them.
func booleans(t *testing.T, d *sqlite.Driver, schema storetest.Schema) {
	for table, columns := range schema {
		var text string
		if err := d.SQL().QueryRowContext(t.Context(), `SELECT sql FROM sqlite_schema WHERE name = ?`, table).Scan(&text); err != nil {
			t.Fatal(err)
		}
		for name, c := range columns {
			if strings.Contains(text, `CHECK ("`+name+`" IN (0, 1))`) {
				columns[name] = storetest.Column{Type: "bool", Key: c.Key}
			}
		}
	}
}

// The statements that guard the log hold against whoever opens the file with another program, too.
func TestLogIsAppendOnly(t *testing.T) {
	d := open(t, filepath.Join(t.TempDir(), "stet.db"))
	execute(t, d, `INSERT INTO event VALUES (1, 'e', 't', 0, '', 0, '', '', 0, 0, '', '', x'', x'')`)
	for _, statement := range []string{`UPDATE event SET reason = 'x'`, `DELETE FROM event`} {
		if _, err := d.SQL().ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

func BenchmarkUpdate(b *testing.B) {
	storetest.Bench(b, func(b *testing.B) store.Driver {
		d, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "stet.db"))
		if err != nil {
			b.Fatal(err)
		}
		return d
	})
}
