package stmtcache_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"stet/internal/store/stmtcache"
)

const (
	insert = "INSERT INTO item (name) VALUES (?)"
	byID   = "SELECT name FROM item WHERE id = ?"
)

func TestAStatementIsPreparedOnce(t *testing.T) {
	db, n := open(t, 10)
	for i := range 5 {
		exec(t, db, insert, fmt.Sprint("n", i))
		var name string
		if err := db.QueryRow(byID, i+1).Scan(&name); err != nil || name != fmt.Sprint("n", i) {
			t.Fatalf("row %d: %q, %v", i+1, name, err)
		}
	}
	if got := n.prepared.Load(); got != 2 {
		t.Errorf("prepared %d statements, want 2", got)
	}
}

func TestTheSameQueryRunsWhileItsRowsAreOpen(t *testing.T) {
	db, n := open(t, 10)
	for range 3 {
		exec(t, db, insert, "x")
	}
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	const all = "SELECT id FROM item ORDER BY id"
	pairs := 0
	outer, err := tx.Query(all)
	if err != nil {
		t.Fatal(err)
	}
	for outer.Next() {
		inner, err := tx.Query(all)
		if err != nil {
			t.Fatal(err)
		}
		for want := 1; inner.Next(); want++ {
			var id int
			if err := inner.Scan(&id); err != nil || id != want {
				t.Fatalf("inner row %d has id %d, %v", want, id, err)
			}
			pairs++
		}
		if err := errors.Join(inner.Err(), inner.Close(), inner.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(outer.Err(), outer.Close()); err != nil || pairs != 9 {
		t.Errorf("saw %d pairs of rows, want 9; %v", pairs, err)
	}
	// The insert, the outer and the inner query; of the last two one place in the cache is enough.
	if p, c := n.prepared.Load(), n.closed.Load(); p != 3 || c != 1 {
		t.Errorf("%d statements prepared, %d closed, want 3 and 1", p, c)
	}
}

func TestASchemaChangeIsSeen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	one := sql.OpenDB(stmtcache.New(connect(t, path), 10))
	two := sql.OpenDB(stmtcache.New(connect(t, path), 10))
	t.Cleanup(func() { one.Close(); two.Close() })
	exec(t, one, "CREATE TABLE item (id INTEGER PRIMARY KEY)")
	exec(t, one, "INSERT INTO item VALUES (1)")
	columns := func() []string {
		rows, err := one.Query("SELECT * FROM item")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		names, err := rows.Columns()
		if err != nil || !rows.Next() {
			t.Fatalf("no row: %v, %v", err, rows.Err())
		}
		return names
	}
	if got := columns(); !slices.Equal(got, []string{"id"}) {
		t.Fatalf("columns %v", got)
	}
	exec(t, two, "ALTER TABLE item ADD COLUMN name TEXT") // on the other connection
	if got := columns(); !slices.Equal(got, []string{"id", "name"}) {
		t.Errorf("after ALTER TABLE: columns %v", got)
	}
	exec(t, two, "DROP TABLE item")
	if _, err := one.Query("SELECT * FROM item"); err == nil {
		t.Error("a dropped table still answers")
	}
	exec(t, two, "CREATE TABLE item (other TEXT)")
	exec(t, two, "INSERT INTO item VALUES ('x')")
	if got := columns(); !slices.Equal(got, []string{"other"}) {
		t.Errorf("after CREATE TABLE: columns %v", got)
	}
}

func TestACancelledQueryLeavesTheStatementUsable(t *testing.T) {
	db, _ := open(t, 10)
	const count = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n < ?) SELECT n FROM c"
	read := func(ctx context.Context, limit int, each func(n int)) error {
		rows, err := db.QueryContext(ctx, count, limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n int
			if err := rows.Scan(&n); err != nil {
				return err
			}
			each(n)
		}
		return rows.Err()
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := read(ctx, 1<<40, func(int) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled between two rows: %v", err)
	}
	if err := read(ctx, 3, func(int) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
	if _, err := db.ExecContext(ctx, insert, "never"); !errors.Is(err, context.Canceled) {
		t.Errorf("write cancelled before: %v", err)
	}
	sum := 0
	if err := read(t.Context(), 3, func(n int) { sum += n }); err != nil || sum != 6 {
		t.Errorf("the same query afterwards: sum %d, want 6; %v", sum, err)
	}
	var items int
	if err := db.QueryRow("SELECT count(*) FROM item").Scan(&items); err != nil || items != 0 {
		t.Errorf("%d items, want none; %v", items, err)
	}
}

func TestABusyDatabaseLeavesTheStatementUsable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	n := connect(t, path)
	one := sql.OpenDB(stmtcache.New(n, 10))
	two := sql.OpenDB(stmtcache.New(connect(t, path), 10))
	t.Cleanup(func() { one.Close(); two.Close() })
	exec(t, one, "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT)")
	exec(t, one, insert, "first") // cached
	lock, err := two.Begin()
	if err != nil {
		t.Fatal(err)
	}
	_, err = one.Exec(insert, "refused")
	if e, ok := errors.AsType[*sqlite.Error](err); !ok || e.Code() != sqlite3.SQLITE_BUSY {
		t.Fatalf("a write under another's lock: %v, want SQLITE_BUSY", err)
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	exec(t, one, insert, "second")
	var names string
	if err := one.QueryRow("SELECT group_concat(name) FROM item").Scan(&names); err != nil || names != "first,second" {
		t.Errorf("names %q, %v", names, err)
	}
}

func TestTheLeastRecentlyUsedStatementIsClosed(t *testing.T) {
	db, n := open(t, 2)
	query := func(sql string, wantPrepared, wantClosed int64) {
		t.Helper()
		var v int
		if err := db.QueryRow(sql).Scan(&v); err != nil {
			t.Fatal(err)
		}
		if p, c := n.prepared.Load(), n.closed.Load(); p != wantPrepared || c != wantClosed {
			t.Errorf("after %s: %d prepared, %d closed, want %d and %d", sql, p, c, wantPrepared, wantClosed)
		}
	}
	query("SELECT 1", 1, 0)
	query("SELECT 2", 2, 0)
	query("SELECT 1", 2, 0)
	query("SELECT 3", 3, 1) // 2 leaves
	query("SELECT 1", 3, 1)
	query("SELECT 2", 4, 2) // 3 leaves
}

func TestSizeZeroKeepsNothing(t *testing.T) {
	db, n := open(t, 0)
	exec(t, db, insert, "a")
	exec(t, db, insert, "b")
	if p, c := n.prepared.Load(), n.closed.Load(); p != 2 || c != 2 {
		t.Errorf("%d prepared, %d closed, want 2 and 2", p, c)
	}
}

func TestAFailedStatementIsDropped(t *testing.T) {
	db, n := open(t, 10)
	const withID = "INSERT INTO item (id, name) VALUES (?, ?)"
	exec(t, db, withID, 1, "a")
	if _, err := db.Exec(withID, 1, "b"); err == nil {
		t.Fatal("the key was taken twice")
	}
	if c := n.closed.Load(); c != 1 {
		t.Errorf("%d statements closed after the failure, want 1", c)
	}
	exec(t, db, withID, 2, "c")
	if _, err := db.Exec(withID, 3); err == nil || !strings.Contains(err.Error(), "missing argument") {
		t.Errorf("a missing argument: %v; it must not be the last call's", err)
	}
}

func TestOnlySingleStatementsOfRowsAreKept(t *testing.T) {
	for query, kept := range map[string]bool{
		"SELECT 1":                              true,
		" select 1 ; \n":                        true,
		"-- name: One :one\n/* c */\n SELECT 1": true,
		"VALUES (1)":                            true,
		"WITH a AS (SELECT 1) SELECT * FROM a":  true,
		"UPDATE item SET name = 'x'":            true,
		"REPLACE INTO item VALUES (1, 'x')":     true,
		"DELETE FROM item":                      true,
		"SELECT 1; SELECT 2":                    false,
		"DELETE FROM item; DELETE FROM item;":   false,
		"SELECT ';x'":                           false,
		"PRAGMA user_version":                   false,
		"-- PRAGMA\nPRAGMA foreign_keys = ON":   false,
		"CREATE TABLE more (id INTEGER)":        false,
		"SAVEPOINT s":                           false,
		"-- nothing":                            false,
		"/* open":                               false,
		"":                                      false,
	} {
		db, n := open(t, 10)
		exec(t, db, query)
		if got := n.prepared.Load() == 1; got != kept {
			t.Errorf("%q: kept %t, want %t", query, got, kept)
		}
	}
}

func TestAPragmaActsEveryTime(t *testing.T) {
	db, _ := open(t, 10)
	for _, want := range []int{1, 0, 1, 0} {
		exec(t, db, fmt.Sprintf("PRAGMA foreign_keys = %d", want))
		var got int
		if err := db.QueryRow("PRAGMA foreign_keys").Scan(&got); err != nil || got != want {
			t.Errorf("foreign_keys = %d, want %d; %v", got, want, err)
		}
	}
}

func TestArgumentsAndColumnsAreThoseOfTheDriver(t *testing.T) {
	plain := sql.OpenDB(connect(t, filepath.Join(t.TempDir(), "db")))
	defer plain.Close()
	cached, _ := open(t, 10)
	const query = "SELECT typeof(:a), :a, typeof(:b), :b"
	when := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, arg := range []any{
		nil, true, 42, int8(-1), 1.5, "text", []byte("blob"), []byte{}, when, sql.NullString{}, sql.NullInt64{Int64: 7, Valid: true},
	} {
		for range 2 {
			got, want := answer(t, cached, query, arg), answer(t, plain, query, arg)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("argument %#v (-driver +cache):\n%s", arg, diff)
			}
		}
	}
	if _, err := cached.Exec(insert, struct{}{}); err == nil {
		t.Error("a struct was accepted as an argument")
	}
}

// answer is a row of the query, with its column names and types.
func answer(t *testing.T, db *sql.DB, query string, arg any) []any {
	t.Helper()
	rows, err := db.Query(query, sql.Named("a", arg), sql.Named("b", arg))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil || !rows.Next() {
		t.Fatalf("no row: %v, %v", err, rows.Err())
	}
	values := make([]any, 4)
	if err := rows.Scan(&values[0], &values[1], &values[2], &values[3]); err != nil {
		t.Fatal(err)
	}
	for _, c := range types {
		values = append(values, c.Name(), c.DatabaseTypeName(), fmt.Sprint(c.ScanType()))
	}
	return values
}

func TestTheDriversOwnConnectionCanBeReached(t *testing.T) {
	db, _ := open(t, 10)
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Raw(func(c any) error {
		if _, ok := c.(interface{ Unwrap() driver.Conn }); !ok {
			return errors.New("there is no Unwrap")
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

func TestManyConnectionsAtOnce(t *testing.T) {
	db, _ := open(t, 4)
	db.SetMaxOpenConns(4)
	exec(t, db, insert, "only")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 50 {
				var name string
				query := byID + fmt.Sprintf(" AND %d = %d", j%6, j%6)
				if err := db.QueryRow(query, 1).Scan(&name); err != nil || name != "only" {
					t.Errorf("goroutine %d: %q, %v", i, name, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkInsert(b *testing.B) {
	for _, size := range []int{0, 100} {
		b.Run(fmt.Sprintf("size=%d", size), func(b *testing.B) {
			db, _ := open(b, size)
			exec(b, db, "PRAGMA synchronous = OFF")
			for b.Loop() {
				exec(b, db, insert, "x")
			}
		})
	}
}
