package testpg_test

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"stet/internal/testpg"
)

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func databases(t *testing.T, prefix string) (count int) {
	t.Helper()
	conn := connect(t, os.Getenv(testpg.Variable))
	defer conn.Close(context.Background())
	row := conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_database WHERE datname = $1", prefix)
	if err := row.Scan(&count); err != nil {
		t.Fatal(err)
	}
	return count
}

func TestDSNGivesEachCallItsOwnDatabaseAndDropsIt(t *testing.T) {
	var name string
	t.Run("user", func(t *testing.T) {
		first, second := connect(t, testpg.DSN(t)), connect(t, testpg.DSN(t))
		if _, err := first.Exec(t.Context(), "CREATE TABLE note (text text)"); err != nil {
			t.Fatal(err)
		}
		if _, err := second.Exec(t.Context(), "SELECT text FROM note"); err == nil {
			t.Error("the second database sees the first one's table")
		}
		name = first.Config().Database
		if !strings.HasPrefix(name, "stet_") || databases(t, name) != 1 {
			t.Errorf("database %q does not exist on the server", name)
		}
		// Both connections stay open: the clean-up must not wait for them.
	})
	if name != "" && databases(t, name) != 0 {
		t.Errorf("database %q is still there after its test", name)
	}
}

func TestDSNTakesKeywords(t *testing.T) {
	config, err := pgx.ParseConfig(testpg.DSN(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(testpg.Variable, "host=127.0.0.1 port="+strconv.Itoa(int(config.Port))+" user="+config.User+
		" password="+config.Password+" dbname=postgres sslmode=disable")
	conn := connect(t, testpg.DSN(t))
	if name := conn.Config().Database; !strings.HasPrefix(name, "stet_") {
		t.Errorf("connected to database %q, not to one of its own", name)
	}
}

func TestDSNSkipsWithoutAServer(t *testing.T) {
	t.Setenv(testpg.Variable, "")
	var skipped bool
	t.Run("user", func(t *testing.T) {
		t.Cleanup(func() { skipped = t.Skipped() })
		testpg.DSN(t)
	})
	if !skipped {
		t.Errorf("a test without %s was not skipped", testpg.Variable)
	}
}
