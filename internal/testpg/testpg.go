// Package testpg gives a test its own database on a real PostgreSQL. For tests only.
package testpg

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Variable names the environment variable with the DSN of a server on which databases may be created.
const Variable = "STET_TEST_POSTGRES"

const patience = time.Minute // for a server that is busy with other tests; not a measure of anything

// DSN returns the address of a new, empty database, which is dropped when the test ends, together with the connections
// that are still open to it. A database and not a schema, because locks and notifications end at a database's border.
// Without a server to ask the test is skipped.
func DSN(t testing.TB) string {
	t.Helper()
	server := os.Getenv(Variable)
	if server == "" {
		t.Skipf("needs PostgreSQL: set %s to the DSN of a throw-away server, as `make test` does", Variable)
	}
	name := "stet_" + strings.ToLower(rand.Text())
	if err := execute(server, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := execute(server, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	dsn, err := withDatabase(server, name)
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

// execute has a context of its own: a test's context is cancelled before its clean-up runs.
func execute(dsn, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("connect to the server in %s: %w", Variable, err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

// withDatabase names another database in a DSN of either form, URL or keywords (PostgreSQL manual, 34.1.1).
func withDatabase(dsn, name string) (string, error) {
	if !strings.Contains(dsn, "://") {
		return dsn + " dbname=" + name, nil // a repeated keyword replaces the first
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return "", fmt.Errorf("read %s: it is no URL", Variable) // err would show the password
	}
	u.Path = "/" + name
	return u.String(), nil
}
