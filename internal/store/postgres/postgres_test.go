package postgres_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
	"stet/internal/store/postgres"
	"stet/internal/store/storetest"
	"stet/internal/testpg"
)

// fresh gives databases that are schemas of one, which are cheaper to make.
func fresh(dsn string) func(t *testing.T) storetest.Database {
	return func(t *testing.T) storetest.Database {
		c := postgres.Config{DSN: dsn, Schema: "A schema " + rand.Text(), MaxConnections: 8}
		return storetest.Database{
			Fresh:     fresh(dsn),
			Open:      func(t *testing.T) store.Driver { return open(t, c) },
			Unprotect: unprotect,
			WriteSetting: func(ctx context.Context, tx any, name string) error {
				_, err := tx.(pgx.Tx).Exec(ctx, `INSERT INTO setting (name, value) VALUES ($1, '')`, name)
				return err
			},
		}
	}
}

func open(t *testing.T, c postgres.Config) *postgres.Driver {
	t.Helper()
	d, err := postgres.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func unprotect(t *testing.T, d store.Driver) {
	t.Helper()
	execute(t, d.(*postgres.Driver), `ALTER TABLE event DISABLE TRIGGER USER`)
}

func execute(t *testing.T, d *postgres.Driver, statement string, args ...any) {
	t.Helper()
	if _, err := d.Pool().Exec(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

func TestStore(t *testing.T) { storetest.Run(t, fresh(testpg.DSN(t))) }

func TestSchema(t *testing.T) {
	d := open(t, postgres.Config{DSN: testpg.DSN(t)})
	defer d.Close()
	rows, err := d.Pool().Query(t.Context(), `SELECT c.table_name, c.column_name, c.data_type, c.is_nullable, coalesce(c.collation_name, ''),
			coalesce(k.ordinal_position, 0)
		FROM information_schema.columns c
		LEFT JOIN information_schema.table_constraints p ON p.table_schema = c.table_schema AND p.table_name = c.table_name
			AND p.constraint_type = 'PRIMARY KEY'
		LEFT JOIN information_schema.key_column_usage k ON k.constraint_schema = p.constraint_schema
			AND k.constraint_name = p.constraint_name AND k.column_name = c.column_name
		WHERE c.table_schema = 'public'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got := storetest.Schema{}
	for rows.Next() {
		var table, column, typ, nullable, collation string
		var key int
		if err := rows.Scan(&table, &column, &typ, &nullable, &collation, &key); err != nil {
			t.Fatal(err)
		}
		if got[table] == nil {
			got[table] = map[string]storetest.Column{}
		}
		typ = map[string]string{"bigint": "int64", "boolean": "bool", "text" + "C": "string", "bytea": "bytes"}[typ+collation]
		if nullable == "YES" {
			typ += " or nothing"
		}
		got[table][column] = storetest.Column{Type: typ, Key: key}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	storetest.CheckSchema(t, got)
}

func TestLogIsAppendOnly(t *testing.T) {
	d := open(t, postgres.Config{DSN: testpg.DSN(t)})
	defer d.Close()
	execute(t, d, `INSERT INTO event VALUES (1, 'e', 't', 0, '', 0, '', '', 0, 0, '', '', '', '')`)
	for _, statement := range []string{`UPDATE event SET reason = 'x'`, `DELETE FROM event`, `TRUNCATE event`} {
		if _, err := d.Pool().Exec(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

// Nodes that start together migrate one after another, and their events have one order.
func TestNodesShareOneLog(t *testing.T) {
	dsn := testpg.DSN(t)
	const nodes, each = 3, 40
	var wg, opened sync.WaitGroup
	opened.Add(nodes)
	for n := range nodes {
		wg.Go(func() {
			d, err := postgres.Open(t.Context(), postgres.Config{DSN: dsn, MaxConnections: 4})
			opened.Done()
			opened.Wait()
			if err != nil {
				t.Error(err)
				return
			}
			db := store.New(d, store.Options{})
			defer db.Close()
			for i := range each {
				if err := db.Update(t.Context(), count(string(rune('a'+n))+string(rune('0'+i)))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	db := store.New(open(t, postgres.Config{DSN: dsn}), store.Options{})
	defer db.Close()
	err := db.View(t.Context(), func(r state.Reader) error {
		head, err := store.Verify(r)
		counted := &state.Pace{Target: "t"}
		_, get := r.Get(counted)
		if head.Size != nodes*each || counted.Until != nodes*each {
			t.Errorf("%d events, counted %d", head.Size, counted.Until)
		}
		entries, find := state.All[*state.Entry](r, state.Query{})
		for i := 1; i < len(entries); i++ {
			if entries[i].At < entries[i-1].At {
				t.Errorf("event %d is older than the one before it", entries[i].Seq)
			}
		}
		return errors.Join(err, get, find)
	})
	if err != nil {
		t.Error(err)
	}
}

func count(id string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		counted := &state.Pace{Target: "t"}
		if _, err := tx.Get(counted); err != nil {
			return err
		}
		counted.Until++
		return errors.Join(tx.Put(counted), tx.Append(stet.Event{ID: id, Type: stet.RolledBack}))
	}
}

func BenchmarkUpdate(b *testing.B) {
	storetest.Bench(b, func(b *testing.B) store.Driver {
		d, err := postgres.Open(b.Context(), postgres.Config{DSN: testpg.DSN(b)})
		if err != nil {
			b.Fatal(err)
		}
		return d
	})
}
